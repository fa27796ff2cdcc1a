/** What the page shows, as signals: one selection, one coloring, one time, shared by all views. */

import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type ColorBy, type Coloring, type GroupColoring, type Look, painted } from "../data/coloring";
import type { Classes } from "../data/columns";
import type { Connection, Job } from "../data/live";
import { NOTHING_ADDED, type People } from "../data/people";
import { type Combination, combined, countOf, shownSamples } from "../data/sample-sets";
import type { Samples } from "../data/samples";
import { stepsOfStop } from "../data/flow-steps";
import type { TrailsCache } from "../data/trails";
import type { FlowCache } from "../data/flows";
import { chooseEmbedding, isTimeless, type LayerSteps, type StepCache, stepsOf } from "../data/steps";
import type { RecordingEntry, RecordingStore } from "../data/store";
import type { Marks } from "../render/marks-layer";
import type { ScaleName } from "../theme/scales";
import { type Camera, WHOLE } from "../tour/camera";
import { TourMotion } from "../tour/motion";
import type { Placed } from "../tour/regions";
import type { Scene } from "../tour/scene";
import type { MovementFrom } from "./coloring";
import { Film } from "./film";
import { FrameTimes } from "./frame-times";
import { Beside } from "./beside";
import { Going } from "./going";
import { Grid } from "./grid";
import type { Bookmarks } from "./bookmarks";
import { Handling } from "./handling";
import { Neighbors } from "./neighbors";
import type { Pane } from "./pane";
import { PartChoice } from "./part-choice";
import { OwnColors } from "./own-colors";
import type { PeopleClient } from "./people";
import { Search } from "./search";
import type { StageView } from "./stage-view";
import { Selecting } from "./selecting";
import { TrailsState } from "./trails";

export interface OpenRecording {
  readonly entry: RecordingEntry;
  readonly store: RecordingStore;
  readonly classes: Classes;
  readonly steps: StepCache;
  readonly samples: Samples;
  readonly flows: readonly FlowCache[];
  readonly trails: TrailsCache;
}

export const VIEWS = ["tour", "trails", "layers", "topology", "units", "features", "attack"] as const;
export type ViewName = (typeof VIEWS)[number];

/** What the page is at. Each but `ready` has a screen of its own. */
export type Phase =
  | { readonly kind: "loading" }
  | { readonly kind: "empty"; readonly what: "recordings" | "checkpoints" | "embeddings" }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "ready" };

/** The method of a flow from layer to layer, among those of embeddings. */
export const FLOW = "flow";

