/** The index of stored trails, checked on arrival. */

import { asObject, IndexError, type RecordingIndex } from "./recording-index";

export interface TrailStep {
  readonly layer: string;
  readonly checkpoint: string;
}

/** How one class parts from the others, step by step. */
export interface TrailClass {
  readonly label: number;
  readonly name: string;
  /** −1 to 1: how far the class lies from the nearest other one; null where it could not be measured. */
  readonly parting: readonly (number | null)[];
  /** The share of the class that lies nearer to its own than to any other, where it is known. */
  readonly apart: readonly (number | null)[];
  /** The step from which it stays apart; null: it never does. */
  readonly late: number | null;
}

/** How far to trust the two dimensions of a step. */
export interface TrailQuality {
  readonly trustworthiness: number | null;
  readonly recall: number | null;
  readonly k: number;
}

export interface TrailsIndex {
  /** The folder under `trails/`. */
  readonly name: string;
  readonly title: string;
  readonly along: "checkpoints" | "layers";
  /** The layer, or the checkpoint, that stays. */
  readonly fixed: string;
  readonly method: string;
  readonly sequence: string;
  /** The embedding that the places are of, and how many dimensions it has: of more than two a plane is seen. */
  readonly embedding: string;
  readonly dims: number;
  readonly steps: readonly TrailStep[];
  /** How each class parts, the worst first; empty without labels. */
  readonly classes: readonly TrailClass[];
  /** Why there are none. */
  readonly unranked: string | null;
  readonly quality: readonly (TrailQuality | null)[];
  /** When they were made. */
  readonly created: string;
  /** Differs between two results of one name. */
  readonly version: string;
}

export function parseTrailsIndex(name: string, value: unknown): TrailsIndex {
  const where = `trails/${name}`;
  const index = asObject(value, where);
  const steps = list(index.steps, `${where}: steps`).map((item, i): TrailStep => {
    const step = asObject(item, `${where}: steps[${i}]`);
    return { layer: String(step.layer), checkpoint: String(step.checkpoint) };
  });
  if (steps.length < 2) throw new IndexError(`${where} should go through two steps or more; got ${steps.length}`);
  if (index.along !== "checkpoints" && index.along !== "layers") {
    throw new IndexError(`${where} should go along checkpoints or layers; got ${JSON.stringify(index.along)}`);
  }
  const classes = list(index.classes ?? [], `${where}: classes`).map((item, i): TrailClass => {
    const entry = asObject(item, `${where}: classes[${i}]`);
    return {
      label: Number(entry.label),
      name: String(entry.name ?? entry.label),
      parting: numbers(entry.parting, steps.length),
      apart: numbers(entry.apart, steps.length),
      late: typeof entry.late === "number" ? entry.late : null,
    };
  });
  const ranking = list(index.ranking ?? [], `${where}: ranking`).map(Number);
  const rank = (entry: TrailClass): number => {
    const place = ranking.indexOf(entry.label);
    return place < 0 ? ranking.length : place;
  };
  const provenance = asObject(index.provenance ?? {}, `${where}: provenance`);
  const quality = list(index.quality ?? [], `${where}: quality`);
  return {
    name,
    title: String(index.title ?? name),
    along: index.along,
    fixed: String(index.fixed),
    method: String(index.method ?? ""),
    sequence: String(index.sequence ?? ""),
    embedding: String(index.embedding ?? ""),
    dims: typeof index.dims === "number" ? index.dims : 2,
    unranked: typeof index.unranked === "string" ? index.unranked : null,
    steps,
    classes: classes.sort((a, b) => rank(a) - rank(b)),
    quality: steps.map((_, i) => (quality[i] ? parseQuality(asObject(quality[i], `${where}: quality[${i}]`)) : null)),
    created: String(provenance.created ?? ""),
    version: JSON.stringify(provenance),
  };
}

function parseQuality(quality: Record<string, unknown>): TrailQuality {
  const number = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
  return { trustworthiness: number(quality.trustworthiness), recall: number(quality.recall), k: number(quality.k) ?? 15 };
}

/** So many numbers; null for each that is not there. */
function numbers(value: unknown, count: number): (number | null)[] {
  const given = Array.isArray(value) ? value : [];
  return Array.from({ length: count }, (_, i) => (typeof given[i] === "number" && Number.isFinite(given[i]) ? given[i] : null));
}

/** The places of the steps in the recording's list of checkpoints, where the trails go along them; null where one is gone. */
export function placesOf(index: RecordingIndex, trails: TrailsIndex): number[] | null {
  const places = trails.steps.map((step) => index.checkpoints.findIndex(({ name }) => name === step.checkpoint));
  return places.includes(-1) ? null : places;
}

/** What each step is called. */
export function stepNames(trails: TrailsIndex): string[] {
  return trails.steps.map((step) => (trails.along === "checkpoints" ? step.checkpoint : step.layer));
}

/** Whether something that trails were made of was made anew since, or is gone. `made`: when what lies at a path was. */
export function isStale(index: RecordingIndex, trails: TrailsIndex, made: (path: string) => string): boolean {
  const isNewer = (path: string): boolean => {
    const when = made(path);
    return when !== "" && trails.created !== "" && when > trails.created;
  };
  if (isNewer(`embeddings/${trails.embedding}`)) return true;
  return trails.steps.some((step) => {
    const checkpoint = index.checkpoints.find(({ name }) => name === step.checkpoint);
    if (!checkpoint || !index.layers.some(({ name }) => name === step.layer)) return true;
    return isNewer(checkpoint.path);
  });
}

function list(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw new IndexError(`${where} should be a list; got ${JSON.stringify(value)}`);
  return value;
}
