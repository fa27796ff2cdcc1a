/** Orthogonal Procrustes: the rotation (or reflection) that brings one cloud nearest to another. */

import { columnOf, orthonormalBasis } from "./matrix";

/** Sweeps of rotations; ten are enough for 64 dimensions. */
const SWEEPS = 40;

/** The singular value decomposition of an n × n matrix, A = U diag(values) Vᵀ, by one-sided Jacobi rotations. */
export function svd(A: Float64Array, n: number): { U: Float64Array; values: Float64Array; V: Float64Array } {
  const W = A.slice();
  const V = new Float64Array(n * n);
  for (let i = 0; i < n; i++) V[i * n + i] = 1;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let turned = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) turned = turn(W, V, n, p, q) || turned;
    }
    if (!turned) break;
  }
  const values = new Float64Array(n);
  for (let j = 0; j < n; j++) values[j] = Math.hypot(...columnOf(W, j, n));
  const largest = Math.max(...values, 0);
  // Directions that A does not reach have no column in W; any that are orthogonal to the others will do.
  const reached = [...values.keys()].filter((j) => values[j] > 1e-12 * largest);
  const filled = orthonormalBasis(reached.map((j) => columnOf(W, j, n).map((x) => x / values[j])), n);
  const order = [...reached, ...[...values.keys()].filter((j) => !reached.includes(j))];
  const U = new Float64Array(n * n);
  order.forEach((j, place) => {
    for (let i = 0; i < n; i++) U[i * n + j] = filled[i * n + place];
  });
  return { U, values, V };
}

/** Make two columns of W orthogonal by a rotation, and turn those of V with them; whether that took any. */
function turn(W: Float64Array, V: Float64Array, n: number, p: number, q: number): boolean {
  let [pp, pq, qq] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [a, b] = [W[i * n + p], W[i * n + q]];
    pp += a * a;
    pq += a * b;
    qq += b * b;
  }
  if (Math.abs(pq) <= 1e-15 * Math.sqrt(pp * qq) || pq === 0) return false;
  const zeta = (qq - pp) / (2 * pq);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const cosine = 1 / Math.hypot(1, tangent);
  const sine = cosine * tangent;
  for (const M of [W, V]) {
    for (let i = 0; i < n; i++) {
      const [a, b] = [M[i * n + p], M[i * n + q]];
      M[i * n + p] = cosine * a - sine * b;
      M[i * n + q] = sine * a + cosine * b;
    }
  }
  return true;
}

/** The orthogonal R (n × n) that makes ‖A R − B‖ least, of M = AᵀB: U Vᵀ of M = U S Vᵀ (Schönemann 1966). */
export function nearestRotation(M: Float64Array, n: number): Float64Array {
  const { U, V } = svd(M, n);
  const R = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += U[i * n + k] * V[j * n + k];
      R[i * n + j] = sum;
    }
  }
  return R;
}