/** The state of the page; it is its first picture, too. */
export class AppState implements Pane {
  readonly phase: Signal<Phase> = signal({ kind: "loading" });
  readonly recordings: Signal<RecordingEntry[]> = signal([]);
  readonly recording: Signal<OpenRecording | null> = signal(null);
  readonly layer = signal("");
  /** A place in the list of checkpoints; between whole places the view interpolates. */
  readonly checkpoint = signal(0);
  /** A place in the list of a flow's stops; between whole places the view is on its way from layer to layer. */
  readonly flowPlace = signal(0);
  /** The method asked for; null leaves the choice to the layer. */
  readonly method: Signal<string | null> = signal(null);
  readonly playing = signal(true);
  readonly checkpointPlaying = signal(false);
  readonly speed = signal(1);
  readonly view: Signal<ViewName> = signal("tour");
  readonly filter: Signal<readonly number[] | null> = signal(null);
  readonly colorBy: Signal<ColorBy> = signal("label");
  /** What stands for a sample: a point, its picture or text, or a point of its picture's mean color. */
  readonly marks: Signal<Marks> = signal("points");
  /** What the points are colored by now: it follows `colorBy` and the checkpoint once it is loaded. */
  readonly unpainted: Signal<Coloring | null> = signal(null);
  /** The same in the colors of this page: its theme, its scale, the colors that people chose. */
  readonly coloring: ReadonlySignal<Coloring | null>;
  /** The same, where it is of groups: steps of a scale are none. */
  readonly grouping: ReadonlySignal<GroupColoring | null>;
  readonly coloringOnTheWay = signal(false);
  /** From where a movement is measured. */
  readonly movementFrom: Signal<MovementFrom> = signal("checkpoint");
  readonly colorScale: Signal<ScaleName> = signal("viridis");
  /** Whether the page is on near black. */
  readonly dark = signal(false);
  /** The numbers of the coloring that alone are drawn, both ends included; ±Infinity leaves an end open, null draws all. */
  readonly range: Signal<readonly [number, number] | null> = signal(null);
  /** The groups of the coloring that alone are drawn; null draws all. */
  readonly groups: Signal<readonly number[] | null> = signal(null);
  readonly camera: Signal<Camera> = signal(WHOLE);
  /** The sample that the pointer or the keyboard is on. */
  readonly hover: Signal<number | null> = signal(null);
  readonly selection: Signal<readonly number[]> = signal([]);
  /** The samples that a chart or a list points at: they are marked in the selection's place. */
  readonly pointing: Signal<readonly number[] | null> = signal(null);
  readonly marked: ReadonlySignal<readonly number[]> = computed(() => this.pointing.value ?? this.selection.value);
  readonly jobs: Signal<readonly Job[]> = signal([]);
  readonly connection: Signal<Connection> = signal("connecting");
  /** What people added to the open recording: selections, bookmarks, handles, colors. */
  readonly people: Signal<People> = signal(NOTHING_ADDED);
  /** Writes it; null while no recording is open. */
  peopleClient: PeopleClient | null = null;
  /** The strip of saved views, and the way to one of them. */
  bookmarks: Bookmarks | null = null;
  /** Whether the recording that is shown was removed from the disk. */
  readonly gone = signal(false);
  /** Something to tell in passing. */
  readonly notice: Signal<string | null> = signal(null);
  readonly help = signal(false);
  /** An embedding that was asked for on this page: it is shown when it is there. */
  awaited: { readonly job: string; readonly method: string; readonly layer: string } | null = null;
  /** The group that the pointer or the focus is on in the legend. */
  readonly preview: Signal<number | null> = signal(null);
  readonly scene: Signal<Scene | null> = signal(null);
  /** The step on the way, and what went wrong with it. */
  readonly fetching = signal(false);
  readonly problem: Signal<string | null> = signal(null);
  /** Counts the times that a step which failed was asked for again. */
  readonly attempt = signal(0);
  /** Counts what the stage must draw for though the scene is the same yet: a turn, the beginning of a movement. */
  readonly woken = signal(0);
  readonly motion = new TourMotion();
  readonly frameTimes = new FrameTimes();
  readonly stage: Signal<StageView | null> = signal(null);
  /** Where a sample lies on the stage's last picture, in CSS pixels; the stage tells how. */
  whereIs: ((sample: number) => readonly [number, number] | null) | null = null;
  /** The sample at a place in CSS pixels of the stage; the stage tells how. */
  pick: ((x: number, y: number) => number | null) | null = null;
  /** The samples that are drawn as images, or with their texts; the stage tells. */
  imagesDrawn: (() => readonly number[]) | null = null;
  /** Where all samples are on the stage's last picture; the stage tells. */
  placed: (() => Placed | null) | null = null;
  /** Is the stage's last picture that of this state? Set by the view. */
  drawn = false;
  /** Let the next scene appear without a transition. */
  instant = false;

  /** The checkpoint whose numbers are told: between two, the nearer one. */
  readonly nearestCheckpoint: ReadonlySignal<number> = computed(() => Math.round(this.checkpoint.value));
  readonly search = new Search(this);
  readonly neighbors = new Neighbors(this);
  /** The clock, for scripts that make pictures and films. */
  readonly film = new Film(this);
  /** Colors of classes and groups that people chose. */
  readonly ownColors: OwnColors;
  /** How colorings look on this page. */
  readonly look: ReadonlySignal<Look>;

  /** The ways through layers and checkpoints. */
  readonly going = new Going(this);

  /** Handles, and what can be undone. */
  readonly handling: Handling;

