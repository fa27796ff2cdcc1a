/** A layer's steps as what the stage shows. */

import { axesOf } from "../data/recording-index";
import type { LayerSteps } from "../data/steps";
import { evenly, type Scene, spaceOf } from "../tour/scene";
import type { OpenRecording } from "./app-state";

/** Null while a step of it is on its way. */
export type SceneParts = Scene | null;

/** The scene of some steps of a layer, if they are here already. */
export function sceneOf(
  recording: OpenRecording,
  layer: LayerSteps,
  wanted: readonly { step: number; weight: number }[],
  instant: boolean,
  eased = false,
): SceneParts {
  const { embedding } = layer;
  const parts = [];
  for (const { step, weight } of wanted) {
    const data = recording.steps.peek(embedding, step);
    if (!data) return null;
    parts.push({ step: data, weight });
  }
  const { layer: name, lent } = embedding.steps[layer.steps[0]];
  const key = [recording.entry.name, embedding.name, embedding.version, name, lent ?? ""].join("\n");
  const axes = axesOf(embedding);
  return { key, dims: embedding.dims, space: spaceOf(embedding.dims, axes !== null), parts: evenly(parts), axes, instant, eased };
}
