/** Maps of units in the store: which there are, and one of them with what its units tell. */

import { asObject, IndexError } from "./recording-index";
import { DataError, type RecordingStore } from "./store";

export interface UnitClass {
  readonly label: number;
  readonly name: string;
  readonly samples: number;
}

export interface UnitMapQuality {
  readonly trustworthiness: number | null;
  readonly recall: number | null;
  readonly k: number;
  /** Of MDS alone. */
  readonly stress: number | null;
}

export interface UnitsIndex {
  /** The folder under `units/`. */
  readonly folder: string;
  /** `<layer>@<checkpoint>`. */
  readonly name: string;
  readonly layer: string;
  readonly checkpoint: string;
  readonly units: number;
  readonly method: "mds" | "umap";
  /** Those that have a row of powers each. */
  readonly classes: readonly UnitClass[];
  /** Why there are no powers. */
  readonly without: string | null;
  readonly dead: readonly number[];
  readonly duplicates: readonly (readonly number[])[];
  /** Of each duplicate: 1, as the first of its group, or −1, negated. */
  readonly signs: readonly (readonly number[])[];
  readonly quality: UnitMapQuality;
  readonly trees: number;
  /** The digest of what it was computed from. */
  readonly input: string;
  /** Differs between two results of one name. */
  readonly version: string;
}

/** (unit,) or (class, unit), row-major. */
export interface UnitMap {
  readonly index: UnitsIndex;
  /** x, y of each unit; y up. */
  readonly places: Float32Array;
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
  readonly auc: Float32Array | null;
  readonly trees: Float32Array | null;
}

function numbers(value: unknown, where: string): number[] {
  if (!Array.isArray(value) || !value.every((n) => Number.isInteger(n))) throw new IndexError(`${where} should be a list of whole numbers; got ${JSON.stringify(value)}`);
  return value as number[];
}

function lists(value: unknown, where: string): number[][] {
  if (!Array.isArray(value)) throw new IndexError(`${where} should be a list of lists; got ${JSON.stringify(value)}`);
  return value.map((item, i) => numbers(item, `${where}[${i}]`));
}

export function parseUnitsIndex(folder: string, value: unknown): UnitsIndex {
  const where = `units/${folder}`;
  const index = asObject(value, where);
  const units = Number(index.units);
  if (!Number.isInteger(units) || units < 1) throw new IndexError(`${where}: units should be a whole number; got ${JSON.stringify(index.units)}`);
  const quality = asObject(index.quality ?? {}, `${where}: quality`);
  const provenance = asObject(index.provenance ?? {}, `${where}: provenance`);
  const parameters = asObject(provenance.parameters ?? {}, `${where}: parameters`);
  const measured = (number: unknown): number | null => (typeof number === "number" && Number.isFinite(number) ? number : null);
  return {
    folder,
    name: `${String(index.layer)}@${String(index.checkpoint)}`,
    layer: String(index.layer),
    checkpoint: String(index.checkpoint),
    units,
    method: index.method === "umap" ? "umap" : "mds",
    classes: (Array.isArray(index.classes) ? index.classes : []).map((item, i) => {
      const entry = asObject(item, `${where}: classes[${i}]`);
      return { label: Number(entry.label), name: String(entry.name), samples: Number(entry.samples) };
    }),
    without: typeof index.without === "string" ? index.without : null,
    dead: numbers(index.dead ?? [], `${where}: dead`),
    duplicates: lists(index.duplicates ?? [], `${where}: duplicates`),
    signs: lists(index.signs ?? [], `${where}: signs`),
    quality: { trustworthiness: measured(quality.trustworthiness), recall: measured(quality.recall), k: Number(quality.k ?? 0), stress: measured(quality.stress) },
    trees: Number(parameters.trees ?? 0),
    input: String(provenance.input ?? ""),
    version: String(provenance.created ?? ""),
  };
}

export async function readUnitMap(store: RecordingStore, index: UnitsIndex): Promise<UnitMap> {
  const read = async (name: string, length: number): Promise<Float32Array> => {
    const path = `units/${index.folder}/${name}`;
    const { data } = await store.read(path);
    if (!(data instanceof Float32Array) || data.length !== length) throw new DataError(`${path} is not float32 of ${length} numbers: run inscape verify`);
    return data;
  };
  const rows = index.classes.length * index.units;
  const [places, mean, deviation, auc, trees] = await Promise.all([
    read("places", 2 * index.units),
    read("mean", index.units),
    read("deviation", index.units),
    rows ? read("auc", rows) : null,
    rows ? read("trees", rows) : null,
  ]);
  return { index, places, mean, deviation, auc, trees };
}

/** Whether the layer was recorded anew since; null where the browser can't tell (it hashes on secure pages alone). */
export async function isStale(store: RecordingStore, index: UnitsIndex): Promise<boolean | null> {
  const path = activationPath(store, index.layer, index.checkpoint)?.replace(/\/activation$/, "");
  const node = path === undefined ? undefined : store.node(path);
  if (node === undefined) return true;
  const attributes = asObject(asObject(node, path ?? "").attributes ?? {}, path ?? "");
  const digest = asObject(attributes.inscape ?? {}, path ?? "").digest;
  if (typeof digest !== "string" || !globalThis.crypto?.subtle) return null;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(digest)));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("") !== index.input;
}

/** Where a layer's activation at a checkpoint lies; undefined where it was not recorded. */
export function activationPath({ index }: RecordingStore, layer: string, checkpoint: string): string | undefined {
  const group = index.layers.find(({ name }) => name === layer)?.path;
  const inside = index.checkpoints.find(({ name }) => name === checkpoint)?.path;
  if (group === undefined || inside === undefined) return undefined;
  return `${layer === "input" ? group : `${inside}/${group}`}/activation`;
}

/** A unit's standing among the others, in words: null where it is like any. */
export function oddityOf({ dead, duplicates, signs }: UnitsIndex, unit: number): string | null {
  if (dead.includes(unit)) return "dead: the same for every sample";
  const group = duplicates.findIndex((units) => units.includes(unit));
  if (group < 0) return null;
  const sign = signs[group]?.[duplicates[group].indexOf(unit)] ?? 1;
  const others = duplicates[group].map((other, i) => ({ other, negated: (signs[group]?.[i] ?? 1) !== sign })).filter(({ other }) => other !== unit);
  return `a duplicate of ${others.map(({ other, negated }) => (negated ? `${other}, negated` : `${other}`)).join(" and ")}`;
}
