/** The nearest neighbors of a sample: as the recording has them, or measured in the coordinates that are on the stage. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { nearestOf } from "../data/cloud";
import { foundBy, graphOf, isCurrent, type NeighborGraph, neighborsIn } from "../data/neighbor-graphs";
import type { AppState, OpenRecording } from "./app-state";
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
      const usable = stored !== null && stored.count >= count && (await isCurrent(recording.store, stored));
      const known = usable ? await neighborsIn(recording.store, stored, sample) : null;
      if (state.recording.peek() !== recording) return;
      if (!known && !space) throw new Error("The stored neighbors are of an activation that has changed since, and nothing else is here to find them in.");
      const neighbors = known ? known.slice(0, count) : space ? nearestOf(space.step, sample, count) : [];
      const words = known && stored ? wordsOf(recording.store, stored) : (space?.words ?? "");
      const selection = [sample, ...neighbors].sort((a, b) => a - b);
      state.setSelection(selection);
      this.found.value = { sample, neighbors, words, selection };
    } catch (error) {
      state.notice.value = error instanceof Error ? error.message : String(error);
    }
  }

  /** What the recording has of this layer at the nearest checkpoint. */
  private stored(): NeighborGraph | null {
    const { state } = this;
    const store = state.recording.value?.store;
    return store ? graphOf(store, recordedLayer(state), state.nearestCheckpoint.value) : null;
  }
}

function wordsOf(store: OpenRecording["store"], graph: NeighborGraph): string {
  const units = store.index.layers.find(({ name }) => name === graph.layer)?.units ?? 0;
  const when = graph.checkpoint === null ? "" : ` at ${graph.checkpoint}`;
  return `in all ${units.toLocaleString("en-US")} units of ${graph.layer}${when}${foundBy(graph)}`;
}
