/** The nearest neighbors that a recording has of its activations: one graph for each, which all that needs neighbors reads. */

import { asObject } from "./recording-index";
import { isTimeless } from "./steps";
import { DataError, type RecordingStore } from "./store";

export interface NeighborGraph {
  /** Of the array (sample, neighbor): nearest first, −1 where an approximate search found none. */
  readonly path: string;
  readonly layer: string;
  /** Null for the data itself. */
  readonly checkpoint: string | null;
  /** Neighbors a sample. */
  readonly count: number;
  readonly exact: boolean;
  /** The share of the true neighbors that it has, measured; null where nobody measured it. */
  readonly recall: number | null;
  /** The digest of the digest of the activation that it was found in; null where it does not say. */
  readonly input: string | null;
}

/** The graph of a layer at a checkpoint (a place in the list); null where there is none. */
export function graphOf(store: RecordingStore, name: string | null, place: number): NeighborGraph | null {
  const layer = store.index.layers.find((entry) => entry.name === name);
  const checkpoint = store.index.checkpoints[place];
  if (!layer || !checkpoint) return null;
  const timeless = isTimeless(layer.name);
  const group = `${timeless ? "" : `${checkpoint.path}/`}${layer.path}/neighbors`;
  const path = `${group}/indices`;
  const count = store.shape(path)?.[1];
  if (!count) return null;
  const told = attributesOf(store.node(group));
  const provenance = partOf(told, "provenance");
  const exact = told.exact ?? partOf(provenance, "parameters").exact;
  const { recall } = told;
  return {
    path,
    layer: layer.name,
    checkpoint: timeless ? null : checkpoint.name,
    count,
    exact: exact === true,
    recall: typeof recall === "number" ? recall : exact === true ? 1 : null,
    input: typeof provenance.input === "string" ? provenance.input : null,
  };
}

/** How its neighbors were found, in words that follow "neighbors"; empty where they are the true ones. */
export function foundBy({ exact, recall }: NeighborGraph): string {
  if (exact) return "";
  const share = recall === null ? "" : ` that has ${(100 * recall).toFixed(recall > 0.995 && recall < 1 ? 1 : 0)}% of them`;
  return `, found by an approximate search${share}`;
}

/** The digest of the activation of a layer as it is now; null where the recording does not say. */
export function digestOf(store: RecordingStore, name: string, checkpoint: string | null): string | null {
  const layer = store.index.layers.find((entry) => entry.name === name);
  const at = store.index.checkpoints.find((entry) => entry.name === checkpoint);
  if (!layer || (!at && !isTimeless(name))) return null;
  const { digest } = attributesOf(store.node(isTimeless(name) || !at ? layer.path : `${at.path}/${layer.path}`));
  return typeof digest === "string" ? digest : null;
}

/** Whether the activation is still the one that the graph was found in; true where nothing tells. */
export async function isCurrent(store: RecordingStore, graph: NeighborGraph): Promise<boolean> {
  const digest = digestOf(store, graph.layer, graph.checkpoint);
  // Outside of secure contexts browsers compute no digests.
  if (digest === null || graph.input === null || typeof crypto === "undefined" || !crypto.subtle) return true;
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(digest)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("") === graph.input;
}

/** Graphs that are kept; each is as many numbers as samples times neighbors. */
const KEPT = 6;
const kept = new WeakMap<RecordingStore, Map<string, Promise<Int32Array>>>();

/** (sample × neighbor): read once. */
export function readGraph(store: RecordingStore, { path, count }: NeighborGraph): Promise<Int32Array> {
  const graphs = kept.get(store) ?? new Map<string, Promise<Int32Array>>();
  kept.set(store, graphs);
  const known = graphs.get(path);
  if (known) return known;
  const reading = store.read(path).then(({ data }) => {
    if (!(data instanceof Int32Array) || data.length !== store.index.samples * count) throw new DataError(`${path} is not int32 of ${store.index.samples} × ${count}: run inscape verify`);
    return data;
  });
  graphs.set(path, reading);
  // A failure is not kept: what is asked for again is tried again.
  reading.catch(() => graphs.delete(path));
  for (const oldest of graphs.keys()) if (graphs.size > KEPT) graphs.delete(oldest);
  return reading;
}

/** Whether a graph is small enough to be read whole: 96 MB at most. */
export function isReadable(store: RecordingStore, { count }: NeighborGraph): boolean {
  return store.index.samples * count <= 24 << 20;
}

/** The stored neighbors of one sample, nearest first. */
export async function neighborsIn(store: RecordingStore, graph: NeighborGraph, sample: number): Promise<number[]> {
  const { path, count } = graph;
  const row = isReadable(store, graph) ? (await readGraph(store, graph)).subarray(sample * count, (sample + 1) * count) : (await store.read(path, sample)).data;
  // Approximate searches may find fewer, and mark the rest by −1.
  return [...row].filter((neighbor) => neighbor >= 0 && neighbor !== sample);
}

function attributesOf(node: unknown): Record<string, unknown> {
  return partOf(partOf(node, "attributes"), "inscape");
}

function partOf(value: unknown, key: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || !(key in value)) return {};
  const part = (value as Record<string, unknown>)[key];
  return typeof part === "object" && part !== null ? asObject(part, key) : {};
}
