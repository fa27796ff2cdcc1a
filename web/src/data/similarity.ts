/** The similarity of layers as a recording stores it: between two layers at two checkpoints each, of one model or of two. */

import { asCount, asList, asNumber, asObject, asText, fail, orNull } from "./recording-index";

/** A layer at a checkpoint: a row or a column of the matrix. */
export interface SimilarityStep {
  readonly layer: string;
  readonly checkpoint: string;
  readonly units: number;
}

/** Two clusters that become one, as SciPy's linkage has them: below `leaves` a cluster is a leaf, above it an earlier merge. */
export interface Merge {
  readonly a: number;
  readonly b: number;
  /** 1 − similarity. */
  readonly height: number;
}

export interface SimilarityIndex {
  /** The folder under `similarity/`. */
  readonly name: string;
  readonly title: string;
  readonly method: string;
  /** Whether the estimate is the unbiased one; null where the method has none. */
  readonly unbiased: boolean | null;
  /** In execution order, checkpoints in time inside. */
  readonly rows: readonly SimilarityStep[];
  readonly columns: readonly SimilarityStep[];
  /** The other model, whose layers the columns are; null where both are of the recording. */
  readonly other: { readonly title: string } | null;
  readonly symmetric: boolean;
  /** Leaf orders: what is alike lies next to each other. */
  readonly order: { readonly rows: readonly number[]; readonly columns: readonly number[] };
  readonly tree: { readonly rows: readonly Merge[]; readonly columns: readonly Merge[] };
  /** The column that is most like each row, and the row that is most like each column. */
  readonly partners: { readonly rows: readonly number[]; readonly columns: readonly number[] };
  readonly samples: number;
  /** When it was made, ISO 8601; empty where that is not known. */
  readonly created: string;
  /** Differs between two results of one name. */
  readonly version: string;
}

export function parseSimilarityIndex(name: string, value: unknown): SimilarityIndex {
  const at = (field: string): string => `similarity/${name}: ${field}`;
  const index = asObject(value, at("attributes.inscape"));
  const steps = (field: "rows" | "columns"): SimilarityStep[] =>
    asList(index[field], at(field)).map((entry, i) => {
      const step = asObject(entry, at(`${field}[${i}]`));
      return {
        layer: asText(step.layer, at(`${field}[${i}].layer`)),
        checkpoint: asText(step.checkpoint, at(`${field}[${i}].checkpoint`)),
        units: asCount(step.units ?? 0, at(`${field}[${i}].units`)),
      };
    });
  const [rows, columns] = [steps("rows"), steps("columns")];
  const both = <T>(field: string, read: (value: unknown, where: string, own: number, others: number) => T): { rows: T; columns: T } => {
    const pair = asObject(index[field], at(field));
    return {
      rows: read(pair.rows, at(`${field}.rows`), rows.length, columns.length),
      columns: read(pair.columns, at(`${field}.columns`), columns.length, rows.length),
    };
  };
  const provenance = asObject(index.provenance ?? {}, at("provenance"));
  return {
    name,
    title: asText(index.title ?? name, at("title")),
    method: asText(index.method, at("method")),
    unbiased: typeof index.unbiased === "boolean" ? index.unbiased : null,
    rows,
    columns,
    other: orNull(index.other, (other) => ({ title: asText(asObject(other, at("other")).title, at("other.title")) })),
    symmetric: index.symmetric === true,
    order: both("order", asPermutation),
    tree: both("tree", asTree),
    partners: both("partners", asPlaces),
    samples: asCount(index.samples, at("samples")),
    created: asText(provenance.created ?? "", at("provenance.created")),
    version: JSON.stringify(index.provenance ?? null),
  };
}

function asPlaces(value: unknown, where: string, count: number, others: number): number[] {
  const places = asList(value, where).map((place) => asCount(place, where));
  if (places.length !== count || places.some((place) => place >= others)) fail(where, `${count} places below ${others}`, places.length);
  return places;
}

function asPermutation(value: unknown, where: string, count: number): number[] {
  const order = asPlaces(value, where, count, count);
  if (new Set(order).size !== count) fail(where, `every place below ${count} once`, order);
  return order;
}

function asTree(value: unknown, where: string, leaves: number): Merge[] {
  const merges = asList(value, where).map((entry, i): Merge => {
    const [a, b, height] = asList(entry, `${where}[${i}]`).map((number) => asNumber(number, `${where}[${i}]`));
    if (!(a < leaves + i && b < leaves + i)) fail(`${where}[${i}]`, "of clusters that are there", entry);
    return { a, b, height };
  });
  if (merges.length !== Math.max(0, leaves - 1)) fail(where, `${leaves - 1} merges`, merges.length);
  return merges;
}

/** What the measures are called, and what 1 and 0 mean. */
export const MEASURES: Readonly<Record<string, { readonly title: string; readonly gloss: string } | undefined>> = {
  cka: { title: "Linear CKA", gloss: "Centered kernel alignment: 1 where two layers are the same but for a rotation and a scale of all units, 0 where nothing linear is shared." },
  svcca: { title: "SVCCA", gloss: "The mean correlation of the directions that two layers share, after each is cut to those that carry its variance." },
  procrustes: { title: "Procrustes", gloss: "How well one layer, turned and scaled as a whole, falls on the other: 1 is onto it." },
  nuclear: { title: "Nuclear norm", gloss: "The nuclear norm of the product of both layers, as UMAP Tour takes it: 1 is the same but for a rotation and a scale." },
};

export function measureOf(index: Pick<SimilarityIndex, "method" | "title">): { title: string; gloss: string } {
  return MEASURES[index.method] ?? { title: index.title, gloss: "1 is alike." };
}

/** The least tenth that no value is below, and 1: where the scale of the colors begins and ends. */
export function domainOf(values: ArrayLike<number>): readonly [number, number] {
  let least = 1;
  for (let i = 0; i < values.length; i++) if (values[i] < least) least = values[i];
  return [Math.min(0.9, Math.max(0, Math.floor(10 * least + 1e-6) / 10)), 1];
}
