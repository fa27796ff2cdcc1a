/**
 * The passage from one layer to the next, as `inscape.probe.flow` prepares it.
 *
 * A layer is seen by axes of its own, and what feeds the next layer's axes are other axes of the same layer. So a passage
 * has two parts. First the view turns from the layer's own axes to those that feed the next layer: nothing but a rotation.
 * Then the points move as the layer moves them, in a view that stays: for a linear layer by scaling along coordinates.
 * Where both are the same axes (a layer shown by its units) there is nothing to turn.
 */

import { orthonormalBasis } from "./matrix";

export interface Passage {
  /** Dimensions of the stop before and of the stop after. */
  readonly here: number;
  readonly there: number;
  /** here × there, row-major: products of the stop's own axes with those that feed the next. */
  readonly turn: Float64Array;
  /** there × there, orthogonal: `before` goes to the next stop's coordinates · rotation. */
  readonly rotation: Float64Array;
}

/** The bases of a passage, which stay as they are while it is gone through. */
export interface Course {
  /** here × here: how the stop before is seen. */
  readonly start: Float64Array;
  /** there × there: how both ends of the movement are seen. */
  readonly view: Float64Array;
  /** there × there: how the stop after is seen. */
  readonly end: Float64Array;
  /** The share of the passage that the turn takes. */
  readonly turning: number;
}

/** Screen columns (x, y), two numbers a dimension, for each cloud of a passage; null for one that is not seen. */
export interface Columns {
  readonly here: Float64Array | null;
  readonly before: Float64Array | null;
  readonly after: Float64Array | null;
}

/** The largest share of a passage that a turn takes, and the angle from which on it takes so much. */
const LONGEST_TURN = 0.4;
const WIDE = 0.6;

/** Set out from the stop before, as it is seen. */
export function setOut(passage: Passage, start: Float64Array): Course {
  const { here, there, turn } = passage;
  const columns: Float64Array[] = [];
  for (let j = 0; j < here; j++) {
    const column = new Float64Array(there);
    for (let i = 0; i < here; i++) for (let k = 0; k < there; k++) column[k] += turn[i * there + k] * start[i * here + j];
    columns.push(column);
  }
  const view = nearestBasis(columns, there);
  return course(passage, start, view);
}

/** Set out from the stop after, as it is seen, back to the one before. */
export function setBack(passage: Passage, end: Float64Array): Course {
  const { here, there, turn, rotation } = passage;
  const view = new Float64Array(there * there);
  for (let i = 0; i < there; i++) {
    for (let k = 0; k < there; k++) {
      const x = rotation[i * there + k];
      if (x !== 0) for (let j = 0; j < there; j++) view[k * there + j] += x * end[i * there + j];
    }
  }
  const columns: Float64Array[] = [];
  for (let j = 0; j < there; j++) {
    const column = new Float64Array(here);
    for (let i = 0; i < here; i++) for (let k = 0; k < there; k++) column[i] += turn[i * there + k] * view[k * there + j];
    columns.push(column);
  }
  return { ...course(passage, nearestBasis(columns, here), view), end: end.slice() };
}

function course(passage: Passage, start: Float64Array, view: Float64Array): Course {
  const { there, rotation } = passage;
  const end = new Float64Array(there * there);
  for (let i = 0; i < there; i++) {
    for (let k = 0; k < there; k++) {
      const x = rotation[i * there + k];
      if (x !== 0) for (let j = 0; j < there; j++) end[i * there + j] += x * view[k * there + j];
    }
  }
  // 2 − trace of the frames' products: twice the mean of 1 − cos of the angles between them.
  const [a, , , d] = products(passage, start, view);
  const angle = Math.acos(Math.max(-1, Math.min(1, (a + d) / 2)));
  const turning = angle < 1e-3 ? 0 : LONGEST_TURN * Math.min(1, angle / WIDE);
  return { start, view, end, turning };
}