  constructor() {
    this.ownColors = new OwnColors(this);
    this.look = computed(() => ({ dark: this.dark.value, scale: this.colorScale.value, own: this.ownColors.all.value }));
    this.coloring = computed(() => this.unpainted.value && painted(this.unpainted.value, this.look.value));
    this.grouping = computed(() => (this.coloring.value?.kind === "groups" ? this.coloring.value : null));
    this.handling = new Handling(this);
  }

  /** Which part of the samples the first picture draws. */
  readonly part = new PartChoice(this.recording);

  /** The second picture. */
  readonly beside = new Beside(this);

  /** Small multiples in place of the one picture. */
  readonly grid = new Grid(this);

  /** The Trails view. */
  readonly trails = new TrailsState(this);

  /** The tools that select by regions of a stage. */
  readonly selecting = new Selecting(this);

  /** Whether a handle is held, or a region drawn: the tour waits. */
  readonly held: ReadonlySignal<boolean> = computed(
    () => this.handling.grip.holding.value || this.beside.grip.holding.value || this.selecting.drawing.value,
  );

  /** (sample,): 1 for those of the filter, of the groups that were chosen and in the range, whatever the picture. */
  readonly passing: ReadonlySignal<Uint8Array> = computed(() => {
    const coloring = this.unpainted.value;
    const range = this.range.value;
    // A range or groups that were set for a coloring on the way are not of the one that is still shown.
    const current = coloring?.by === this.colorBy.value ? coloring : null;
    return shownSamples(
      this.recording.value?.store.index.samples ?? 0,
      this.filter.value,
      this.groups.value,
      current?.kind === "groups" ? current.of : null,
      range && current?.kind === "numbers" ? { values: current.values, range } : null,
    );
  });

  /** (sample,): 1 for those that are drawn in the first picture. */
  readonly shown: ReadonlySignal<Uint8Array> = computed(() => this.part.of(this.passing.value));

  readonly shownCount: ReadonlySignal<number> = computed(() => countOf(this.shown.value));

  /** The flow that is shown. */
  readonly flow: ReadonlySignal<FlowCache | null> = computed(() => {
    const flows = this.recording.value?.flows ?? [];
    return this.method.value === FLOW ? (flows[0] ?? null) : null;
  });

  /** Of the flow: where it is between two, the nearer one. */
  readonly nearestStop: ReadonlySignal<number> = computed(() => Math.round(this.flowPlace.value));

  /** The layers that can be shown, in execution order: those of some embedding, or the stops of the flow. */
  readonly layers: ReadonlySignal<string[]> = computed(() => {
    const store = this.recording.value?.store;
    if (!store) return [];
    const flow = this.flow.value;
    if (flow) return flow.flow.stops.map((stop) => stop.name);
    return store.index.layers
      .map((layer) => layer.name)
      .filter((layer) => chooseEmbedding(store.index, store.embeddings, layer, null) !== null);
  });

  /** The embeddings that show the layer. */
  readonly choices: ReadonlySignal<LayerSteps[]> = computed(() => this.choicesOf(this.layer.value));

  readonly steps: ReadonlySignal<LayerSteps | null> = computed(() => {
    const store = this.recording.value?.store;
    const flow = this.flow.value;
    if (store && flow) return stepsOfStop(store.index, flow.flow, Math.min(this.nearestStop.value, flow.flow.stops.length - 1));
    return store ? chooseEmbedding(store.index, store.embeddings, this.layer.value, this.method.value) : null;
  });

  /** The first and the last place of the scrubber: an embedding need not have every checkpoint. */
  readonly span: ReadonlySignal<readonly [number, number]> = computed(() => {
    if (this.trails.span.value) return this.trails.span.value;
    const last = Math.max(0, (this.recording.value?.store.index.checkpoints.length ?? 1) - 1);
    const steps = this.steps.value;
    if (!steps || isTimeless(this.layer.value)) return [0, last];
    return [steps.places[0], steps.places[steps.places.length - 1]];
  });

  /** The embeddings that show a layer. */
  choicesOf(layer: string | null): LayerSteps[] {
    const store = this.recording.value?.store;
    if (!store || layer === null) return [];
    return store.embeddings
      .map((embedding) => stepsOf(store.index, embedding, layer))
      .filter((steps): steps is LayerSteps => steps !== null);
  }

