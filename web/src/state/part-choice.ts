/** Which part of the samples a picture draws: those of one value of a column, as train or test. */

import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type CategoryColumn, columnsOf, readColumn } from "../data/sample-columns";
import type { RecordingStore } from "../data/store";
import type { OpenRecording } from "./app-state";

export interface Part {
  readonly column: string;
  readonly value: string;
}

/** Values that are offered as parts; a column with more of them does not part the samples. */
const MOST_PARTS = 12;

/** The columns that part the samples, the split into training and test first. */
export async function partingColumns(store: RecordingStore): Promise<CategoryColumn[]> {
  const offered = columnsOf(store).filter(({ name, kind, perCheckpoint }) => kind !== "number" && !perCheckpoint && name !== "text" && name !== "label");
  const columns = await Promise.all(offered.map(({ name }) => readColumn(store, name, 0).catch(() => null)));
  return columns
    .filter((column): column is CategoryColumn => column?.kind === "category" && column.names.length > 1 && column.names.length <= MOST_PARTS)
    .sort((a, b) => Number(b.name === "split") - Number(a.name === "split"));
}

export class PartChoice {
  readonly wanted: Signal<Part | null> = signal(null);
  private readonly columns: Signal<readonly CategoryColumn[]> = signal([]);
  /** The columns that part the samples, once they are read. */
  readonly offered: ReadonlySignal<readonly CategoryColumn[]> = this.columns;

  constructor(recording: ReadonlySignal<OpenRecording | null>) {
    const store = computed(() => recording.value?.store ?? null);
    let last: RecordingStore | null = null;
    effect(() => {
      const now = store.value;
      last = now;
      if (!now) this.columns.value = [];
      else void partingColumns(now).then((columns) => (last === now ? (this.columns.value = columns) : undefined));
    });
  }

  /** Those of a mask that are of this part. While the column is on its way, all of them. */
  of(mask: Uint8Array): Uint8Array {
    const wanted = this.wanted.value;
    const column = wanted && this.columns.value.find(({ name }) => name === wanted.column);
    const code = column?.names.indexOf(wanted?.value ?? "") ?? -1;
    if (!column || code < 0) return mask;
    return mask.map((shown, sample) => (column.codes[sample] === code ? shown : 0));
  }
}
