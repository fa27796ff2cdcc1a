/**
 * How a handle turns a basis, as `inscape.shape.GrandTour.drag_point` does it: the point stays under the pointer, as far
 * as a rotation can take it there, and the basis turns in the plane of its old and its new direction alone. With points
 * pinned, that happens in the complement of their view coordinates, which therefore stay.
 */

import { newtonSchulz } from "./matrix";

/** Below this share of a vector's length, what is left of it after a projection is rounding. */
const PARALLEL = 1e-9;

/**
 * The basis in which a point has moved to a place on the screen, or as near there as a rotation can take it.
 *
 * @param basis n × n, row-major, orthonormal; the first two columns are the screen.
 * @param point (n,) in the coordinates that the basis projects.
 * @param target where its screen part is wanted: to the right, and up.
 * @param pinned points that are to stay where they are.
 */
export function dragged(
  basis: Float64Array,
  n: number,
  point: ArrayLike<number>,
  target: readonly [number, number],
  pinned: readonly ArrayLike<number>[] = [],
): Float64Array {
  const v = viewOf(basis, n, point);
  const fixed = orthonormalRows(pinned.map((p) => viewOf(basis, n, p)));
  const free = (x: Float64Array): Float64Array => {
    const left = x.slice();
    for (const row of fixed) addScaled(left, row, -dot(row, x));
    return left;
  };
  const u = free(v);
  const length = norm(u);
  if (!(length > PARALLEL * norm(v))) return basis.slice();
  const screen: readonly [Float64Array, Float64Array] = [free(unit(n, 0)), free(unit(n, 1))];
  const wanted: [number, number] = [target[0] - (v[0] - u[0]), target[1] - (v[1] - u[1])];
  const w = moved(u, screen, wanted, free, n);
  const size = norm(w);
  const turned = turn(basis, n, scaled(u, 1 / length), scaled(w, 1 / size), free);
  return newtonSchulz(turned, n);
}

/** The places on the screen that rotations can put a point: a disc, or with points pinned an ellipse. */
export interface Reach {
  readonly center: readonly [number, number];
  /** Half its axes, the longer first. */
  readonly radii: readonly [number, number];
  /** From the x axis to the longer one, counterclockwise, in radians. */
  readonly angle: number;
}

/** How far `dragged` can take a point. */
export function reachOf(basis: Float64Array, n: number, point: ArrayLike<number>, pinned: readonly ArrayLike<number>[] = []): Reach {
  const v = viewOf(basis, n, point);
  const fixed = orthonormalRows(pinned.map((p) => viewOf(basis, n, p)));
  // What is not in the span of the pinned points turns freely, and is seen through what of the screen is not.
  const u = v.slice();
  let [p, q, r] = [1, 0, 1];
  for (const row of fixed) {
    addScaled(u, row, -dot(row, v));
    p -= row[0] * row[0];
    q -= row[0] * row[1];
    r -= row[1] * row[1];
  }
  const length = norm(u);
  const spread = Math.hypot((p - r) / 2, q);
  const radius = (share: number): number => length * Math.sqrt(Math.max(0, share));
  return {
    center: [v[0] - u[0], v[1] - u[1]],
    radii: [radius((p + r) / 2 + spread), radius((p + r) / 2 - spread)],
    angle: 0.5 * Math.atan2(2 * q, p - r),
  };
}

/** (n,): the view coordinates of a point, of which the first two are on the screen. */
export function viewOf(basis: Float64Array, n: number, point: ArrayLike<number>): Float64Array {
  const view = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const x = point[i] ?? 0;
    if (x !== 0) for (let j = 0; j < n; j++) view[j] += x * basis[i * n + j];
  }
  return view;
}

