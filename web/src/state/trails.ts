/** The Trails view: which trails are shown, how they are bundled, and where in their time the page is. */

import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { isStale, placesOf, stepNames, type TrailsIndex } from "../data/trails-index";
import { type Camera, WHOLE } from "../tour/camera";
import { bracket } from "../tour/time";
import { type Bundling, type Mix, type Trails } from "../tour/trails";
import type { AppState } from "./app-state";
import { Ease } from "./ease";
import { say } from "./session";

/** What the ends of trails look like. */
export const ENDS = ["plain", "taper", "arrows"] as const;
export type Ends = (typeof ENDS)[number];

/** Layers a second while trails through layers play. */
const LAYER_RATE = 0.8;

export class TrailsState {
  /** The trails asked for; null leaves the choice to the page. */
  readonly wanted: Signal<string | null> = signal(null);
  /** 0 raw to 1 bundled. */
  readonly strength = signal(0.8);
  readonly bundled: Signal<Bundling> = signal("class");
  readonly ends: Signal<Ends> = signal("plain");
  readonly camera: Signal<Camera> = signal(WHOLE);
  /** Where trails through layers are; those through checkpoints follow the page's checkpoint. */
  readonly layerPlace = signal(0);
  readonly layerPlaying = signal(false);
  /** The trails that are here, and of which result. */
  readonly loaded: Signal<{ readonly index: TrailsIndex; readonly trails: Trails } | null> = signal(null);
  readonly fetching = signal(false);
  readonly problem: Signal<string | null> = signal(null);
  /** How many trails are in sight while all of them take longer than a frame to draw; null: all. */
  readonly seen: Signal<number | null> = signal(null);
  /** Is the stage's last picture that of this state? */
  drawn = false;

  /** By class or together, tapered, with arrows, and how much of new trails is there. */
  private readonly together = new Ease(0);
  private readonly taper = new Ease(0);
  private readonly arrow = new Ease(0);
  private readonly fade = new Ease(1, 1, 0.5);
  private readonly walk = new Ease(0);

  constructor(private readonly state: AppState) {}

  readonly all: ReadonlySignal<readonly TrailsIndex[]> = computed(() => this.state.recording.value?.store.trails ?? []);

  /** The trails that are shown; null where there are none. */
  readonly index: ReadonlySignal<TrailsIndex | null> = computed(() => {
    const all = this.all.value;
    return all.find(({ name }) => name === this.wanted.value) ?? all[0] ?? null;
  });

  readonly names: ReadonlySignal<readonly string[]> = computed(() => (this.index.value ? stepNames(this.index.value) : []));

  /** The places of the steps in the list of checkpoints; null where the trails go through layers. */
  readonly places: ReadonlySignal<readonly number[] | null> = computed(() => {
    const index = this.index.value;
    const recording = this.state.recording.value;
    return index?.along === "checkpoints" && recording ? (placesOf(recording.store.index, index) ?? index.steps.map((_, i) => i)) : null;
  });

  /** The checkpoints that the scrubber goes through while trails along them are on the screen. */
  readonly span: ReadonlySignal<readonly [number, number] | null> = computed(() => {
    const places = this.places.value;
    return this.state.view.value === "trails" && places ? [places[0], places[places.length - 1]] : null;
  });

  /** The place among the steps, with a fraction between two. */
  readonly now: ReadonlySignal<number> = computed(() => {
    const places = this.places.value;
    if (!places) return Math.min(this.layerPlace.value, Math.max(0, (this.index.value?.steps.length ?? 1) - 1));
    const { before, fraction } = bracket(places, this.state.checkpoint.value);
    return before + fraction;
  });

  readonly nearest: ReadonlySignal<number> = computed(() => Math.round(this.now.value));

  readonly stale: ReadonlySignal<boolean> = computed(() => {
    const index = this.index.value;
    const store = this.state.recording.value?.store;
    return index !== null && store !== undefined && isStale(store.index, index, (path) => store.madeAt(path));
  });

