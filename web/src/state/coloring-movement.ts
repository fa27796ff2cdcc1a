/** How far each sample is from where it was at the checkpoint before, or in the layer before. */

import { byNumbers, withoutNumbers } from "../data/coloring";
import { movementBetween, movementBetweenLayers } from "../data/distances";
import { lengthScale } from "../data/quantities";
import { isTimeless, stepsOf } from "../data/steps";
import type { AppState, OpenRecording } from "./app-state";
import type { ColoringPlan, MovementFrom } from "./coloring";
import type { Pane } from "./pane";

const BY = "movement";
const NOTHING = lengthScale(new Float32Array(0));

/** The two steps that are compared, or why there are none. */
type Pair = { readonly before: number; readonly after: number; readonly from: string; readonly to: string } | { readonly reason: string };

export function planMovement(state: AppState, pane: Pane, recording: OpenRecording, nearest: number): ColoringPlan {
  const from = state.movementFrom.value;
  const layer = pane.layer.value;
  const embedding = pane.steps.value?.embedding;
  const pair = pairOf(pane, recording, nearest, from);
  if (!embedding || "reason" in pair) {
    const reason = "reason" in pair ? pair.reason : "Nothing is laid out.";
    return { key: [BY, from, reason].join("\n"), load: () => withoutNumbers(BY, recording.store.index.samples, NOTHING, glossOf(from), reason) };
  }
  const { before, after, to } = pair;
  return {
    key: [BY, from, embedding.name, embedding.version, before, after].join("\n"),
    load: async () => {
      const [old, now] = await Promise.all([before, after].map((step) => recording.steps.load(embedding, step)));
      const values = from === "layer" ? movementBetweenLayers(old, now) : movementBetween(old, now);
      return byNumbers({ by: BY, values, scale: lengthScale(values), gloss: glossOf(from, pair.from, to, embedding.dims), at: `${layer}, ${embedding.title}` });
    },
  };
}

function pairOf(pane: Pane, { store }: OpenRecording, nearest: number, from: MovementFrom): Pair {
  const steps = pane.steps.value;
  const layer = pane.layer.value;
  const lent = pane.lent.value;
  if (!steps) return { reason: "Nothing is laid out." };
  const { embedding, places } = steps;
  if (embedding.flow) return { reason: "The flow shows the movement from layer to layer itself: choose a layout, as PCA, to measure it." };
  const named = (k: number): string => embedding.steps[steps.steps[k]].checkpoint;
  const i = places.reduce((best, place, k) => (Math.abs(place - nearest) < Math.abs(places[best] - nearest) ? k : best), 0);
  if (from === "checkpoint") {
    if (isTimeless(layer)) return { reason: "The data itself does not move while the network trains." };
    if (i === 0) return { reason: `${named(0)} is the first checkpoint of ${layer}: there is none before it.` };
    return { before: steps.steps[i - 1], after: steps.steps[i], from: named(i - 1), to: named(i) };
  }
  // Of another recording the order of the layers is that of the embedding.
  const layers = lent === null ? store.index.layers.map(({ name }) => name) : [...new Set(embedding.steps.filter((step) => step.lent === lent).map((step) => step.layer))];
  const previous = layers[layers.indexOf(layer) - 1];
  if (previous === undefined) return { reason: `${layer} is the first layer: there is none before it.` };
  const other = stepsOf(store.index, embedding, previous, lent);
  if (!other) return { reason: `${previous}, the layer before, is not in this layout: choose one that has both, as PCA.` };
  const k = isTimeless(previous) ? 0 : other.places.indexOf(places[i]);
  if (k < 0) return { reason: `${previous}, the layer before, is not laid out at ${named(i)}.` };
  return { before: other.steps[k], after: steps.steps[i], from: previous, to: layer };
}

function glossOf(from: MovementFrom, before = "", after = "", dims = 0): string {
  if (!before) return "How far each sample moved; 1 is the cloud's radius.";
  return from === "checkpoint"
    ? `How far each sample moved from ${before} to ${after}, in the ${dims} dimensions of this layout. 1 is the cloud's radius: the root mean square distance from its middle.`
    : `How far each sample in ${after} is from where it was in ${before}, both clouds aligned and drawn to the radius 1 (root mean square distance from the middle).`;
}
