/** Columns of the samples for a view: as they are at a checkpoint, and until they are there as they were before. */

import { useEffect, useState } from "preact/hooks";
import { type Column, columnsOf, readColumn } from "../data/sample-columns";
import type { RecordingStore } from "../data/store";

export interface ReadColumns {
  /** The checkpoint that they are of. */
  readonly place: number;
  readonly columns: ReadonlyMap<string, Column>;
}

/** Those of the named columns that the recording has; null until they are read for the first time, or where they can't be. */
export function useColumns(store: RecordingStore, names: string, place: number): ReadColumns | null {
  const [read, setRead] = useState<ReadColumns | null>(null);
  useEffect(() => {
    let current = true;
    const there = new Set(columnsOf(store).map(({ name }) => name));
    const wanted = names.split(" ").filter((name) => there.has(name));
    Promise.all(wanted.map(async (name) => [name, await readColumn(store, name, place)] as const)).then(
      (columns) => current && setRead({ place, columns: new Map(columns) }),
      () => current && setRead(null),
    );
    return () => {
      current = false;
    };
  }, [store, names, place]);
  return read;
}
