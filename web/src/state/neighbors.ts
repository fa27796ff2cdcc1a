/** The nearest neighbors of a sample: as the recording has them, or measured in the coordinates that are on the stage. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { nearestOf } from "../data/cloud";
import { asObject } from "../data/recording-index";
import { isTimeless } from "../data/steps";
import type { RecordingStore } from "../data/store";
import type { AppState } from "./app-state";
import { recordedLayer, spaceOnStage } from "./space";

export interface Neighborhood {
  readonly sample: number;
  /** Nearest first. */
  readonly neighbors: readonly number[];
  /** "in …": where they were measured. */
  readonly words: string;
  /** What was selected: the sample and its neighbors. */
  readonly selection: readonly number[];
}

const USUAL = 20;
export const MOST_NEIGHBORS = 1000;

export class Neighbors {
  /** How many; null: as many as the recording has, else 20. */
  readonly count: Signal<number | null> = signal(null);
  readonly found: Signal<Neighborhood | null> = signal(null);
  /** The sample whose neighbors are asked for: the one pointed at, the only one selected, or that of the last answer. */
  readonly origin: ReadonlySignal<number | null>;
  /** The number that is taken. */
  readonly number: ReadonlySignal<number>;

  constructor(private readonly state: AppState) {
    this.origin = computed(() => {
      const { hover, selection } = state;
      if (hover.value !== null) return hover.value;
      if (selection.value.length === 1) return selection.value[0];
      return this.current.value?.sample ?? null;
    });
    this.number = computed(() => this.count.value ?? this.stored()?.count ?? USUAL);
  }

  /** The last answer, while it is what is selected. */
  readonly current: ReadonlySignal<Neighborhood | null> = computed(() => {
    const found = this.found.value;
    return found && found.selection === this.state.selection.value ? found : null;
  });

  /** Select a sample and its neighbors. */
  async select(sample: number | null = this.origin.peek()): Promise<void> {
    const { state } = this;
    const recording = state.recording.peek();
    if (sample === null || !recording) {
      state.notice.value = "Neighbors are those of one sample: point at it or select it, then press n.";
      return;
    }
    const count = Math.min(this.number.peek(), recording.store.index.samples - 1);
    const stored = this.stored();
    const space = spaceOnStage(state);
    if (!(stored && stored.count >= count) && !space) {
      state.notice.value = "The coordinates of this layer are on their way: ask again in a moment.";
      return;
    }
    try {
      const known = stored && stored.count >= count ? await readStored(recording.store, stored.path, sample) : null;
      if (state.recording.peek() !== recording) return;
      const neighbors = known ? known.slice(0, count) : space ? nearestOf(space.step, sample, count) : [];
      const words = known ? (stored?.words ?? "") : (space?.words ?? "");
      const selection = [sample, ...neighbors].sort((a, b) => a - b);
      state.setSelection(selection);
      this.found.value = { sample, neighbors, words, selection };
    } catch (error) {
      state.notice.value = error instanceof Error ? error.message : String(error);
    }
  }

  /** What the recording has of this layer at the nearest checkpoint. */
  private stored(): { path: string; count: number; words: string } | null {
    const { state } = this;
    const store = state.recording.value?.store;
    const name = recordedLayer(state);
    const layer = store?.index.layers.find((entry) => entry.name === name);
    const checkpoint = store?.index.checkpoints[state.nearestCheckpoint.value];
    if (!store || !layer || !checkpoint) return null;
    const group = `${isTimeless(layer.name) ? "" : `${checkpoint.path}/`}${layer.path}/neighbors`;
    const count = store.shape(`${group}/indices`)?.[1];
    if (!count) return null;
    const when = isTimeless(layer.name) ? "" : ` at ${checkpoint.name}`;
    const exact = isExact(store.node(group)) ? "" : ", found by an approximate search";
    return { path: `${group}/indices`, count, words: `in all ${layer.units.toLocaleString("en-US")} units of ${layer.name}${when}${exact}` };
  }
}

async function readStored(store: RecordingStore, path: string, sample: number): Promise<number[]> {
  const { data } = await store.read(path, sample);
  // Approximate searches may find fewer, and mark the rest by -1.
  return [...data].filter((neighbor) => neighbor >= 0 && neighbor !== sample);
}

function isExact(node: unknown): boolean {
  try {
    const at = (value: unknown, key: string): unknown => asObject(value, key)[key];
    return at(at(at(at(at(node, "attributes"), "inscape"), "provenance"), "parameters"), "exact") === true;
  } catch {
    return false;
  }
}
