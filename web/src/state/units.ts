/** What the Units view is at: whose units, by which power they are colored, which one is looked at, which are chosen. */

import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { activationOf, unreadable } from "../data/activations";
import { unitColoring, unitOfColoring } from "../data/coloring";
import { CHOSEN, chosenName, MOST_CHOSEN } from "../data/chosen-units";
import { isTimeless } from "../data/steps";
import { isStale, readUnitMap, type UnitMap, type UnitsIndex } from "../data/units";
import type { AppState } from "./app-state";
import { recordedLayer } from "./space";

export const POWERS = ["auc", "trees"] as const;
export type Power = (typeof POWERS)[number];

/** A class by its label, the selection, or what comes first. */
export type Told = number | "selection" | null;

/** What is looked at in one layer: it is of no other. */
interface Focus {
  readonly layer: string;
  readonly unit: number | null;
  readonly chosen: readonly number[];
}

/** Of what the powers for a selection are. */
interface SelectionPower {
  readonly of: readonly number[];
  readonly map: UnitMap;
  readonly values: Float32Array;
}

/** What the view tells scripts of its picture. */
export interface UnitsPicture {
  /** Of the map, in CSS pixels of the stage, unit by unit. */
  readonly units: readonly (readonly [number, number])[];
  readonly width: number;
  readonly height: number;
}

export class Units {
  readonly power: Signal<Power> = signal("auc");
  readonly told: Signal<Told> = signal(null);
  /** The unit that the pointer or the keyboard is on. */
  readonly hover: Signal<number | null> = signal(null);
  private readonly focus: Signal<Focus> = signal({ layer: "", unit: null, chosen: [] });
  /** The map that is shown, loaded; it stays until the next one is here. */
  readonly map: Signal<UnitMap | null> = signal(null);
  readonly loading = signal(false);
  readonly problem: Signal<string | null> = signal(null);
  readonly stale = signal(false);
  private readonly measured: Signal<SelectionPower | null> = signal(null);
  /** How far measuring the selection is, 0 to 1; null where nothing is measured. */
  readonly measuring: Signal<number | null> = signal(null);
  /** Why the selection is not measured. */
  readonly unmeasured: Signal<string | null> = signal(null);
  /** The view's picture, once it is that of the state. */
  picture: (() => UnitsPicture | null) | null = null;

  constructor(private readonly state: AppState) {}

  /** The recorded layer that is shown; null where a flow is where nothing was recorded. */
  readonly layer: ReadonlySignal<string | null> = computed(() => recordedLayer(this.state));
  readonly checkpoint: ReadonlySignal<string> = computed(() => this.state.recording.value?.store.index.checkpoints[this.state.nearestCheckpoint.value]?.name ?? "");

  /** The map of the layer at the checkpoint. */
  readonly index: ReadonlySignal<UnitsIndex | null> = computed(() => {
    const layer = this.layer.value;
    const maps = this.state.recording.value?.store.units.filter((map) => map.layer === layer) ?? [];
    // The data itself is the same at every checkpoint.
    return maps.find(({ checkpoint }) => checkpoint === this.checkpoint.value) ?? (layer !== null && isTimeless(layer) ? maps[0] : undefined) ?? null;
  });

  /** The map if it is that of the layer and checkpoint. */
  readonly shown: ReadonlySignal<UnitMap | null> = computed(() => {
    const [map, index] = [this.map.value, this.index.value];
    return map && index && map.index.name === index.name && map.index.version === index.version ? map : null;
  });

  readonly unit: ReadonlySignal<number | null> = computed(() => (this.focus.value.layer === this.layer.value ? this.focus.value.unit : null));
  readonly chosen: ReadonlySignal<readonly number[]> = computed(() => (this.focus.value.layer === this.layer.value ? this.focus.value.chosen : NONE));