  /** Keep what is loaded, and where one is, in step with the state. */
  follow(): () => void {
    const { state } = this;
    const stops = [
      effect(() => this.load()),
      effect(() => {
        // The layer was changed elsewhere: the trails go there.
        const index = this.index.value;
        const layer = state.layer.value;
        if (index?.along !== "layers") return;
        const place = index.steps.findIndex((step) => step.layer === layer);
        if (place < 0 || place === Math.round(this.walk.target)) return;
        this.walk.to(place);
        if (state.instant || state.view.peek() !== "trails" || state.motion.still) this.walkTo(place);
        state.woken.value += 1;
      }),
      effect(() => {
        const bundled = this.bundled.value;
        const ends = this.ends.value;
        this.together.to(bundled === "together" ? 1 : 0);
        this.taper.to(ends === "taper" ? 1 : 0);
        this.arrow.to(ends === "arrows" ? 1 : 0);
        if (state.instant || state.motion.still) this.settle();
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  private load(): void {
    const { state } = this;
    const index = this.index.value;
    const recording = state.recording.value;
    void state.attempt.value;
    if (state.view.value !== "trails" || !index || !recording || this.loaded.peek()?.index.version === index.version) return;
    this.fetching.value = true;
    this.drawn = false;
    const current = (): boolean => this.index.peek()?.version === index.version;
    recording.trails.load(index).then(
      (trails) => {
        if (!current()) return;
        batch(() => {
          this.fetching.value = false;
          this.problem.value = null;
          this.loaded.value = { index, trails };
          // A film begins with the picture, not with its coming.
          this.fade.settle(state.motion.still || state.film.held.peek() ? 1 : 0);
          this.fade.to(1);
          this.drawn = false;
        });
      },
      (error: unknown) => {
        if (!current()) return;
        this.fetching.value = false;
        this.loaded.value = null;
        this.problem.value = say(error);
      },
    );
  }

  /** Show other trails; those through layers begin where the page is. */
  choose(name: string): void {
    batch(() => {
      this.wanted.value = name;
      this.camera.value = WHOLE;
      this.layerPlaying.value = false;
      this.state.checkpointPlaying.value = false;
      const index = this.index.value;
      if (index?.along !== "layers") return;
      const place = index.steps.findIndex((step) => step.layer === this.state.layer.peek());
      this.walkTo(place < 0 ? index.steps.length - 1 : place);
    });
  }

  /** Go to a place among the steps, as a scrubber does. */
  go(place: number): void {
    const places = this.places.value;
    this.layerPlaying.value = false;
    if (!places) {
      this.walkTo(place);
      return;
    }
    const before = Math.min(places.length - 1, Math.floor(place));
    const after = Math.min(places.length - 1, before + 1);
    this.state.checkpointPlaying.value = false;
    this.state.going.setCheckpoint(places[before] + (place - before) * (places[after] - places[before]));
  }

  get playing(): boolean {
    return this.places.value ? this.state.checkpointPlaying.value : this.layerPlaying.value;
  }

  play(): void {
    if (this.places.value) {
      this.state.going.playCheckpoints();
      return;
    }
    const last = (this.index.value?.steps.length ?? 1) - 1;
    if (!this.layerPlaying.value && this.layerPlace.value >= last) this.walkTo(0);
    this.layerPlaying.value = !this.layerPlaying.value;
    this.state.woken.value += 1;
  }

  /** The whole in view. */
  reset(): void {
    this.camera.value = WHOLE;
    this.state.woken.value += 1;
  }

  mix(): Mix {
    return { strength: this.strength.value, together: this.together.value };
  }

  get look(): { taper: number; arrow: number; fade: number } {
    return { taper: this.taper.value, arrow: this.arrow.value, fade: this.fade.value };
  }

  /** Is something on its way? */
  get moving(): boolean {
    return [this.together, this.taper, this.arrow, this.fade, this.walk].some((ease) => ease.moving);
  }

  /** Does the stage need another frame? */
  get active(): boolean {
    return this.moving || this.playing || this.state.going.underWay;
  }

  get settled(): boolean {
    const { state } = this;
    if (state.phase.value.kind !== "ready") return false;
    if (!this.index.value) return true;
    return this.drawn && !this.fetching.value && !state.coloringOnTheWay.value && !this.moving && !state.going.underWay;
  }

  /** Let time pass. */
  advance(seconds: number): void {
    for (const ease of [this.together, this.taper, this.arrow, this.fade, this.walk]) ease.advance(this.state.motion.still ? 10 : seconds);
    if (this.layerPlaying.value) {
      const last = (this.index.value?.steps.length ?? 1) - 1;
      const next = Math.min(last, this.layerPlace.value + seconds * LAYER_RATE);
      this.walkTo(next);
      if (next >= last) this.layerPlaying.value = false;
    } else if (this.layerPlace.value !== this.walk.value) {
      this.layerPlace.value = this.walk.value;
    }
  }

  /** End all that is on its way where it goes to. */
  settle(): void {
    for (const ease of [this.together, this.taper, this.arrow, this.fade, this.walk]) ease.settle();
    this.layerPlace.value = this.walk.value;
  }

  /** Be at a place among the layers; the page's layer is the nearest one. */
  walkTo(place: number): void {
    const { state } = this;
    batch(() => {
      this.walk.settle(place);
      this.layerPlace.value = place;
      const layer = this.index.value?.along === "layers" ? this.index.value.steps[Math.round(place)]?.layer : undefined;
      if (layer !== undefined && layer !== state.layer.peek() && state.layers.peek().includes(layer)) state.going.toLayer(layer);
    });
  }
}

export interface PublicTrails {
  /** The trails that are shown, by their name; null where there are none. */
  name: string | null;
  /** 0 raw to 1 bundled. */
  strength: number;
  bundled: Bundling;
  ends: Ends;
  /** Where trails through layers are among their steps, with a fraction between two; null for others. */
  place: number | null;
  camera: Camera;
}

