/**
 * The Grand Tour, as `inscape.shape.GrandTour` walks it: the same seed, basis and steps give the same views to 1e-5
 * over 1,000 steps (test/grand-tour.test.ts). The mathematics stands in the README of src/inscape/shape.
 */

import { identity, newtonSchulz, solve } from "./matrix";
import { normals } from "./philox";

/** Seconds between two draws of the speeds; in between they are interpolated. */
const KNOT = 0.5;

/** Steps between two re-orthonormalizations. */
const POLISH_EVERY = 64;

export class GrandTour {
  private time = 0;
  private steps = 0;
  private knot = 0;
  private before: Float64Array;
  private after: Float64Array;
  /** Transposed: a row is an axis, so that one linear solve turns all of them. */
  private axes: Float64Array;
  private readonly keep: number;
  private readonly spread: number;

  constructor(
    readonly dims: number,
    private readonly seed = 0,
    options: { basis?: ArrayLike<number>; speed?: number; timeConstant?: number } = {},
  ) {
    const { basis, speed = 0.35, timeConstant = 10 } = options;
    this.keep = Math.exp(-KNOT / timeConstant);
    this.spread = speed / Math.sqrt(Math.max(dims - 2, 1));
    this.before = normals((dims * (dims - 1)) / 2, 0, seed).map((x) => this.spread * x);
    this.after = this.nextSpeeds(this.before, 1);
    this.axes = identity(dims);
    if (basis) this.basis = basis;
  }

  /** The D × D orthonormal basis, row-major: a copy. Columns are axes, the first two the screen. */
  get basis(): Float64Array {
    return transposed(this.axes, this.dims);
  }

  /** Turn to another basis at once; the tour goes on from there. */
  set basis(basis: ArrayLike<number>) {
    let axes = transposed(basis, this.dims);
    for (let i = 0; i < 4; i++) axes = newtonSchulz(axes, this.dims); // 1e-3 → 1e-6 → 1e-12 → rounding
    this.axes = axes;
  }

  /** Turn to a basis that is orthonormal as it is, without a bit of it being changed. */
  restore(basis: ArrayLike<number>): void {
    this.axes = transposed(basis, this.dims);
  }

  /** Go on by `dt` seconds: B ← B (I + S)(I − S)⁻¹ with S = dt/2 · W, the Cayley map of the speeds W. */
  step(dt: number): void {
    const n = this.dims;
    const speeds = this.speedsAt(this.time + 0.5 * dt);
    const system = identity(n);
    for (let i = 0, pair = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++, pair++) {
        const angle = speeds[pair] * (0.5 * dt);
        system[i * n + j] = angle;
        system[j * n + i] = -angle;
      }
    }
    // (I + S) X = A gives the axes halfway; as far again beyond lie the new ones.
    const half = solve(system, this.axes, n);
    for (let i = 0; i < half.length; i++) half[i] = 2 * half[i] - this.axes[i];
    this.axes = half;
    this.time += dt;
    this.steps += 1;
    if (this.steps % POLISH_EVERY === 0) this.axes = newtonSchulz(this.axes, n);
  }

  private nextSpeeds(before: Float64Array, knot: number): Float64Array {
    const spread = this.spread * Math.sqrt(1 - this.keep * this.keep);
    const drawn = normals(before.length, knot, this.seed);
    return before.map((speed, i) => this.keep * speed + spread * drawn[i]);
  }

  private speedsAt(time: number): Float64Array {
    while (time >= (this.knot + 1) * KNOT) {
      this.knot += 1;
      this.before = this.after;
      this.after = this.nextSpeeds(this.after, this.knot + 1);
    }
    const fraction = time / KNOT - this.knot;
    return this.before.map((speed, i) => speed + fraction * (this.after[i] - speed));
  }
}

function transposed(matrix: ArrayLike<number>, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) result[j * n + i] = matrix[i * n + j];
  return result;
}
