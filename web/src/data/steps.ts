/** Which step of which embedding shows a layer at a checkpoint, and the loading of it. */

import { quantized, stepData, type StepData } from "../tour/fit";
import { bracket } from "../tour/time";
import type { EmbeddingIndex, RecordingIndex } from "./recording-index";
import { unreadable } from "./activations";
import { DataError, type RecordingStore } from "./store";

/** The steps that an embedding has for one layer. */
export interface LayerSteps {
  readonly embedding: EmbeddingIndex;
  /** Places in the recording's list of checkpoints, ascending; and the step of the embedding at each. */
  readonly places: number[];
  readonly steps: number[];
}

/**
 * Find the steps of a layer; null where the embedding has none. The data itself is one step, good at every checkpoint.
 * A layer lent by another recording lies at the places of `lentCheckpoints`.
 */
export function stepsOf(index: RecordingIndex, embedding: EmbeddingIndex, layer: string, lent: string | null = null): LayerSteps | null {
  const names = lent === null ? index.checkpoints.map(({ name }) => name) : lentCheckpoints(embedding, lent);
  const place = new Map(names.map((name, i) => [name, i]));
  const found = embedding.steps
    .map((step, i) => ({ step: i, layer: step.layer, lent: step.lent, place: place.get(step.checkpoint) }))
    .filter((s): s is { step: number; layer: string; lent: string | null; place: number } => s.layer === layer && s.lent === lent && s.place !== undefined)
    .sort((a, b) => a.place - b.place);
  if (!found.length) return null;
  return { embedding, places: found.map((s) => s.place), steps: found.map((s) => s.step) };
}

/** Has an embedding layers of another recording beside those of its own? */
export function isShared(embedding: EmbeddingIndex): boolean {
  return embedding.steps.some(({ lent }) => lent !== null);
}

/** The checkpoints of another recording, as an embedding that it lent layers to has them. */
export function lentCheckpoints({ steps }: EmbeddingIndex, lent: string): string[] {
  return [...new Set(steps.filter((step) => step.lent === lent).map(({ checkpoint }) => checkpoint))];
}

/** Does the layer look the same at every checkpoint? */
export function isTimeless(layer: string): boolean {
  return layer === "input";
}

/**
 * Choose the embedding of a layer: the one of the wanted name, else of the wanted method (or of the method of the one of
 * that name, which has not this layer), else its raw units, else PCA, else the first.
 */
export function chooseEmbedding(
  index: RecordingIndex,
  embeddings: readonly EmbeddingIndex[],
  layer: string,
  wanted: string | null,
  lent: string | null = null,
): LayerSteps | null {
  const available = embeddings
    .map((embedding) => stepsOf(index, embedding, layer, lent))
    .filter((steps): steps is LayerSteps => steps !== null)
    .sort((a, b) => Number(isShared(a.embedding)) - Number(isShared(b.embedding)));
  const by = (method: string): LayerSteps | undefined => available.find((a) => a.embedding.method === method);
  // Raw units are the first choice where somebody laid them out, or where each of them is a class.
  const units = by("units");
  const telling = units && (!units.embedding.raw || isOfClasses(index, units.embedding)) ? units : undefined;
  const named = available.find(({ embedding }) => embedding.name === wanted);
  const method = embeddings.find(({ name }) => name === wanted)?.method;
  return named ?? (wanted ? by(wanted) : undefined) ?? (method ? by(method) : undefined) ?? telling ?? by("pca") ?? available[0] ?? null;
}

/** What to want to have this embedding of a layer: its method, where that gets it; else its name, as always where it is of two models. */
export function wantedFor(choices: readonly LayerSteps[], embedding: EmbeddingIndex): string {
  const { method, name } = embedding;
  if (isShared(embedding)) return name;
  const first = choices.find((choice) => choice.embedding.method === method && !isShared(choice.embedding))?.embedding;
  return first === embedding && !choices.some((choice) => choice.embedding.name === method && choice.embedding !== embedding) ? method : name;
}

const METHODS: Readonly<Record<string, string>> = { pca: "PCA", umap: "UMAP", units: "Units", chosen: "Chosen units", tsne: "t-SNE", flow: "flow" };

/** What the methods of embedding are called. */
export function methodTitle(method: string): string {
  return METHODS[method] ?? method;
}

/** What an embedding is called among others: its method, or where that says too little, its own title or name. */
export function titleAmong(choices: readonly LayerSteps[], embedding: EmbeddingIndex): string {
  const { method, title, name, sequence } = embedding;
  const joint = METHODS[method] && sequence === "joint" ? `${METHODS[method]}, joint` : null;
  if (joint && choices.every((choice) => choice.embedding === embedding || choice.embedding.method !== method || choice.embedding.sequence !== "joint")) return joint;
  if (!joint && wantedFor(choices, embedding) === method && METHODS[method]) return METHODS[method];
  const telling = title !== "" && title !== method && title !== METHODS[method];
  const alone = choices.every((choice) => choice.embedding === embedding || choice.embedding.title !== title);
  if (telling && alone) return title;
  // Of one method the dimensions may tell them apart.
  const only = choices.every(({ embedding: other }) => other === embedding || other.method !== method || other.dims !== embedding.dims);
  return METHODS[method] && only ? `${METHODS[method]} ${embedding.dims}-D` : name;
}

