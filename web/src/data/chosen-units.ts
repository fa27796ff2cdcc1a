/** A few units of a layer as a space to tour: up to 64 of them, however many the layer has. */

import type { EmbeddingIndex, RecordingIndex } from "./recording-index";
import { unitNames } from "./raw-units";

export const CHOSEN = "chosen";
export const MOST_CHOSEN = 64;

/** `units:<layer>:<3.17.40>`. */
export function chosenName(layer: string, units: readonly number[]): string {
  return `units:${layer}:${units.join(".")}`;
}

/** "units 3, 17, … of fc1". */
export function chosenTitle(layer: string, units: readonly number[]): string {
  return `units ${units.slice(0, 3).join(", ")}${units.length > 3 ? ", …" : ""} of ${layer}`;
}

/** The space that a name means in this recording; null where it means none. */
export function chosenUnits(index: RecordingIndex, name: string, isThere: (path: string) => boolean): EmbeddingIndex | null {
  const match = /^units:(.+):(\d+(?:\.\d+)+)$/.exec(name);
  const entry = match && index.layers.find((layer) => layer.name === match[1]);
  if (!match || !entry || entry.dtype !== "float32") return null;
  const columns = match[2].split(".").map(Number);
  const ascending = columns.every((unit, i) => unit < entry.units && (i === 0 || unit > columns[i - 1]));
  const timeless = entry.name === "input";
  const checkpoints = index.checkpoints.filter((c) => isThere(timeless ? `${entry.path}/activation` : `${c.path}/${entry.path}/activation`));
  if (!ascending || columns.length > MOST_CHOSEN || !checkpoints.length) return null;
  const names = unitNames(index, entry.name, entry.units);
  const dims = columns.length;
  return {
    name,
    title: chosenTitle(entry.name, columns),
    method: CHOSEN,
    dims,
    steps: (timeless ? checkpoints.slice(-1) : checkpoints).map((c) => ({ layer: entry.name, checkpoint: c.name, rank: dims, units: entry.units, explained: null, lent: null })),
    center: null,
    axes: columns.map((unit) => names(unit)),
    quality: checkpoints.map(() => null),
    version: "raw",
    raw: true,
    columns,
  };
}
