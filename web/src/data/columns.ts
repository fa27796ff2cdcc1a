/** Columns of the samples as the views use them. */

import type { RecordingStore } from "./store";

export interface Classes {
  /** (sample,): the class of each, `names.length` for a sample without a label. */
  readonly of: Uint16Array;
  readonly names: string[];
  readonly counts: number[];
  readonly unlabeled: number;
}

/** Group samples by an integer column; below zero means none. */
export function classesOf(labels: ArrayLike<number>, classNames: readonly string[] | null): Classes {
  let largest = -1;
  for (let i = 0; i < labels.length; i++) largest = Math.max(largest, labels[i]);
  const count = Math.max(classNames?.length ?? 0, largest + 1);
  const names = Array.from({ length: count }, (_, i) => classNames?.[i] ?? String(i));
  const counts = new Array<number>(count).fill(0);
  let unlabeled = 0;
  const of = Uint16Array.from({ length: labels.length }, (_, i) => {
    if (labels[i] < 0) {
      unlabeled += 1;
      return count;
    }
    counts[labels[i]] += 1;
    return labels[i];
  });
  return { of, names, counts, unlabeled };
}

/** The labels of a recording; a recording without them has samples of no class. */
export async function readClasses(store: RecordingStore): Promise<Classes> {
  const { samples, classNames } = store.index;
  if (!store.node("samples/label")) return classesOf(new Int32Array(samples).fill(-1), null);
  const { data } = await store.read("samples/label");
  return classesOf(data, classNames);
}
