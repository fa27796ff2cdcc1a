/**
 * A frame of the stage, as numbers. Everything on the stage is linear in the coordinates, so a frame is a list of at most
 * four layers of one sum: position = Σ over the layers of (screen row · coefficients). Positions are "fitted": the half side
 * of the stage is 1.
 */

import type { StepData } from "./fit";
import { type Scene, sceneRadius } from "./scene";

export interface FrameLayer {
  readonly step: StepData;
  /** (dimension,) each: what one count of `screen` adds to the fitted x and y. */
  readonly x: Float32Array;
  readonly y: Float32Array;
}

export interface FrameAxes {
  readonly names: readonly string[];
  readonly opacity: number;
  /** Fitted positions: of the origin, and of the ends one after another (x, y). */
  readonly origin: readonly [number, number];
  readonly ends: Float32Array;
}

export interface Frame {
  readonly layers: readonly FrameLayer[];
  readonly axes: readonly FrameAxes[];
  /** The radius of the scene that is shown or arriving: fitted = aligned / radius. */
  readonly radius: number;
}

/** A scene by a basis, faded to a share of its coefficients. */
export function layersBy(scene: Scene, basis: Float64Array, share: number): FrameLayer[] {
  const { dims } = scene;
  const radius = sceneRadius(scene);
  return scene.parts.map(({ step, weight }) => {
    const x = new Float32Array(dims);
    const y = new Float32Array(dims);
    for (let k = 0; k < dims; k++) {
      const unit = (share * weight * step.scale[k]) / radius;
      x[k] = basis[k * dims] * unit;
      y[k] = basis[k * dims + 1] * unit;
    }
    return { step, x, y };
  });
}

/** The axes of a scene by a basis. */
export function axesBy(scene: Scene, basis: Float64Array, opacity: number, names: readonly string[]): FrameAxes {
  const { dims } = scene;
  const radius = sceneRadius(scene);
  let length = 0;
  let originX = 0;
  let originY = 0;
  for (const { step, weight } of scene.parts) {
    length += (weight * step.axisLength) / radius;
    for (let k = 0; k < dims; k++) {
      originX -= (weight * step.center[k] * basis[k * dims]) / radius;
      originY -= (weight * step.center[k] * basis[k * dims + 1]) / radius;
    }
  }
  const ends = new Float32Array(2 * dims);
  for (let k = 0; k < dims; k++) {
    ends[2 * k] = originX + length * basis[k * dims];
    ends[2 * k + 1] = originY + length * basis[k * dims + 1];
  }
  return { names, opacity, origin: [originX, originY], ends };
}

/** The space of a picture that was frozen. */
export const FROZEN = "\u0000frozen";

/** A picture as it is, as a flat scene of its own. */
export function flattened(layers: readonly FrameLayer[], samples: number): Scene {
  const flat = new Float32Array(2 * samples);
  for (const { step, x, y } of layers) {
    for (let i = 0; i < samples; i++) {
      for (let k = 0, at = i * step.dims; k < step.dims; k++) {
        flat[2 * i] += step.screen[at + k] * x[k];
        flat[2 * i + 1] += step.screen[at + k] * y[k];
      }
    }
  }
  let largest = 1e-9;
  for (const value of flat) largest = Math.max(largest, Math.abs(value));
  const unit = largest / 32767;
  const step: StepData = {
    screen: Int16Array.from(flat, (value) => Math.round(value / unit)),
    scale: new Float32Array([unit, unit]),
    samples,
    dims: 2,
    center: new Float32Array(2),
    radius: 1,
    axisLength: 0,
  };
  return { key: FROZEN, dims: 2, space: FROZEN, parts: [{ step, weight: 1 }], axes: null, instant: false };
}
