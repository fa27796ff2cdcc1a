/** The raw units of small layers: a layer with at most 64 of them can be toured as it is, and nothing need be computed. */

import type { EmbeddingIndex, RecordingIndex } from "./recording-index";

const MOST = 64;

/**
 * An embedding for each small layer, of every checkpoint that is published, read from the activations themselves.
 * A layer whose units are stored for the screen at every checkpoint needs none.
 */
export function rawUnits(
  index: RecordingIndex,
  stored: readonly EmbeddingIndex[],
  isThere: (path: string) => boolean,
): EmbeddingIndex[] {
  const made: EmbeddingIndex[] = [];
  for (const { name, units, path, dtype } of index.layers) {
    if (units < 2 || units > MOST || dtype !== "float32" || name === "input") continue;
    const checkpoints = index.checkpoints.filter((c) => isThere(`${c.path}/${path}/activation`));
    const has = new Set(stored.filter((e) => e.method === "units").flatMap((e) => e.steps.filter((s) => s.layer === name).map((s) => s.checkpoint)));
    if (!checkpoints.length || checkpoints.every((c) => has.has(c.name))) continue;
    made.push({
      name: `units:${name}`,
      title: "units",
      method: "units",
      dims: units,
      steps: checkpoints.map((c) => ({ layer: name, checkpoint: c.name, rank: units, units, explained: 1, lent: null })),
      center: null,
      axes: axesOf(index, name, units),
      quality: checkpoints.map(() => null),
      version: "raw",
      raw: true,
    });
  }
  return made;
}

/** Names of the units: classes where the layer has one unit a class and ends the model, else numbers. */
function axesOf(index: RecordingIndex, layer: string, units: number): string[] {
  const last = index.layers.filter((l) => l.units === units).slice(-2);
  const named = index.classNames?.length === units && index.classes === units && last.some((l) => l.name === layer);
  return named && index.classNames ? [...index.classNames] : Array.from({ length: units }, (_, i) => `unit ${i}`);
}