  /** The class or the selection that is told from the rest. */
  readonly telling: ReadonlySignal<number | "selection"> = computed(() => {
    const told = this.told.value;
    const classes = this.map.value?.index.classes ?? [];
    if (told === "selection" || !classes.length) return "selection";
    return told !== null && classes.some(({ label }) => label === told) ? told : classes[0].label;
  });

  /** (unit,): what the units are colored and ranked by; null while it is not known. */
  readonly values: ReadonlySignal<Float32Array | null> = computed(() => {
    const map = this.shown.value;
    const telling = this.telling.value;
    if (!map) return null;
    if (telling === "selection") {
      const measured = this.measured.value;
      return measured?.map === map && measured.of === this.state.selection.value ? measured.values : null;
    }
    const all = this.power.value === "auc" ? map.auc : map.trees;
    const row = map.index.classes.findIndex(({ label }) => label === telling);
    return all && row >= 0 ? all.subarray(row * map.index.units, (row + 1) * map.index.units) : null;
  });

  /** A selection is told by the area alone: trees take long. */
  readonly powerShown: ReadonlySignal<Power> = computed(() => (this.telling.value === "selection" ? "auc" : this.power.value));

  /** Units, the most telling first. */
  readonly ranked: ReadonlySignal<Uint32Array> = computed(() => {
    const values = this.values.value;
    const count = this.shown.value?.index.units ?? 0;
    const order = Uint32Array.from({ length: count }, (_, unit) => unit);
    if (!values) return order;
    const strength = this.powerShown.value === "auc" ? (unit: number) => Math.abs(values[unit] - 0.5) : (unit: number) => values[unit];
    const known = (unit: number): number => (Number.isNaN(values[unit]) ? -1 : strength(unit));
    return order.sort((a, b) => known(b) - known(a) || a - b);
  });

  /** Look at a unit: the samples are colored by it in every view; null looks at none. */
  look(unit: number | null): void {
    const layer = this.layer.peek();
    if (layer === null) return;
    batch(() => {
      this.focus.value = { layer, unit, chosen: this.chosen.peek() };
      if (unit !== null) this.state.setColorBy(unitColoring(layer, unit));
      else if (unitOfColoring(this.state.colorBy.peek())) this.state.setColorBy("label");
    });
  }

  /** The units that are to be toured, ascending. */
  choose(units: Iterable<number>): void {
    const layer = this.layer.peek();
    if (layer === null) return;
    const chosen = [...new Set(units)].sort((a, b) => a - b);
    this.focus.value = { layer, unit: this.unit.peek(), chosen };
    if (chosen.length > MOST_CHOSEN) this.state.notice.value = `${chosen.length} units are chosen; the Tour goes through ${MOST_CHOSEN} at most.`;
  }

  toggle(unit: number): void {
    const chosen = this.chosen.peek();
    this.choose(chosen.includes(unit) ? chosen.filter((u) => u !== unit) : [...chosen, unit]);
  }

  /** Another recording is opened: nothing of this one is looked at any more. */
  forget(): void {
    this.focus.value = { layer: "", unit: null, chosen: NONE };
    this.told.value = this.hover.value = this.map.value = this.measured.value = null;
  }

  /** Set without the coloring following: as a link tells both. */
  restore(unit: number | null, chosen: readonly number[]): void {
    this.focus.value = { layer: this.layer.peek() ?? "", unit, chosen };
  }

  /** Why the chosen units can't be toured; null where they can. */
  readonly untoured: ReadonlySignal<string | null> = computed(() => {
    const [chosen, layer, recording] = [this.chosen.value, this.layer.value, this.state.recording.value];
    if (!recording || layer === null) return "No recorded layer is shown.";
    if (chosen.length < 2) return "Choose two units or more.";
    if (chosen.length > MOST_CHOSEN) return `Choose ${MOST_CHOSEN} units at most.`;
    return unreadable(recording.store, layer) ?? (recording.store.chosen(chosenName(layer, chosen)) ? null : `${layer} was not recorded as float32, which the Tour takes.`);
  });

