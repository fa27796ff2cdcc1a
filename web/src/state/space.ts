/** The coordinates that are on the stage: in which space distances are measured, in words. */

import { layerOfStop } from "../data/flow-steps";
import { isTimeless, methodTitle } from "../data/steps";
import type { StepData } from "../tour/fit";
import type { AppState } from "./app-state";

export interface Space {
  readonly step: StepData;
  /** "in …": how much of the layer these coordinates are. */
  readonly words: string;
}

/** The coordinates of the layer at the nearest checkpoint; null while they are not here. */
export function spaceOnStage(state: AppState): Space | null {
  const recording = state.recording.value;
  const steps = state.steps.value;
  // What is loaded is known when the scene changes.
  void state.scene.value;
  if (!recording || !steps) return null;
  const { embedding } = steps;
  const nearest = nearestOfSteps(steps.places, state.nearestCheckpoint.value);
  const entry = embedding.steps[steps.steps[nearest]];
  const flow = embedding.flow && state.flow.value;
  const step = flow && embedding.flow ? flow.peekStop(embedding.flow.stop) : recording.steps.peek(embedding, steps.steps[nearest]);
  if (!step) return null;
  const count = Math.min(entry.rank, embedding.dims).toLocaleString("en-US");
  const when = isTimeless(entry.layer) ? "" : ` at ${entry.checkpoint}`;
  const all = embedding.method === "units" || (embedding.flow !== undefined && entry.explained === null);
  if (all) return { step, words: `in all ${count} units of ${entry.layer}${when}` };
  if (embedding.columns) return { step, words: `in ${embedding.title}${when}` };
  const quality = embedding.quality[steps.steps[nearest]];
  const kept =
    entry.explained !== null
      ? `, which hold ${percent(entry.explained)} of the variance`
      : quality
        ? `, which keep ${percent(quality.recall)} of the nearest neighbors`
        : "";
  const method = embedding.flow ? "the flow" : `this ${methodTitle(embedding.method)}`;
  return { step, words: `in the ${count} dimensions of ${method}${when}${kept}` };
}

/** The recorded layer that is on the stage; null where a flow is at a stop that was not recorded. */
export function recordedLayer(state: AppState): string | null {
  const flow = state.flow.value?.flow;
  if (!flow) return state.layer.value;
  const stop = Math.round(state.flowPlace.value);
  return flow.stops[stop]?.layer === null ? null : layerOfStop(flow, stop);
}

function nearestOfSteps(places: readonly number[], place: number): number {
  return places.reduce((best, p, i) => (Math.abs(p - place) < Math.abs(places[best] - place) ? i : best), 0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : 0)}%`;
}
