/** A flow's stops in the place of embeddings: what the page shows of a layer, whatever brought it there. */

import type { FlowIndex } from "./flow-index";
import type { EmbeddingIndex, RecordingIndex } from "./recording-index";
import type { LayerSteps } from "./steps";

/** The names of a stop's axes: classes where it ends a classifier, else numbers; null where its units are not shown. */
export function axesOfStop(index: RecordingIndex, flow: FlowIndex, stop: number): readonly string[] | null {
  const { raw, units } = flow.stops[stop];
  if (!raw) return null;
  const { classNames, classes } = index;
  const last = flow.stops.map((s, i) => (s.units === units ? i : -1)).filter((i) => i >= 0).slice(-2);
  if (classNames && classNames.length === units && classes === units && last.includes(stop)) return classNames;
  return Array.from({ length: units }, (_, i) => `unit ${i}`);
}

/** A stop as an embedding of one step. */
export function stepsOfStop(index: RecordingIndex, flow: FlowIndex, stop: number): LayerSteps {
  const { name, units, dims, raw, share, center } = flow.stops[stop];
  const axes = axesOfStop(index, flow, stop);
  const embedding: EmbeddingIndex = {
    name: `flow:${flow.name}`,
    title: "layer to layer",
    method: "flow",
    dims,
    steps: [{ layer: name, checkpoint: flow.checkpoint, rank: dims, units, explained: raw ? null : share, lent: null }],
    center: [[...center]],
    axes: axes && [...axes],
    quality: [null],
    version: flow.version,
    raw: false,
    flow: { name: flow.name, stop },
  };
  const place = Math.max(0, index.checkpoints.findIndex((checkpoint) => checkpoint.name === flow.checkpoint));
  return { embedding, places: [place], steps: [0] };
}

/** The stop that a layer is, by its own name or another; -1 where the flow passes it by. */
export function stopOf(flow: FlowIndex, layer: string): number {
  return flow.stops.findIndex((stop) => stop.name === layer || stop.layer === layer || stop.aliases.includes(layer));
}

/** The recorded layer that is a stop, or the nearest one before it, or after. */
export function layerOfStop(flow: FlowIndex, stop: number): string | null {
  const order = flow.stops.map((_, i) => i).sort((a, b) => Math.abs(a - stop) - Math.abs(b - stop) || a - b);
  for (const i of order) {
    const { layer } = flow.stops[i];
    if (layer !== null) return layer;
  }
  return null;
}
