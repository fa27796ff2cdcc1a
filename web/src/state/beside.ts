/**
 * The second picture, beside the first: the same but for what is chosen otherwise. What is left open follows the first
 * picture, so one scrubber moves both: training beside test through all epochs, two layers, two checkpoints, two models.
 */

import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type Coloring, type GroupColoring, onScaleOf, painted } from "../data/coloring";
import { stepsOfStop, stopOf } from "../data/flow-steps";
import type { FlowCache } from "../data/flows";
import { chooseEmbedding, isShared, type LayerSteps, lentCheckpoints, stepsOf } from "../data/steps";
import { TourMotion } from "../tour/motion";
import type { Scene } from "../tour/scene";
import type { AppState, OpenRecording } from "./app-state";
import { Grip } from "./grip";
import type { Pane } from "./pane";
import { PartChoice } from "./part-choice";
import type { StageView } from "./stage-view";

/** How the second picture is looked at: by the first one's basis, by its own, or by its own with handles that go together. */
export const BASES = ["one", "own", "mirrored"] as const;
export type Bases = (typeof BASES)[number];

/** What the second picture shows otherwise than the first; null is as the first. */
export interface Wish {
  readonly layer: string | null;
  readonly method: string | null;
  /** A place in the list of checkpoints; of a lent layer, of those that it was lent at. */
  readonly checkpoint: number | null;
  /** The title of another recording, of whose layers the open one's embeddings have some: then `layer` is one of these. */
  readonly lent: string | null;
}

const AS_THE_FIRST: Wish = { layer: null, method: null, checkpoint: null, lent: null };

export class Beside implements Pane {
  readonly open = signal(false);
  readonly wish: Signal<Wish> = signal(AS_THE_FIRST);
  readonly bases: Signal<Bases> = signal("one");
  /** Another recording of the same samples; null is the first one's. */
  readonly other: Signal<OpenRecording | null> = signal(null);
  readonly recording: ReadonlySignal<OpenRecording | null>;
  readonly part: PartChoice;
  readonly layer: ReadonlySignal<string>;
  readonly layers: ReadonlySignal<string[]>;
  readonly checkpoint: ReadonlySignal<number>;
  readonly steps: ReadonlySignal<LayerSteps | null>;
  readonly lent: ReadonlySignal<string | null>;
  readonly checkpointNames: ReadonlySignal<readonly string[]>;
  /** The embeddings that show its layer. */
  readonly choices: ReadonlySignal<LayerSteps[]>;
  readonly flow: ReadonlySignal<FlowCache | null>;
  readonly flowPlace: ReadonlySignal<number>;
  readonly shown: ReadonlySignal<Uint8Array>;
  readonly camera: AppState["camera"];
  readonly unpainted: Signal<Coloring | null> = signal(null);
  readonly coloring: ReadonlySignal<Coloring | null>;
  readonly grouping: ReadonlySignal<GroupColoring | null>;
  readonly coloringOnTheWay = signal(false);
  readonly motion = new TourMotion();
  readonly scene: Signal<Scene | null> = signal(null);
  readonly fetching = signal(false);
  readonly problem: Signal<string | null> = signal(null);
  readonly stage: Signal<StageView | null> = signal(null);
  readonly grip: Grip;
  whereIs: Pane["whereIs"] = null;
  pick: Pane["pick"] = null;
  imagesDrawn: Pane["imagesDrawn"] = null;
  placed: Pane["placed"] = null;
  drawn = false;
  instant = true;
  eased = false;