/** The vector as long as `u`, and nearest to it, whose screen part is `target`; the nearest to that if none is. */
function moved(
  u: Float64Array,
  screen: readonly [Float64Array, Float64Array],
  target: readonly [number, number],
  free: (x: Float64Array) => Float64Array,
  n: number,
): Float64Array {
  const length = norm(u);
  const [e, f] = screen;
  const inverse = pseudoInverse(dot(e, e), dot(e, f), dot(f, f));
  /** The shortest vector with a screen part. */
  const lifted = (x: number, y: number): Float64Array => {
    const flat = scaled(e, inverse[0] * x + inverse[1] * y);
    addScaled(flat, f, inverse[1] * x + inverse[2] * y);
    return flat;
  };
  const flat = lifted(...target);
  const reach = norm(flat);
  if (reach >= length) return scaled(flat, length / reach);
  const beneath = (x: Float64Array): Float64Array => {
    const left = x.slice();
    addScaled(left, lifted(dot(e, x), dot(f, x)), -1);
    return left;
  };
  let rest = beneath(u);
  if (norm(rest) <= PARALLEL * length) {
    // It lies flat on the screen: it may leave toward any side, and leaves by the first dimension that is free.
    rest = new Float64Array(n);
    for (let k = 2; k < n; k++) {
      const direction = beneath(free(unit(n, k)));
      if (norm(direction) > 1e-3) {
        rest = direction;
        break;
      }
    }
  }
  const depth = norm(rest);
  // Two dimensions, or all the others are pinned: it can only turn.
  if (depth === 0) return reach > 0 ? scaled(flat, length / reach) : u;
  addScaled(flat, rest, Math.sqrt(length * length - reach * reach) / depth);
  return flat;
}

/** The basis with its view coordinates turned from the unit vector a to the unit vector b, in their plane alone. */
function turn(basis: Float64Array, n: number, a: Float64Array, b: Float64Array, free: (x: Float64Array) => Float64Array): Float64Array {
  const c = dot(a, b);
  if (c < -1 + 1e-9) {
    // Straight through: any half turn does it. By way of a vector at right angles, first of those that are free.
    for (let k = 0; k < n; k++) {
      const middle = free(unit(n, k));
      addScaled(middle, a, -dot(a, middle));
      const size = norm(middle);
      if (size <= 1e-3) continue;
      const half = scaled(middle, 1 / size);
      return turn(turn(basis, n, a, half, free), n, half, b, free);
    }
    return basis.slice();
  }
  const turned = basis.slice();
  for (let i = 0; i < n; i++) {
    let alongA = 0;
    let alongB = 0;
    for (let j = 0; j < n; j++) {
      alongA += basis[i * n + j] * a[j];
      alongB += basis[i * n + j] * b[j];
    }
    const toB = ((1 + 2 * c) * alongA - alongB) / (1 + c);
    const fromA = (alongA + alongB) / (1 + c);
    for (let j = 0; j < n; j++) turned[i * n + j] += toB * b[j] - fromA * a[j];
  }
  return turned;
}

/** The pseudoinverse of a symmetric, positive semidefinite [[p, q], [q, r]], as (p, q, r). */
function pseudoInverse(p: number, q: number, r: number): [number, number, number] {
  const middle = (p + r) / 2;
  const spread = Math.hypot((p - r) / 2, q);
  const large = middle + spread;
  const small = middle - spread;
  if (!(large > 0)) return [0, 0, 0];
  if (small > PARALLEL * large) {
    const determinant = p * r - q * q;
    return [r / determinant, -q / determinant, p / determinant];
  }
  // Rank one: large · x xᵀ, whose inverse is the matrix itself over large².
  return [p / (large * large), q / (large * large), r / (large * large)];
}

function orthonormalRows(rows: readonly Float64Array[]): Float64Array[] {
  const kept: Float64Array[] = [];
  for (const row of rows) {
    const left = row.slice();
    for (let round = 0; round < 2; round++) for (const other of kept) addScaled(left, other, -dot(other, left));
    const size = norm(left);
    if (size > 1e-6 * norm(row)) kept.push(scaled(left, 1 / size));
  }
  return kept;
}

function unit(n: number, k: number): Float64Array {
  const vector = new Float64Array(n);
  vector[k] = 1;
  return vector;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

function scaled(a: Float64Array, factor: number): Float64Array {
  return a.map((x) => factor * x);
}

function addScaled(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] += factor * b[i];
}
