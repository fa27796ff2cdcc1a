/** Small multiples: every layer at every checkpoint as a small tour, all seen by one basis where they share a space. */

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { chooseEmbedding, isTimeless, type LayerSteps, weightedSteps } from "../data/steps";
import type { AppState, OpenRecording } from "./app-state";
import { type SceneParts, sceneOf } from "./scenes";

/** Points that all cells draw together at most: above, there are fewer cells. */
const MOST_POINTS = 4_000_000;
/** Bytes of coordinates that all cells hold together at most. */
const MOST_BYTES = 200 << 20;

export interface Cell {
  readonly layer: string;
  /** A place in the list of checkpoints. */
  readonly place: number;
  readonly steps: LayerSteps;
}

export interface Cells {
  readonly rows: readonly string[];
  readonly columns: readonly number[];
  /** Row by row; null where a layer was not laid out at a checkpoint. */
  readonly cells: readonly (Cell | null)[];
  /** How many there would be without a limit. */
  readonly of: readonly [number, number];
}

const NONE: Cells = { rows: [], columns: [], cells: [], of: [0, 0] };

export class Grid {
  readonly open = signal(false);

  constructor(private readonly state: AppState) {}

  readonly cells: ReadonlySignal<Cells> = computed(() => {
    const recording = this.state.recording.value;
    if (!recording || !this.open.value) return NONE;
    const { index, embeddings } = recording.store;
    const method = this.state.flow.value ? null : this.state.method.value;
    const found = index.layers
      .map(({ name }) => ({ name, steps: chooseEmbedding(index, embeddings, name, method) }))
      .filter((row): row is { name: string; steps: LayerSteps } => row.steps !== null);
    const places = index.checkpoints.map((_, i) => i);
    const bytes = index.samples * Math.max(1, ...found.map(({ steps }) => steps.embedding.dims)) * 2;
    const most = Math.max(4, Math.floor(Math.min(MOST_POINTS / Math.max(1, index.samples), MOST_BYTES / bytes)));
    const columns = spread(places, Math.max(2, Math.min(places.length, Math.floor(Math.sqrt(most * (places.length / Math.max(1, found.length)))))));
    const rows = spread(found, Math.max(1, Math.floor(most / Math.max(1, columns.length))));
    const cells = rows.flatMap(({ name, steps }) =>
      columns.map((place) => (isTimeless(name) || steps.places.includes(place) ? { layer: name, place, steps } : null)),
    );
    return { rows: rows.map(({ name }) => name), columns, cells, of: [found.length, places.length] };
  });

  /** Leave the grid for one of its cells. */
  enter({ layer, place }: Cell): void {
    const { state } = this;
    batch(() => {
      this.open.value = false;
      if (!state.layers.peek().includes(layer)) state.method.value = null;
      state.going.toLayer(layer);
      state.going.setCheckpoint(place);
      state.woken.value += 1;
    });
  }
}

/** What a cell shows, if it is here already. */
export function cellScene(recording: OpenRecording, { steps, place }: Cell): SceneParts {
  return sceneOf(recording, steps, weightedSteps(steps, place), true);
}

/** So many of a list, the first and the last among them. */
export function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  if (most < 2) return list.slice(-1);
  return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]);
}
