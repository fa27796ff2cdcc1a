/** The index that a page starts from: `attributes.inscape` of the root and of each embedding, checked on arrival. */

export interface LayerEntry {
  name: string;
  units: number;
  /** Its group inside a checkpoint, or `input`, which lies at the root. */
  path: string;
  dtype: string;
}

export interface CheckpointEntry {
  name: string;
  /** Its group in the store. */
  path: string;
  accuracy: number | null;
  /** When it was recorded, ISO 8601; null where that is not known. */
  recorded?: string | null;
  /** The accuracy of each split by itself, where the samples have a column `split`. */
  splits?: readonly SplitAccuracy[];
}

export interface SplitAccuracy {
  name: string;
  accuracy: number;
}

export interface ThumbnailEntry {
  /** Height and width of a cell. */
  cell: [number, number];
  columns: number;
  perPage: number;
}

/** Numbers from 0 to 1 of how a layout keeps what the layer has; those that nobody measured are null. */
export interface Measures {
  trustworthiness: number;
  continuity: number;
  /** Of each sample's k nearest in the layer, the share among its k nearest in the layout. */
  recall: number;
  k: number;
  /** Spearman's correlation of distances, from −1 on. */
  correlation: number | null;
  /** Of each sample's six nearest in the layout, the share with its label. */
  hit: number | null;
  /** How many samples were measured; null: all. */
  sampled: number | null;
}

export interface Quality extends Measures {
  /** The same of PCA in as many dimensions. */
  pca: Measures | null;
}

export interface StepEntry {
  layer: string;
  checkpoint: string;
  rank: number;
  units: number;
  explained: number | null;
  /** The digest of the activation that was laid out. */
  input?: string | null;
  /** The title of the recording that the layer is of, where it is another one. */
  lent: string | null;
  /** The layer and the checkpoint whose layout this one went on from; null where it was made by itself. */
  start?: readonly [layer: string, checkpoint: string] | null;
}

export interface EmbeddingIndex {
  /** The folder under `embeddings/`. */
  name: string;
  title: string;
  method: string;
  dims: number;
  steps: StepEntry[];
  /** What was subtracted before quantizing: d numbers a step; null where nothing was. */
  center: number[][] | null;
  axes: string[] | null;
  quality: (Quality | null)[];
  /** Differs between two results of one name: a step that was read of one is none of the other. */
  version: string;
  /** Whether the steps are the activations themselves, which the page quantizes, and not stored for the screen. */
  raw: boolean;
  /** "joint": all steps were laid out in one space. */
  sequence?: string | null;
  /** The units of the layer that were chosen, where it is not of all of them. */
  columns?: readonly number[];
  /** The stop of a flow that stands in the place of an embedding. */
  flow?: { readonly name: string; readonly stop: number };
}

export interface RecordingIndex {
  title: string;
  samples: number;
  /** When the recording was begun: another time under the same name is another recording. */
  created: string;
  classNames: string[] | null;
  /** How many classes the model tells apart, where it is a classifier. */
  classes: number | null;
  thumbnails: ThumbnailEntry | null;
  layers: LayerEntry[];
  checkpoints: CheckpointEntry[];
  complete: boolean;
}

/** The names of raw units, where an embedding is of them: they have axes. */
export function axesOf(embedding: EmbeddingIndex): readonly string[] | null {
  return embedding.raw || embedding.method === "units" || embedding.flow ? embedding.axes : null;
}

type Json = Record<string, unknown>;

/** The schema of the store that this page reads. */
export const SCHEMA = 1;

/** An index that is not what the page was built for. */
export class IndexError extends Error {
  override name = "IndexError";
}

export function fail(where: string, wanted: string, got: unknown): never {
  const shown = JSON.stringify(got) ?? "nothing";
  throw new IndexError(`${where} should be ${wanted}; got ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}`);
}

export function asObject(value: unknown, where: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(where, "an object", value);
  return value as Json;
}

export function asList(value: unknown, where: string): unknown[] {
  return Array.isArray(value) ? value : fail(where, "a list", value);
}

export function asText(value: unknown, where: string): string {
  return typeof value === "string" ? value : fail(where, "a text", value);
}

export function asNumber(value: unknown, where: string): number {
  return typeof value === "number" && Number.isFinite(value) ? value : fail(where, "a number", value);
}

export function asCount(value: unknown, where: string): number {
  const number = asNumber(value, where);
  return Number.isInteger(number) && number >= 0 ? number : fail(where, "a whole number", value);
}

export function orNull<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null || value === undefined ? null : read(value);
}

