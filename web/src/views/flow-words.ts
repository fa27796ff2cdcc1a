/** What a place on a flow is, in words: which kind of step, how to read it, how far to trust it. */

import type { FlowIndex, FlowStep } from "../data/flow-index";

export interface FlowWords {
  readonly title: string;
  readonly sentence: string;
  /** How far the movement is the network's own. */
  readonly trust: string;
  readonly exact: boolean;
}

const READING: Record<FlowStep["kind"], string> = {
  linear: "the view turns to the directions that feed the next layer, then points move by stretching along fixed directions, as the layer does it",
  joining: "the view turns, then every point moves by what the other branch of the network adds to it",
  "coordinate-wise": "every unit changes by itself: points go straight to where they end, in a view that stays",
  softmax: "points go straight from the logits to the probabilities, along the same class axes",
  "max-pooling": "seen by the directions of average pooling, points go straight to where max pooling puts them",
  alignment: "no movement of the network: the clouds are turned onto each other as well as a rotation can, and points go straight",
};

/** The words for a place between two stops. */
export function wordsOf(flow: FlowIndex, place: number): FlowWords | null {
  const step = Math.floor(place);
  if (place - step < 1e-9) return null;
  const { kind, operation, exact, residual } = flow.steps[step];
  const title = `${flow.stops[step].name} → ${flow.stops[step + 1].name}`;
  return { title, sentence: `${named(kind)} (${operation}): ${READING[kind]}.`, trust: trustOf(kind, residual), exact };
}

/** A line for a step in a list. */
export function trustOf(kind: FlowStep["kind"], residual: number): string {
  if (kind === "max-pooling") return `A stand-in: average pooling alone misses ${percent(residual)} of the cloud. That points gather on the way and part again is of the stand-in, not of the network.`;
  if (kind === "alignment") return `An alignment: it misses ${percent(residual)} of the cloud.`;
  return `Exact: both ends are right to ${residual.toExponential(0)} of the cloud's radius.`;
}

export function named(kind: FlowStep["kind"]): string {
  return { linear: "Linear", joining: "Joining", "coordinate-wise": "Unit by unit", softmax: "Softmax", "max-pooling": "Max pooling, a stand-in", alignment: "An alignment" }[kind];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)}%`;
}
