/** How large a cloud is drawn. */

/** What a step of an embedding is to the page: its bytes, and how large its cloud is. */
export interface StepData {
  /** (sample, dimension) int16, row-major. */
  readonly screen: Int16Array;
  /** (dimension,): aligned value = screen · scale. */
  readonly scale: Float32Array;
  readonly samples: number;
  readonly dims: number;
  /** What was subtracted before quantizing (zeros where nothing was); the origin of the axes lies at its negative. */
  readonly center: Float32Array;
  /** In units of the aligned coordinates: what is drawn as the half side of the stage. */
  readonly radius: number;
  /** How far from the origin the axes are drawn, in the same units. */
  readonly axisLength: number;
}

const SAMPLED = 20_000;

/**
 * The radius of a simplex: of axes of length 1, each is seen longer than this in 6 of 1,000 views (the squared length of
 * an axis on a random plane is Beta(1, D/2 − 1)). One size for all views; names are kept on the stage by themselves.
 */
export function simplexRadius(dims: number): number {
  return dims <= 2 ? 1.06 : 0.94 * Math.sqrt(1 - 0.006 ** (2 / (dims - 2)));
}

/**
 * The radius of a cloud: the norm that 98% of the samples stay under, less by how much of a norm over d dimensions a
 * plane shows. So the cloud fills the stage from most sides, an outlier does not shrink it, and the tour needs no
 * zooming of its own.
 */
export function cloudRadius(screen: Int16Array, scale: Float32Array, samples: number, dims: number): number {
  const stride = Math.max(1, Math.floor(samples / SAMPLED));
  const norms = new Float64Array(Math.ceil(samples / stride));
  for (let i = 0, n = 0; i < samples; i += stride, n++) {
    let sum = 0;
    for (let k = 0; k < dims; k++) sum += (screen[i * dims + k] * scale[k]) ** 2;
    norms[n] = Math.sqrt(sum);
  }
  if (!norms.length) return 1;
  norms.sort();
  const shown = 0.7 + 0.3 * Math.sqrt(2 / dims);
  const radius = shown * norms[Math.floor(0.98 * (norms.length - 1))];
  return radius > 0 && Number.isFinite(radius) ? radius : 1;
}

/** Are these units probabilities? Uncentered, and nowhere above 1: drawn at a fixed size, axes of length 1. */
export function isSimplex(scale: Float32Array, center: Float32Array): boolean {
  return center.every((c) => c === 0) && scale.every((s) => s * 32767 <= 1.001);
}

/** Put a step together and measure it. `units`: raw units, which have axes. */
export function stepData(
  screen: Int16Array,
  scale: Float32Array,
  samples: number,
  dims: number,
  center: Float32Array,
  units: boolean,
): StepData {
  if (units && isSimplex(scale, center)) {
    return { screen, scale, samples, dims, center, radius: simplexRadius(dims), axisLength: 1 };
  }
  const radius = cloudRadius(screen, scale, samples, dims);
  return { screen, scale, samples, dims, center, radius, axisLength: 0.9 * radius };
}

/** Quantize an activation (sample, dimension) as the store does its screens: int16 by the largest value of each unit. */
export function quantized(values: Float32Array, samples: number, dims: number): StepData {
  const center = new Float32Array(dims);
  if (!isProbabilities(values, samples, dims)) {
    const sums = new Float64Array(dims);
    for (let i = 0; i < values.length; i++) sums[i % dims] += values[i];
    for (let k = 0; k < dims; k++) center[k] = sums[k] / Math.max(1, samples);
  }
  const scale = new Float32Array(dims);
  for (let i = 0; i < values.length; i++) scale[i % dims] = Math.max(scale[i % dims], Math.abs(values[i] - center[i % dims]));
  for (let k = 0; k < dims; k++) scale[k] = (Number.isFinite(scale[k]) && scale[k] > 0 ? scale[k] : 1) / 32767;
  const screen = Int16Array.from(values, (value, i) => {
    const count = Math.round((value - center[i % dims]) / scale[i % dims]);
    return Number.isFinite(count) ? Math.min(32767, Math.max(-32767, count)) : 0;
  });
  return stepData(screen, scale, samples, dims, center, true);
}

/** Does every row add up to 1, of numbers that are not negative? */
function isProbabilities(values: Float32Array, samples: number, dims: number): boolean {
  for (let i = 0; i < samples; i++) {
    let sum = 0;
    for (let k = 0; k < dims; k++) {
      const value = values[i * dims + k];
      if (!(value >= 0)) return false;
      sum += value;
    }
    if (Math.abs(sum - 1) > 1e-3) return false;
  }
  return true;
}
