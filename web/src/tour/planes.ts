/**
 * Planes that show most of something: groups apart, variance, neighbors near. As `inscape.shape.discriminant` finds them:
 * the leading solutions of B v = λ W v, whose span is where tr((PᵀWP)⁻¹ PᵀBP) is largest of all planes P.
 */

import { columnOf, orthonormalBasis } from "./matrix";
import { nearestRotation, svd } from "./procrustes";

/** How much of the average variance counts in every direction: without it, one along which nothing varies would win. */
export const SHRINKAGE = 0.1;

/** Rows of coordinates (n, dims), row-major. */
export interface Rows {
  readonly rows: Float64Array;
  readonly dims: number;
}

export type Plane = readonly [Float64Array, Float64Array];

/** What groups of samples are spread by: (dims, dims) scatter within the groups and between them, both over n. */
export interface Scatters {
  readonly within: Float64Array;
  readonly between: Float64Array;
}

/** @param groups (n,) from 0 on; every row has one. */
export function scattersOf({ rows, dims }: Rows, groups: ArrayLike<number>): Scatters {
  const count = rows.length / dims;
  let most = 0;
  for (let i = 0; i < count; i++) most = Math.max(most, groups[i] + 1);
  const sums = new Float64Array(most * dims);
  const sizes = new Float64Array(most);
  const middle = new Float64Array(dims);
  for (let i = 0; i < count; i++) {
    sizes[groups[i]] += 1;
    for (let k = 0; k < dims; k++) sums[groups[i] * dims + k] += rows[i * dims + k];
  }
  for (let g = 0; g < most; g++) {
    for (let k = 0; k < dims; k++) {
      middle[k] += sums[g * dims + k] / count;
      sums[g * dims + k] /= Math.max(1, sizes[g]);
    }
  }
  const within = new Float64Array(dims * dims);
  const between = new Float64Array(dims * dims);
  const left = new Float64Array(dims);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < dims; k++) left[k] = rows[i * dims + k] - sums[groups[i] * dims + k];
    addOuter(within, left, 1 / count);
  }
  for (let g = 0; g < most; g++) {
    for (let k = 0; k < dims; k++) left[k] = sums[g * dims + k] - middle[k];
    addOuter(between, left, sizes[g] / count);
  }
  return { within, between };
}

/** (dims, dims): the scatter of rows about their mean, over n. */
export function scatterOf({ rows, dims }: Rows): Float64Array {
  return scattersOf({ rows, dims }, new Uint8Array(rows.length / dims)).within;
}

/** The plane where groups lie furthest apart for their widths; of two groups the first column parts them, the later to the right. */
export function discriminantPlane(cloud: Rows, groups: ArrayLike<number>, shrinkage = SHRINKAGE): Plane {
  const { rows, dims } = cloud;
  const scatters = scattersOf(cloud, groups);
  const plane = leadingPlane(scatters.between, scatters.within, dims, shrinkage);
  const sizes = new Map<number, number>();
  for (let i = 0; i < rows.length / dims; i++) sizes.set(groups[i], (sizes.get(groups[i]) ?? 0) + 1);
  if (sizes.size !== 2) return plane;
  // The other direction says nothing of two groups: it is the one in which they vary most.
  const first = normalized(plane[0]);
  const later = Math.max(...sizes.keys());
  let apart = 0;
  for (let i = 0; i < rows.length / dims; i++) {
    const share = (groups[i] === later ? 1 : -1) / (sizes.get(groups[i]) ?? 1);
    for (let k = 0; k < dims; k++) apart += share * rows[i * dims + k] * first[k];
  }
  if (apart < 0) for (let k = 0; k < dims; k++) first[k] = -first[k];
  return [first, leadingAxes(without(scatters.within, first, dims), dims)[0]];
}

/** The plane of the two leading principal axes. */
export function variancePlane(scatter: Float64Array, dims: number): Plane {
  const axes = leadingAxes(scatter, dims);
  return [axes[0], axes[1]];
}

/** The plane where `between` is largest for `within`, to which so much of its own average is added in every direction. */
export function leadingPlane(between: Float64Array, within: Float64Array, n: number, shrinkage = SHRINKAGE): Plane {
  const { values, V } = svd(widened(within, n, shrinkage), n);
  // Columns that make W the identity: in them B v = λ W v is a symmetric problem.
  const whitening = V.map((value, at) => value / Math.sqrt(Math.max(values[at % n], 1e-300)));
  const axes = leadingAxes(congruent(whitening, between, n), n);
  const back = (vector: Float64Array): Float64Array => {
    const result = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) result[i] += whitening[i * n + k] * vector[k];
    return result;
  };
  return [back(axes[0]), back(axes[1])];
}