  /** Is the picture at rest and that of the state? */
  get settled(): boolean {
    if (this.view.value === "trails") return this.trails.settled;
    const arriving = this.stage.peek()?.arriving ?? false;
    const own = this.drawn && !arriving && this.resting && !this.bookmarks?.visiting.underWay.value;
    return this.phase.value.kind === "ready" && own && this.beside.settled;
  }

  /** Is nothing on its way to anywhere, be it not drawn yet? */
  get resting(): boolean {
    return !this.fetching.value && !this.coloringOnTheWay.value && !this.motion.moving && !this.going.underWay;
  }

  /** Stay where everything is that is on its way. */
  halt(): void {
    this.going.stop();
    this.motion.stay();
  }

  /** Color by something else; the groups that were chosen were those of the coloring before. */
  setColorBy(by: ColorBy): void {
    if (by === this.colorBy.value) return;
    batch(() => {
      this.colorBy.value = by;
      this.groups.value = this.range.value = this.preview.value = null;
    });
  }

  /** The basis of every space, by which undo goes back; those of the second picture's own beside them. */
  basesNow(): Map<string, Float64Array> {
    return new Map([...this.motion.bases(), ...this.beside.ownBases()]);
  }

  /** Turn both pictures to bases that were there before. */
  turnBack(bases: ReadonlyMap<string, Float64Array>): void {
    this.motion.restore(bases);
    this.beside.restore(bases);
  }

  /** Draw one group alone; with others chosen already, add it or take it away. */
  toggleGroup(group: number): void {
    const chosen = this.groups.value;
    if (!chosen) {
      this.groups.value = [group];
      return;
    }
    const next = chosen.includes(group) ? chosen.filter((g) => g !== group) : [...chosen, group].sort((a, b) => a - b);
    const { names, unlabeled } = this.grouping.value ?? { names: [], unlabeled: 0 };
    const all = names.length + (unlabeled ? 1 : 0);
    this.groups.value = next.length === 0 || next.length === all ? null : next;
  }

  /** Select a sample; with `more`, add it to the others or take it away. */
  select(sample: number, more: boolean): void {
    const selected = this.selection.value;
    if (more) this.setSelection(selected.includes(sample) ? selected.filter((s) => s !== sample) : [...selected, sample]);
    else this.setSelection(selected.length === 1 && selected[0] === sample ? [] : [sample]);
  }

  /** Select these samples, as a person does it: it can be undone. */
  setSelection(samples: readonly number[]): void {
    this.handling.step(() => (this.selection.value = samples));
  }

  /** Select these samples, or with those that are selected: joined, less these, or those of both. */
  combineSelection(samples: readonly number[], how: Combination): void {
    this.setSelection(combined(this.selection.peek(), samples, how));
  }

  /** Back from what was opened last: a help, a filter, a selection. */
  leave(): void {
    if (this.help.value) this.help.value = false;
    else if (this.selecting.leave()) return;
    else if (this.hover.value !== null) this.hover.value = null;
    else if (this.grid.open.value) this.grid.open.value = false;
    else if ((this.groups.value ?? this.range.value ?? this.filter.value) !== null) this.selecting.showAll();
    else this.setSelection([]);
  }

  /** Back to where the tour begins, the whole in view. */
  reset(): void {
    if (this.view.value === "trails") return this.trails.reset();
    this.handling.step(() => {
      this.motion.reset();
      this.camera.value = WHOLE;
      this.woken.value += 1;
    });
  }

  /** Let time pass for what is not the tour's own. */
  advance(seconds: number): void {
    this.bookmarks?.visiting.advance(seconds);
    // A way waits for what lies on it: else it would jump once that is here.
    if (this.view.peek() === "trails" || (!this.fetching.peek() && !(this.beside.open.peek() && this.beside.fetching.peek()))) this.going.advance(seconds);
  }

  /** Does the stage need another frame? */
  get active(): boolean {
    const going = this.going.underWay || this.bookmarks?.visiting.underWay.value === true;
    return this.playing.value || this.checkpointPlaying.value || going || this.motion.moving || this.beside.motion.moving;
  }
}
