/** Every column of the samples: their labels, the user's own, and what each checkpoint says of them. Read when asked for. */

import { fromFolder, toFolder } from "./names";
import { DataError, type RecordingStore, type Values } from "./store";

export type ColumnKind = "number" | "category" | "text";

export interface ColumnEntry {
  readonly name: string;
  /** Strings are `text` until they are read: few different ones make a category. */
  readonly kind: ColumnKind;
  /** Whether every checkpoint has values of its own. */
  readonly perCheckpoint: boolean;
}

export interface NumberColumn {
  readonly kind: "number";
  readonly name: string;
  /** (sample,): NaN where there is none. */
  readonly values: Float64Array | Float32Array | Int32Array;
}

export interface CategoryColumn {
  readonly kind: "category";
  readonly name: string;
  /** (sample,): the place in `names`, -1 where there is none. */
  readonly codes: Int32Array;
  readonly names: readonly string[];
}

export interface TextColumn {
  readonly kind: "text";
  readonly name: string;
  readonly values: readonly string[];
}

export type Column = NumberColumn | CategoryColumn | TextColumn;

/** The arrays of a checkpoint that are columns, in the order in which they are offered. */
const OF_CHECKPOINTS = ["prediction", "confidence", "loss"];

/** Those whose numbers are classes. */
const OF_CLASSES = new Set(["label", "prediction"]);

/** Different strings that a category has at most; and samples that each of them has at least, on average. */
const MOST_CATEGORIES = 100;
const LEAST_MEMBERS = 2;

const listed = new WeakMap<RecordingStore, ColumnEntry[]>();

/** The columns that a recording has: the label first, the user's own, then those of the checkpoints. */
export function columnsOf(store: RecordingStore): readonly ColumnEntry[] {
  // Listed once: large recordings have many nodes, and views ask with every drawing.
  const columns = listed.get(store) ?? listColumns(store);
  listed.set(store, columns);
  return columns;
}

function listColumns(store: RecordingStore): ColumnEntry[] {
  const own = store.arraysIn("samples").map((folder) => {
    const name = fromFolder(folder);
    return { name, kind: kindOf(name, store.dtype(`samples/${folder}`)), perCheckpoint: false };
  });
  own.sort((a, b) => Number(b.name === "label") - Number(a.name === "label"));
  const taken = new Set(own.map(({ name }) => name));
  const told = new Set(store.index.checkpoints.flatMap(({ path }) => store.arraysIn(path)));
  const later = OF_CHECKPOINTS.filter((name) => told.has(name) && !taken.has(name));
  return [...own, ...later.map((name): ColumnEntry => ({ name, kind: kindOf(name, ""), perCheckpoint: true }))];
}

/** Whether the predictions are of other classes than the labels: photographs in folders, seen by a model of ImageNet. */
export function hasForeignPredictions(store: RecordingStore): boolean {
  const { checkpoints } = store.index;
  return store.node("samples/label") !== undefined && checkpoints.length > 0 && checkpoints.every(({ accuracy, path }) => accuracy === null && store.node(`${path}/loss`) === undefined);
}

const read = new WeakMap<RecordingStore, Map<string, Promise<Column>>>();

/** Columns that are kept; the least lately used go first. */
const KEPT = 40;

/** One column, at a place in the list of checkpoints if each has its own. */
export function readColumn(store: RecordingStore, name: string, place: number): Promise<Column> {
  const path = pathOf(store, name, place);
  if (path === null) {
    const checkpoint = store.index.checkpoints[place]?.name;
    return Promise.reject(new DataError(`there is no ${name} of the samples${checkpoint ? ` at ${checkpoint}` : ""}`));
  }
  const kept = read.get(store) ?? new Map<string, Promise<Column>>();
  read.set(store, kept);
  const column = kept.get(path) ?? store.readValues(path).then((values) => asColumn(name, values, name === "prediction" && hasForeignPredictions(store) ? null : store.index.classNames));
  kept.delete(path);
  kept.set(path, column);
  // A failure is not kept: what is asked for again is tried again.
  column.catch(() => kept.delete(path));
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  return column;
}

function pathOf(store: RecordingStore, name: string, place: number): string | null {
  const own = `samples/${toFolder(name)}`;
  if (store.node(own) !== undefined) return own;
  const checkpoint = store.index.checkpoints[place];
  const path = `${checkpoint?.path}/${name}`;
  return OF_CHECKPOINTS.includes(name) && checkpoint && store.node(path) !== undefined ? path : null;
}

function kindOf(name: string, dtype: string): ColumnKind {
  if (OF_CLASSES.has(name) || dtype === "bool") return "category";
  return dtype === "string" ? "text" : "number";
}

/** Values as they were read, as a column. */
export function asColumn(name: string, values: Values, classNames: readonly string[] | null): Column {
  if (OF_CLASSES.has(name)) return ofClasses(name, Int32Array.from(values, Number), classNames);
  if (values instanceof Float32Array || values instanceof Float64Array || values instanceof Int32Array) return { kind: "number", name, values };
  if (Array.isArray(values)) return ofStrings(name, values.map(String));
  const [first] = values;
  if (typeof first === "boolean") return { kind: "category", name, codes: Int32Array.from(values, Number), names: ["false", "true"] };
  // Whole numbers beyond 2⁵³ lose their last digits.
  return { kind: "number", name, values: Float64Array.from(values, Number) };
}

function ofClasses(name: string, codes: Int32Array, classNames: readonly string[] | null): CategoryColumn {
  let count = classNames?.length ?? 0;
  for (const code of codes) if (code >= count) count = code + 1;
  return { kind: "category", name, codes: codes.map((code) => Math.max(code, -1)), names: Array.from({ length: count }, (_, i) => classNames?.[i] ?? String(i)) };
}

function ofStrings(name: string, values: string[]): CategoryColumn | TextColumn {
  const codes = new Map<string, number>();
  for (const value of values) {
    if (!codes.has(value)) codes.set(value, codes.size);
    if (codes.size > MOST_CATEGORIES || codes.size * LEAST_MEMBERS > values.length) return { kind: "text", name, values };
  }
  return { kind: "category", name, codes: Int32Array.from(values, (value) => codes.get(value) ?? -1), names: [...codes.keys()] };
}
