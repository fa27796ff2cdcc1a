/** What the stage shows: samples of up to two checkpoints of one layer's embedding, weighted. */

import type { StepData } from "./fit";

export interface Part {
  readonly step: StepData;
  /** The weights of a scene add up to 1. */
  readonly weight: number;
}

export interface Scene {
  /** Names layer and embedding; scenes with one key differ in the checkpoint alone. */
  readonly key: string;
  readonly dims: number;
  /** Scenes of one space are seen by one basis: PCA of one size, or raw units of one number. */
  readonly space: string;
  readonly parts: readonly Part[];
  /** Names of the units, where the axes are drawn. */
  readonly axes: readonly string[] | null;
  /** Appear at once, without a transition: the picture was asked for as it is (a link, a script). */
  readonly instant: boolean;
}

export function spaceOf(dims: number, units: boolean): string {
  return units ? `${dims} units` : `${dims}`;
}

/** The radius that the stage's half side stands for: linear in the weights, so that a mixture never overflows it. */
export function sceneRadius(scene: Scene): number {
  return scene.parts.reduce((sum, part) => sum + part.weight * part.step.radius, 0);
}