  /** Tour the chosen units alone. */
  tour(): void {
    const layer = this.layer.peek();
    if (layer === null || this.untoured.peek() !== null) return;
    batch(() => {
      offerChosen(this.state, chosenName(layer, this.chosen.peek()));
      this.state.view.value = "tour";
      this.state.going.toMethod(CHOSEN);
    });
  }

  /** Go to where there is a map. */
  goTo({ layer, checkpoint }: UnitsIndex): void {
    const { state } = this;
    const place = state.recording.peek()?.store.index.checkpoints.findIndex(({ name }) => name === checkpoint) ?? -1;
    batch(() => {
      if (state.flow.peek() || layer !== state.layer.peek()) state.method.value = null;
      state.layer.value = layer;
      const [first, last] = state.span.value;
      // Of an embedding of few checkpoints another is taken.
      if (place < first || place > last) state.method.value = null;
      state.going.toCheckpoint(place, true);
    });
  }

  /** Keep the map and the powers of the selection what the state asks for. */
  follow(): () => void {
    const stops = [effect(() => this.followMap()), effect(() => this.followSelection())];
    return () => {
      for (const stop of stops) stop();
    };
  }

  private followMap(): void {
    const { state } = this;
    const recording = state.recording.value;
    const index = this.index.value;
    void state.attempt.value;
    if (state.view.value !== "units" || !recording || !index || this.shown.value) {
      this.loading.value = false;
      return;
    }
    this.loading.value = true;
    const isCurrent = (): boolean => this.index.peek() === index;
    Promise.all([readUnitMap(recording.store, index), isStale(recording.store, index)]).then(
      ([map, stale]) => {
        if (!isCurrent()) return;
        batch(() => {
          this.map.value = map;
          this.stale.value = stale === true;
          this.loading.value = false;
          this.problem.value = null;
        });
      },
      (error: unknown) => {
        if (!isCurrent()) return;
        batch(() => {
          this.loading.value = false;
          this.problem.value = error instanceof Error ? error.message : String(error);
        });
      },
    );
  }

  private followSelection(): void {
    const { state } = this;
    const store = state.recording.value?.store;
    const map = this.shown.value;
    const of = state.selection.value;
    const wanted = state.view.value === "units" && this.telling.value === "selection" && store && map && of.length > 0 && of.length < store.index.samples;
    const measured = this.measured.peek();
    this.unmeasured.value = null;
    if (!wanted || (measured?.map === map && measured.of === of)) {
      this.measuring.value = null;
      return;
    }
    const refused = unreadable(store, map.index.layer);
    if (refused) {
      this.unmeasured.value = refused;
      this.measuring.value = null;
      return;
    }
    const isWanted = (): boolean => state.selection.peek() === of && this.shown.peek() === map && this.telling.peek() === "selection";
    this.measuring.value = 0;
    activationOf(store, map.index.layer, map.index.checkpoint)
      .then(({ powers }) => powers.of(of, isWanted, (share) => (this.measuring.value = share)))
      .then(
        (values) => {
          if (!values || !isWanted()) return;
          batch(() => {
            this.measured.value = { of, map, values };
            this.measuring.value = null;
          });
        },
        (error: unknown) => {
          if (!isWanted()) return;
          batch(() => {
            this.unmeasured.value = error instanceof Error ? error.message : String(error);
            this.measuring.value = null;
          });
        },
      );
  }
}

const NONE: readonly number[] = [];

/** Offer a space of chosen units by its name; false where it means none here. */
export function offerChosen(state: AppState, name: string): boolean {
  const recording = state.recording.peek();
  const space = recording?.store.chosen(name);
  if (!recording || !space) return false;
  if (!recording.store.embeddings.includes(space)) {
    recording.store.offer(space);
    // The store is the same; that it has one more space is told by a new wrapping.
    state.recording.value = { ...recording };
  }
  return true;
}
