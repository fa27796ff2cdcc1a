/** How far each sample is from where it was in another cloud: one number a sample, in units of the cloud's radius. */

import type { StepData } from "../tour/fit";
import { nearestRotation } from "../tour/procrustes";

/** A cloud about its middle: the mean of the samples, and the root mean square of their distances from it. */
interface Shape {
  readonly mean: Float64Array;
  readonly radius: number;
}

/** How far each sample moved between two steps of one embedding, as they are aligned; 1 is the radius of the cloud after. */
export function movementBetween(before: StepData, after: StepData): Float32Array {
  requireSame(before, after);
  const { radius } = shapeOf(after);
  return distances(after.samples, after.dims, (i, k) => valueOf(after, i, k) - valueOf(before, i, k), 1 / radius);
}

/** The same between two layers, whose activations differ in size: each cloud about its middle, drawn to the radius 1. */
export function movementBetweenLayers(before: StepData, after: StepData): Float32Array {
  requireSame(before, after);
  const [a, b] = [shapeOf(before), shapeOf(after)];
  return distances(
    after.samples,
    after.dims,
    (i, k) => (valueOf(after, i, k) - b.mean[k]) / b.radius - (valueOf(before, i, k) - a.mean[k]) / a.radius,
    1,
  );
}

/**
 * (sample,): the distance of each sample between two clouds of the same samples, each about its middle and drawn to the
 * radius 1, the first turned to the second. Of clouds of different dimensions the smaller is filled up with zeros.
 *
 * `rotation`: n × n, row-major, where n is the larger number of dimensions; by default the best one (orthogonal Procrustes).
 */
export function differenceOf(a: StepData, b: StepData, rotation?: Float64Array): Float32Array {
  if (a.samples !== b.samples) throw new Error(`two clouds of the same samples are compared; got ${a.samples} and ${b.samples}`);
  const n = Math.max(a.dims, b.dims);
  if (rotation && rotation.length !== n * n) throw new Error(`the rotation is ${n} × ${n}; got ${rotation.length} numbers`);
  const [first, second] = [shapeOf(a), shapeOf(b)];
  const R = rotation ?? nearestRotation(products(a, first, b, second, n), n);
  const turned = new Float64Array(n);
  const found = new Float32Array(a.samples);
  for (let i = 0; i < a.samples; i++) {
    turned.fill(0);
    for (let j = 0; j < a.dims; j++) {
      const x = (valueOf(a, i, j) - first.mean[j]) / first.radius;
      for (let k = 0; k < n; k++) turned[k] += x * R[j * n + k];
    }
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const y = k < b.dims ? (valueOf(b, i, k) - second.mean[k]) / second.radius : 0;
      sum += (turned[k] - y) ** 2;
    }
    found[i] = Math.sqrt(sum);
  }
  return found;
}

function valueOf({ screen, scale, dims }: StepData, sample: number, k: number): number {
  return screen[sample * dims + k] * scale[k];
}

function shapeOf(step: StepData): Shape {
  const { samples, dims } = step;
  const mean = new Float64Array(dims);
  for (let i = 0; i < samples; i++) for (let k = 0; k < dims; k++) mean[k] += valueOf(step, i, k);
  for (let k = 0; k < dims; k++) mean[k] /= Math.max(1, samples);
  let sum = 0;
  for (let i = 0; i < samples; i++) for (let k = 0; k < dims; k++) sum += (valueOf(step, i, k) - mean[k]) ** 2;
  // A cloud that is one point has no radius to measure by.
  return { mean, radius: Math.sqrt(sum / Math.max(1, samples)) || 1 };
}

/** AᵀB of the two clouds about their middles. */
function products(a: StepData, first: Shape, b: StepData, second: Shape, n: number): Float64Array {
  const M = new Float64Array(n * n);
  const row = new Float64Array(b.dims);
  for (let i = 0; i < a.samples; i++) {
    for (let k = 0; k < b.dims; k++) row[k] = (valueOf(b, i, k) - second.mean[k]) / second.radius;
    for (let j = 0; j < a.dims; j++) {
      const x = (valueOf(a, i, j) - first.mean[j]) / first.radius;
      if (x !== 0) for (let k = 0; k < b.dims; k++) M[j * n + k] += x * row[k];
    }
  }
  return M;
}

function distances(samples: number, dims: number, apart: (sample: number, k: number) => number, unit: number): Float32Array {
  const found = new Float32Array(samples);
  for (let i = 0; i < samples; i++) {
    let sum = 0;
    for (let k = 0; k < dims; k++) sum += apart(i, k) ** 2;
    found[i] = unit * Math.sqrt(sum);
  }
  return found;
}

function requireSame(a: StepData, b: StepData): void {
  if (a.samples !== b.samples || a.dims !== b.dims) throw new Error(`steps of one embedding are compared; got ${a.samples} × ${a.dims} and ${b.samples} × ${b.dims}`);
}
