/** Activations as they were recorded, for what the page measures itself; the latest two layers stay. */

import { DataError, type RecordingStore } from "./store";
import { column, Powers } from "./unit-power";
import { activationPath } from "./units";

/** Bytes of one activation that the page reads. */
export const READABLE = 256 << 20;
const LAYERS = 2;

export interface Activation {
  /** (sample, unit), row-major. */
  readonly values: Float32Array;
  readonly samples: number;
  readonly units: number;
  readonly powers: Powers;
}

/** Why an activation is not read; null where it can be. */
export function unreadable(store: RecordingStore, layer: string): string | null {
  const entry = store.index.layers.find(({ name }) => name === layer);
  if (!entry) return `${layer} was not recorded.`;
  const bytes = 4 * store.index.samples * entry.units;
  const megabytes = (size: number): string => `${Math.round(size / (1 << 20)).toLocaleString("en-US")} MB`;
  return bytes > READABLE ? `The activation of ${layer} takes ${megabytes(bytes)}; the page reads up to ${megabytes(READABLE)}.` : null;
}

const kept = new WeakMap<RecordingStore, Map<string, Promise<Activation>>>();

export function activationOf(store: RecordingStore, layer: string, checkpoint: string): Promise<Activation> {
  const here = kept.get(store) ?? new Map<string, Promise<Activation>>();
  kept.set(store, here);
  const path = activationPath(store, layer, checkpoint) ?? "";
  let found = here.get(path);
  here.delete(path);
  if (!found) {
    found = read(store, layer, path);
    // A failure is not kept: what is asked for again is tried again.
    found.catch(() => here.delete(path));
  }
  here.set(path, found);
  for (const oldest of here.keys()) {
    if (here.size <= LAYERS) break;
    here.delete(oldest);
  }
  return found;
}

async function read(store: RecordingStore, layer: string, path: string): Promise<Activation> {
  const refused = unreadable(store, layer);
  if (refused) throw new DataError(refused);
  const { samples, layers } = store.index;
  const units = layers.find(({ name }) => name === layer)?.units ?? 0;
  const values = store.dtype(path) === "float32" ? (await store.read(path)).data : Float32Array.from(await store.readValues(path), Number);
  if (!(values instanceof Float32Array) || values.length !== samples * units) throw new DataError(`${path} is not float32 of ${samples} × ${units}: run inscape verify`);
  return { values, samples, units, powers: new Powers(values, samples, units) };
}

/** (sample,): what one unit gave. */
export async function unitOf(store: RecordingStore, layer: string, checkpoint: string, unit: number): Promise<Float32Array> {
  const { values, samples, units } = await activationOf(store, layer, checkpoint);
  if (unit >= units) throw new DataError(`${layer} has ${units} units here: there is no unit ${unit}`);
  return column(values, samples, units, unit);
}