export function parseRecordingIndex(value: unknown): RecordingIndex {
  const index = asObject(value, "attributes.inscape");
  const schema = asCount(index.schema, "schema");
  if (schema !== SCHEMA) {
    throw new IndexError(
      `this recording has schema ${schema} and this page reads schema ${SCHEMA}: open it with the inscape that wrote it, or a newer one`,
    );
  }
  return {
    title: asText(index.title ?? "", "title"),
    samples: asCount(index.samples, "samples"),
    created: asText(index.created ?? "", "created"),
    classes: orNull(asObject(index.model ?? {}, "model").classes, (count) => asCount(count, "model.classes")),
    thumbnails: orNull(index.thumbnails, parseThumbnails),
    classNames: orNull(index.class_names, (names) =>
      asList(names, "class_names").map((name, i) => asText(name, `class_names[${i}]`)),
    ),
    complete: index.complete !== false,
    layers: asList(index.layers, "layers").map((entry, i) => {
      const layer = asObject(entry, `layers[${i}]`);
      return {
        name: asText(layer.name, `layers[${i}].name`),
        units: asCount(layer.units, `layers[${i}].units`),
        path: asText(layer.path ?? "", `layers[${i}].path`),
        dtype: asText(layer.dtype ?? "", `layers[${i}].dtype`),
      };
    }),
    checkpoints: asList(index.checkpoints, "checkpoints").map((entry, i) => {
      const checkpoint = asObject(entry, `checkpoints[${i}]`);
      return {
        name: asText(checkpoint.name, `checkpoints[${i}].name`),
        path: `checkpoints/${asText(checkpoint.path ?? "", `checkpoints[${i}].path`)}`,
        accuracy: orNull(checkpoint.accuracy, (a) => asNumber(a, `checkpoints[${i}].accuracy`)),
        splits: Object.entries(asObject(checkpoint.splits ?? {}, `checkpoints[${i}].splits`)).map(([name, accuracy]) => ({
          name,
          accuracy: asNumber(accuracy, `checkpoints[${i}].splits.${name}`),
        })),
      };
    }),
  };
}

function parseThumbnails(value: unknown): ThumbnailEntry {
  const entry = asObject(value, "thumbnails");
  const [height, width] = asList(entry.cell, "thumbnails.cell").map((side) => asCount(side, "thumbnails.cell"));
  return {
    cell: [height, width],
    columns: asCount(entry.columns, "thumbnails.columns"),
    perPage: asCount(entry.per_page, "thumbnails.per_page"),
  };
}

export function parseEmbeddingIndex(name: string, value: unknown): EmbeddingIndex {
  const at = (field: string): string => `embeddings/${name}: ${field}`;
  const index = asObject(value, at("attributes.inscape"));
  const dims = asCount(index.dims, at("dims"));
  if (dims < 2 || dims > 64) fail(at("dims"), "from 2 to 64", dims);
  const steps = asList(index.steps, at("steps")).map((entry, i): StepEntry => {
    const step = asObject(entry, at(`steps[${i}]`));
    return {
      layer: asText(step.layer, at(`steps[${i}].layer`)),
      checkpoint: asText(step.checkpoint, at(`steps[${i}].checkpoint`)),
      rank: asCount(step.rank ?? dims, at(`steps[${i}].rank`)),
      units: asCount(step.units ?? 0, at(`steps[${i}].units`)),
      explained: orNull(step.explained, (e) => asNumber(e, at(`steps[${i}].explained`))),
      input: orNull(step.input, (digest) => asText(digest, at(`steps[${i}].input`))),
      lent: orNull(step.lent, (title) => asText(title, at(`steps[${i}].lent`))),
      start: orNull(step.start, (start) => parseStart(start, at(`steps[${i}].start`))),
    };
  });
  const center = orNull(index.center, (rows) =>
    asList(rows, at("center")).map((row, i) =>
      asList(row, at(`center[${i}]`)).map((c) => asNumber(c, at(`center[${i}]`))),
    ),
  );
  const axes = orNull(index.axes, (names) => asList(names, at("axes")).map((n) => asText(n, at("axes"))));
  if (center && (center.length !== steps.length || center.some((row) => row.length !== dims))) {
    fail(at("center"), `${steps.length} rows of ${dims}`, center.length);
  }
  if (axes && axes.length !== dims) fail(at("axes"), `${dims} names`, axes);
  const quality = orNull(index.quality, (q) => asList(q, at("quality"))) ?? [];
  const method = asText(index.method, at("method"));
  return {
    name,
    title: asText(index.title ?? method, at("title")),
    method,
    dims,
    steps,
    center,
    axes,
    quality: steps.map((_, i) => orNull(quality[i], (q) => parseQuality(q, at(`quality[${i}]`)))),
    version: JSON.stringify(index.provenance ?? null),
    raw: false,
    sequence: orNull(index.sequence, (name) => asText(name, at("sequence"))),
  };
}

function parseStart(value: unknown, where: string): [string, string] {
  const names = asList(value, where);
  if (names.length !== 2) fail(where, "a layer and a checkpoint", value);
  return [asText(names[0], where), asText(names[1], where)];
}

function parseQuality(value: unknown, where: string): Quality {
  return { ...parseMeasures(value, where), pca: orNull(asObject(value, where).pca, (pca) => parseMeasures(pca, `${where}.pca`)) };
}

function parseMeasures(value: unknown, where: string): Measures {
  const quality = asObject(value, where);
  const number = (name: string): number => asNumber(quality[name], `${where}.${name}`);
  const known = (name: string): number | null => orNull(quality[name], (found) => asNumber(found, `${where}.${name}`));
  return {
    trustworthiness: number("trustworthiness"),
    continuity: number("continuity"),
    recall: number("recall"),
    k: asCount(quality.k, `${where}.k`),
    correlation: known("correlation"),
    hit: known("hit"),
    sampled: orNull(quality.sampled, (count) => asCount(count, `${where}.sampled`)),
  };
}