/** How far the points have moved at `t`: not at all while the view turns. */
export function shareMoved({ turning }: Course, t: number): number {
  return Math.min(1, Math.max(0, (t - turning) / (1 - turning)));
}

/** How far along the clouds are at `t` from 0 to 1, as columns of the screen. */
export function columnsAt(passage: Passage, course: Course, t: number): Columns {
  const { here, there, rotation } = passage;
  const { start, view, turning } = course;
  if (t <= 0) return { here: scaledColumns(start, here, 1), before: null, after: null };
  if (t < turning) {
    const share = t / turning;
    const [a, b, c, d] = products(passage, start, view);
    const mixed = share * (1 - share);
    const plain = (1 - share) ** 2 + share ** 2;
    const inverse = inverseRoot(plain + 2 * mixed * a, mixed * (b + c), plain + 2 * mixed * d);
    return {
      here: times(scaledColumns(start, here, 1 - share), inverse),
      before: times(scaledColumns(view, there, share), inverse),
      after: null,
    };
  }
  const share = shareMoved(course, t);
  const after = new Float64Array(2 * there);
  for (let i = 0; i < there; i++) {
    for (let k = 0; k < there; k++) {
      const x = share * rotation[i * there + k];
      after[2 * i] += x * view[k * there];
      after[2 * i + 1] += x * view[k * there + 1];
    }
  }
  return { here: null, before: share < 1 ? scaledColumns(view, there, 1 - share) : null, after: share > 0 ? after : null };
}

/** The products of the two frames' columns: (x·x', x·y', y·x', y·y'). */
function products({ here, there, turn }: Passage, start: Float64Array, view: Float64Array): [number, number, number, number] {
  const found: [number, number, number, number] = [0, 0, 0, 0];
  for (let i = 0; i < here; i++) {
    for (let k = 0; k < there; k++) {
      const x = turn[i * there + k];
      found[0] += start[i * here] * x * view[k * there];
      found[1] += start[i * here] * x * view[k * there + 1];
      found[2] += start[i * here + 1] * x * view[k * there];
      found[3] += start[i * here + 1] * x * view[k * there + 1];
    }
  }
  return found;
}

/** A basis whose first two columns are the orthonormal frame nearest to the first two given, and span what they span. */
function nearestBasis(columns: readonly Float64Array[], n: number): Float64Array {
  const [x, y] = columns;
  let [p, q, r] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    p += x[i] * x[i];
    q += x[i] * y[i];
    r += y[i] * y[i];
  }
  if (p * r - q * q < 1e-6 * (p + r) ** 2 || p + r < 1e-6) return orthonormalBasis(columns, n);
  const inverse = inverseRoot(p, q, r);
  const first = x.map((value, i) => inverse[0] * value + inverse[1] * y[i]);
  const second = y.map((value, i) => inverse[1] * x[i] + inverse[2] * value);
  return orthonormalBasis([first, second, ...columns.slice(2)], n);
}

/** (p, q, r) of A^(−1/2), for a positive definite A = [[p, q], [q, r]]. */
function inverseRoot(p: number, q: number, r: number): [number, number, number] {
  const root = Math.sqrt(Math.max(p * r - q * q, 1e-18));
  const factor = Math.sqrt(p + r + 2 * root) / ((p + root) * (r + root) - q * q);
  return [factor * (r + root), -factor * q, factor * (p + root)];
}

function scaledColumns(basis: Float64Array, n: number, factor: number): Float64Array {
  const columns = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    columns[2 * i] = factor * basis[i * n];
    columns[2 * i + 1] = factor * basis[i * n + 1];
  }
  return columns;
}

function times(columns: Float64Array, [p, q, r]: readonly [number, number, number]): Float64Array {
  const result = new Float64Array(columns.length);
  for (let i = 0; i < columns.length; i += 2) {
    result[i] = p * columns[i] + q * columns[i + 1];
    result[i + 1] = q * columns[i] + r * columns[i + 1];
  }
  return result;
}