  constructor(private readonly state: AppState) {
    const { open, wish } = this;
    this.camera = state.camera;
    this.recording = computed(() => (open.value ? (this.other.value ?? state.recording.value) : null));
    this.part = new PartChoice(this.recording);
    this.lent = computed(() => (open.value && !this.other.value && wish.value.layer !== null ? wish.value.lent : null));
    this.flow = computed(() => (this.other.value || this.lent.value !== null || wish.value.method !== null || !open.value ? null : state.flow.value));
    this.layers = computed(() => {
      const flow = this.flow.value;
      const store = this.recording.value?.store;
      if (!store) return [];
      if (flow) return flow.flow.stops.map(({ name }) => name);
      return store.index.layers.map(({ name }) => name).filter((name) => chooseEmbedding(store.index, store.embeddings, name, null) !== null);
    });
    this.layer = computed(() => (this.lent.value !== null ? wish.value.layer : null) ?? layerThere(wish.value.layer ?? state.layer.value, this.layers.value, state.layers.value));
    this.flowPlace = computed(() => {
      const { layer } = wish.value;
      const flow = this.flow.value?.flow;
      return layer === null || !flow ? state.flowPlace.value : Math.max(0, stopOf(flow, layer));
    });
    this.checkpointNames = computed(() => {
      const store = this.recording.value?.store;
      const lent = this.lent.value;
      const shown = this.steps.value?.embedding;
      return lent !== null && shown ? lentCheckpoints(shown, lent) : (store?.index.checkpoints.map(({ name }) => name) ?? []);
    });
    this.checkpoint = computed(() => Math.max(0, Math.min(wish.value.checkpoint ?? state.checkpoint.value, this.checkpointNames.value.length - 1)));
    this.steps = computed(() => {
      const store = this.recording.value?.store;
      if (!store) return null;
      const flow = this.flow.value?.flow;
      if (flow) return stepsOfStop(store.index, flow, Math.min(Math.round(this.flowPlace.value), flow.stops.length - 1));
      return chooseEmbedding(store.index, store.embeddings, this.layer.value, wish.value.method ?? state.method.value, this.lent.value);
    });
    this.choices = computed(() => {
      const store = this.recording.value?.store;
      return store ? store.embeddings.map((embedding) => stepsOf(store.index, embedding, this.layer.value, this.lent.value)).filter((steps) => steps !== null && (this.lent.value !== null || !isShared(steps.embedding) || steps.embedding === this.steps.value?.embedding)) as LayerSteps[] : [];
    });
    this.coloring = computed(() => {
      const plain = this.unpainted.value;
      // One legend for both pictures: numbers go by the scale of the first.
      return plain && painted(onScaleOf(plain, state.unpainted.value), state.look.value);
    });
    this.grouping = computed(() => (this.coloring.value?.kind === "groups" ? this.coloring.value : null));
    this.shown = computed(() => this.part.of(state.passing.value));
    this.motion.shareWith(state.motion);
    this.grip = new Grip(state, this, true);
  }

  /** The two grips move together where the bases are two and the handles are to be one. */
  link(): void {
    const { grip } = this.state.handling;
    grip.onMoved = (...moved) => this.bases.peek() === "mirrored" && this.open.peek() && this.grip.mirror(...moved);
    this.grip.onMoved = (...moved) => this.bases.peek() === "mirrored" && grip.mirror(...moved);
  }

  get settled(): boolean {
    // What another recording did not lend can't be drawn; that is said in its place.
    if (this.lent.peek() !== null && !this.steps.peek()) return true;
    return !this.open.peek() || (this.drawn && !(this.stage.peek()?.arriving ?? false) && !this.fetching.value && !this.coloringOnTheWay.value && !this.motion.moving);
  }

  /** Open it with a difference that is worth a look: test beside training, the beginning beside the end, or another layer. */
  show(): void {
    const { state } = this;
    const [split] = state.part.offered.peek();
    const checkpoints = state.recording.peek()?.store.index.checkpoints.length ?? 0;
    const layers = state.layers.peek();
    const at = layers.indexOf(state.layer.peek());
    batch(() => {
      this.forget();
      if (split?.name === "split") {
        state.part.wanted.value = { column: split.name, value: split.names[0] };
        this.part.wanted.value = { column: split.name, value: split.names[1] };
      } else if (layers.length > 1) this.wish.value = { ...AS_THE_FIRST, layer: layers[at > 0 ? at - 1 : at + 1] };
      else if (checkpoints > 1) this.wish.value = { ...AS_THE_FIRST, checkpoint: 0 };
      this.open.value = true;
    });
  }

  close(): void {
    batch(() => {
      this.forget();
      this.state.part.wanted.value = null;
      this.state.woken.value += 1;
    });
  }

  toggle(): void {
    if (this.open.peek()) this.close();
    else this.show();
  }

  change(wish: Partial<Wish>): void {
    this.wish.value = { ...this.wish.peek(), ...wish };
  }

  setBases(bases: Bases): void {
    this.bases.value = bases;
    if (bases === "one") this.motion.shareWith(this.state.motion);
    else this.motion.part();
    this.state.woken.value += 1;
  }

  /** The bases that are its own, under names that no space of the first picture has. */
  ownBases(): Map<string, Float64Array> {
    if (this.bases.peek() === "one") return new Map();
    return new Map([...this.motion.bases()].map(([space, basis]) => [OWN + space, basis]));
  }

  restore(bases: ReadonlyMap<string, Float64Array>): void {
    if (this.bases.peek() === "one") return;
    this.motion.restore(new Map([...bases].filter(([space]) => space.startsWith(OWN)).map(([space, basis]) => [space.slice(OWN.length), basis])));
  }

  private forget(): void {
    this.open.value = false;
    this.wish.value = AS_THE_FIRST;
    this.other.value = null;
    this.part.wanted.value = null;
    this.scene.value = null;
    this.problem.value = null;
    this.instant = true;
    this.drawn = false;
    this.setBases("one");
  }
}

const OWN = "beside\n";

/** A layer of the same name; else the one that lies as deep. */
function layerThere(layer: string, there: readonly string[], here: readonly string[]): string {
  if (there.includes(layer) || !there.length) return layer;
  const depth = Math.max(0, here.indexOf(layer)) / Math.max(1, here.length - 1);
  return there[Math.round(depth * (there.length - 1))];
}