/** A scatter with so much of its average variance mixed in, in every direction. */
export function widened(scatter: Float64Array, n: number, shrinkage = SHRINKAGE): Float64Array {
  let average = 0;
  for (let k = 0; k < n; k++) average += scatter[k * n + k] / n;
  return scatter.map((value, at) => (1 - shrinkage) * value + (at % (n + 1) === 0 ? shrinkage * (average || 1) : 0));
}

/** tr((PᵀWP)⁻¹ PᵀBP): how far apart what `between` tells lies on a plane, for the widths that `within` tells. */
export function ratioOn([p, q]: Plane, between: Float64Array, within: Float64Array, n: number): number {
  const [wpp, wpq, wqq] = [form(within, p, p, n), form(within, p, q, n), form(within, q, q, n)];
  const [bpp, bpq, bqq] = [form(between, p, p, n), form(between, p, q, n), form(between, q, q, n)];
  const determinant = wpp * wqq - wpq * wpq;
  return (wqq * bpp - 2 * wpq * bpq + wpp * bqq) / determinant;
}

/** The share of a scatter's trace that lies on the plane of two orthonormal columns. */
export function shareOn([p, q]: Plane, scatter: Float64Array, n: number): number {
  let total = 0;
  for (let k = 0; k < n; k++) total += scatter[k * n + k];
  return (form(scatter, p, p, n) + form(scatter, q, q, n)) / total;
}

/** The first two columns of a basis. */
export function planeOf(basis: Float64Array, n: number): Plane {
  return [columnOf(basis, 0, n), columnOf(basis, 1, n)];
}

/**
 * A basis whose first two columns span a plane, as near to another basis as may be: so the turn to it is as short as the
 * plane allows. `upright`: the plane's own columns, in their order, are the screen's.
 */
export function basisOf(plane: Plane, near: Float64Array, n: number, upright = false): Float64Array {
  const own = orthonormalBasis(plane, n);
  let [x, y] = planeOf(own, n);
  if (!upright) {
    const [p, q] = planeOf(near, n);
    const turn = nearestRotation(new Float64Array([dot(x, p), dot(x, q), dot(y, p), dot(y, q)]), 2);
    [x, y] = [0, 1].map((column) => x.map((value, i) => value * turn[column] + y[i] * turn[2 + column]));
  }
  const rest = Array.from({ length: n - 2 }, (_, k) => columnOf(near, k + 2, n));
  return orthonormalBasis([x, y, ...rest], n);
}

/** Eigenvectors of a symmetric matrix without negative eigenvalues, that of the largest first. */
function leadingAxes(A: Float64Array, n: number): Float64Array[] {
  const { values, V } = svd(A, n);
  const order = [...values.keys()].sort((a, b) => values[b] - values[a]);
  return order.map((column) => columnOf(V, column, n));
}

/** CᵀAC, with what rounding made of its symmetry taken away. */
function congruent(C: Float64Array, A: Float64Array, n: number): Float64Array {
  const AC = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) for (let j = 0; j < n; j++) AC[i * n + j] += A[i * n + k] * C[k * n + j];
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += C[k * n + i] * AC[k * n + j];
      result[i * n + j] = result[j * n + i] = sum;
    }
  }
  return result;
}

/** (I − vvᵀ) A (I − vvᵀ). */
function without(A: Float64Array, v: Float64Array, n: number): Float64Array {
  const projection = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) projection[i * n + j] = (i === j ? 1 : 0) - v[i] * v[j];
  return congruent(projection, A, n);
}

function form(A: Float64Array, p: Float64Array, q: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += p[i] * A[i * n + j] * q[j];
  return sum;
}

/** Add c v vᵀ. */
export function addOuter(A: Float64Array, v: Float64Array, c: number): void {
  const n = v.length;
  for (let i = 0; i < n; i++) {
    const scaled = c * v[i];
    for (let j = 0; j < n; j++) A[i * n + j] += scaled * v[j];
  }
}

function normalized(v: Float64Array): Float64Array {
  const length = Math.hypot(...v);
  return v.map((value) => value / length);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
