/** What the stage shows: samples of up to two checkpoints of one layer's embedding, weighted. */

import type { StepData } from "./fit";
import type { Leg } from "./journey";

export interface Part {
  readonly step: StepData;
  /** The weights of a scene add up to 1. */
  readonly weight: number;
}

/** A place on a flow: at a stop (`leg` is null), or on the way from one to the next. */
export interface Station {
  readonly name: string;
  /** The stop, or the one that the way leads from. */
  readonly stop: number;
  readonly leg: (Leg & { readonly spaces: readonly [string, string] }) | null;
  /** From 0 to 1 on the way. */
  readonly t: number;
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
  /** Where it lies on a flow from layer to layer, if it does. */
  readonly flow?: Station;
  /** Appear at once, without a transition: the picture was asked for as it is (a link, a script). */
  readonly instant: boolean;
  /** Go there by a transition, though the key is the same. */
  readonly eased?: boolean;
}

export function spaceOf(dims: number, units: boolean): string {
  return units ? `${dims} units` : `${dims}`;
}

/** Each stop of a flow is seen by a basis of its own, which the flow brings to the next one's. */
export function flowSpace(flow: string, stop: number, units: boolean): string {
  return `flow ${flow} ${stop}${units ? " units" : ""}`;
}

/** Are the dimensions of this space units, which begin spread evenly? */
export function isOfUnits(space: string): boolean {
  return space.endsWith(" units");
}

/**
 * The weights by which places on the stage go straight and evenly from one step's picture to the next one's, each fitted to
 * the stage: weights in the data alone would let the larger cloud of the two (one after training) take the whole way at once.
 */
export function evenly(parts: readonly Part[]): Part[] {
  const shares = parts.map(({ step, weight }) => weight / step.radius);
  const sum = shares.reduce((a, b) => a + b, 0);
  return parts.map(({ step }, i) => ({ step, weight: shares[i] / sum }));
}

/** Do two scenes show the same? What was read again of a recording that grows is another object, and nothing new. */
export function isSameScene(a: Scene, b: Scene): boolean {
  const isSame = (part: Part, i: number): boolean => part.step === b.parts[i].step && part.weight === b.parts[i].weight;
  return a.key === b.key && a.flow?.t === b.flow?.t && a.parts.length === b.parts.length && a.parts.every(isSame);
}

/** The radius that the stage's half side stands for: linear in the weights, so that a mixture never overflows it. */
export function sceneRadius(scene: Scene): number {
  return scene.parts.reduce((sum, part) => sum + part.weight * part.step.radius, 0);
}