/** Are the axes named after the classes? */
export function isOfClasses(index: RecordingIndex, embedding: EmbeddingIndex): boolean {
  return embedding.axes !== null && embedding.axes.join("\n") === index.classNames?.join("\n");
}

/** The step whose numbers are told at a place: between two checkpoints that of the nearer one. */
export function stepNearest({ places, steps }: LayerSteps, place: number): number {
  return steps[places.reduce((best, p, i) => (Math.abs(p - place) < Math.abs(places[best] - place) ? i : best), 0)];
}

/** The steps, with weights, at a position between checkpoints. */
export function weightedSteps(layer: LayerSteps, position: number): { step: number; weight: number }[] {
  const { before, after, fraction } = bracket(layer.places, position);
  if (before === after) return [{ step: layer.steps[before], weight: 1 }];
  return [
    { step: layer.steps[before], weight: 1 - fraction },
    { step: layer.steps[after], weight: fraction },
  ];
}

/** Bytes of steps kept in memory; the least lately used go first. */
const KEPT = 512 << 20;

/** Loads steps when they are asked for, each once. */
export class StepCache {
  private readonly loading = new Map<string, Promise<StepData>>();
  private readonly ready = new Map<string, StepData>();
  private readonly scales = new Map<string, Promise<Float32Array>>();
  private bytes = 0;

  constructor(private store: RecordingStore) {}

  /** Go on with the index of a recording that grew; what was read of results that are still there stays. */
  renew(store: RecordingStore): void {
    this.store = store;
    this.scales.clear();
  }

  /** The step if it is here already. */
  peek(embedding: EmbeddingIndex, step: number): StepData | undefined {
    const key = keyOf(embedding, step);
    const data = this.ready.get(key);
    if (data) {
      this.ready.delete(key);
      this.ready.set(key, data);
    }
    return data;
  }

  load(embedding: EmbeddingIndex, step: number): Promise<StepData> {
    const here = this.peek(embedding, step);
    if (here) return Promise.resolve(here);
    const key = keyOf(embedding, step);
    let promise = this.loading.get(key);
    if (!promise) {
      promise = this.fetch(embedding, step);
      this.loading.set(key, promise);
      // A failure is not kept: what is asked for again is tried again.
      promise.then(
        (data) => this.keep(key, data),
        () => this.loading.delete(key),
      );
    }
    return promise;
  }

  private keep(key: string, data: StepData): void {
    this.loading.delete(key);
    this.ready.set(key, data);
    this.bytes += data.screen.byteLength;
    for (const [oldest, old] of this.ready) {
      if (this.bytes <= KEPT || oldest === key) break;
      this.ready.delete(oldest);
      this.bytes -= old.screen.byteLength;
    }
  }

  private async fetch(embedding: EmbeddingIndex, step: number): Promise<StepData> {
    if (embedding.raw) return this.fetchRaw(embedding, step);
    const { dims, name } = embedding;
    const folder = `embeddings/${name}`;
    let scales = this.scales.get(name);
    if (!scales) {
      scales = this.store.read(`${folder}/scale`).then(({ data }) => Float32Array.from(data));
      this.scales.set(name, scales);
      scales.catch(() => this.scales.delete(name));
    }
    const [screen, allScales] = await Promise.all([this.store.read(`${folder}/screen`, step), scales]);
    const { samples } = this.store.index;
    if (!(screen.data instanceof Int16Array) || screen.data.length !== samples * dims) {
      throw new DataError(`${folder}/screen is not int16 of ${samples} × ${dims} a step: run inscape verify`);
    }
    const scale = allScales.subarray(step * dims, (step + 1) * dims);
    const center = Float32Array.from(embedding.center?.[step] ?? new Float32Array(dims));
    return stepData(screen.data, scale, samples, dims, center, embedding.method === "units");
  }

  /** The activation itself, as float32: quantized here. */
  private async fetchRaw(embedding: EmbeddingIndex, step: number): Promise<StepData> {
    const { samples, layers, checkpoints } = this.store.index;
    const { layer, checkpoint } = embedding.steps[step];
    const group = layers.find((l) => l.name === layer)?.path ?? "";
    const inside = checkpoints.find((c) => c.name === checkpoint)?.path ?? "";
    const path = `${isTimeless(layer) ? group : `${inside}/${group}`}/activation`;
    const refused = embedding.columns && unreadable(this.store, layer);
    if (refused) throw new DataError(refused);
    const { data } = await this.store.read(path);
    const units = embedding.steps[step].units;
    if (!(data instanceof Float32Array) || data.length !== samples * units) {
      throw new DataError(`${path} is not float32 of ${samples} × ${units}: run inscape verify`);
    }
    return quantized(embedding.columns ? columnsOf(data, samples, units, embedding.columns) : data, samples, embedding.dims);
  }
}

/** (sample, chosen unit). */
function columnsOf(data: Float32Array, samples: number, units: number, columns: readonly number[]): Float32Array {
  const found = new Float32Array(samples * columns.length);
  for (let i = 0, at = 0; i < samples; i++) for (const column of columns) found[at++] = data[i * units + column];
  return found;
}

function keyOf(embedding: EmbeddingIndex, step: number): string {
  return `${embedding.name}\n${embedding.version}\n${step}`;
}
