import { describe, expect, it } from "vitest";
import { columnsAt, type Passage, setBack, setOut } from "../src/tour/passage";
import { deviation, orthonormalBasis } from "../src/tour/matrix";

/** Numbers that only look random. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (1103515245 * state + 12345) % 2147483648;
    return state / 1073741824 - 1;
  };
}

function basis(n: number, seed: number): Float64Array {
  const next = numbers(seed);
  return orthonormalBasis(Array.from({ length: n }, () => Float64Array.from({ length: n }, next)), n);
}

/** Axes of a wide space: rows of D numbers. */
function axes(rows: number, D: number, seed: number): Float64Array[] {
  const whole = basis(D, seed);
  return Array.from({ length: rows }, (_, i) => Float64Array.from({ length: D }, (_, k) => whole[k * D + i]));
}

/** A step between two layers of D units of which `here` and `there` axes are shown, and clouds of its ends. */
function example(D: number, here: number, there: number, seed: number): { passage: Passage; own: Float64Array[]; before: Float64Array[]; after: Float64Array[] } {
  const A = axes(here, D, seed);
  const V = axes(there, D, seed + 1);
  const turn = new Float64Array(here * there);
  for (let i = 0; i < here; i++) for (let k = 0; k < there; k++) turn[i * there + k] = A[i].reduce((sum, x, j) => sum + x * V[k][j], 0);
  const rotation = basis(there, seed + 2);
  const next = numbers(seed + 3);
  const own: Float64Array[] = [];
  const before: Float64Array[] = [];
  const after: Float64Array[] = [];
  for (let n = 0; n < 20; n++) {
    const x = Float64Array.from({ length: D }, next);
    own.push(Float64Array.from(A, (axis) => axis.reduce((sum, a, j) => sum + a * x[j], 0)));
    const seen = Float64Array.from(V, (axis) => axis.reduce((sum, a, j) => sum + a * x[j], 0));
    before.push(seen);
    // coordinates · rotation = before scaled: so coordinates = scaled · rotationᵀ.
    const scaled = seen.map((value, k) => value * (0.2 + k / there));
    after.push(Float64Array.from({ length: there }, (_, i) => scaled.reduce((sum, value, k) => sum + value * rotation[i * there + k], 0)));
  }
  return { passage: { here, there, turn, rotation }, own, before, after };
}

function seen(e: ReturnType<typeof example>, course: ReturnType<typeof setOut>, t: number): number[] {
  const columns = columnsAt(e.passage, course, t);
  const places: number[] = [];
  for (let n = 0; n < e.own.length; n++) {
    for (const c of [0, 1]) {
      let sum = 0;
      columns.here?.forEach((x, i) => (sum += i % 2 === c ? x * e.own[n][i >> 1] : 0));
      columns.before?.forEach((x, i) => (sum += i % 2 === c ? x * e.before[n][i >> 1] : 0));
      columns.after?.forEach((x, i) => (sum += i % 2 === c ? x * e.after[n][i >> 1] : 0));
      places.push(sum);
    }
  }
  return places;
}

function projected(cloud: Float64Array[], B: Float64Array, n: number): number[] {
  return cloud.flatMap((x) => [0, 1].map((c) => x.reduce((sum, value, i) => sum + value * B[i * n + c], 0)));
}

function farthest(a: number[], b: number[]): number {
  return Math.max(...a.map((x, i) => Math.abs(x - b[i])));
}

describe.each([
  [40, 16, 16, 1],
  [40, 16, 10, 2],
  [30, 10, 16, 3],
  [10, 10, 10, 4],
])("a passage in %i units, from %i axes to %i", (D, here, there, seed) => {
  const e = example(D, here, there, seed);
  const start = basis(here, seed + 9);

  it("begins as the stop before is seen and ends as the stop after", () => {
    const course = setOut(e.passage, start);
    expect(deviation(course.view, there)).toBeLessThan(1e-9);
    expect(deviation(course.end, there)).toBeLessThan(1e-9);
    expect(farthest(seen(e, course, 0), projected(e.own, start, here))).toBeLessThan(1e-12);
    expect(farthest(seen(e, course, 1), projected(e.after, course.end, there))).toBeLessThan(1e-9);
  });

  it("does not jump on its way", () => {
    const course = setOut(e.passage, start);
    let before = seen(e, course, 0);
    for (let i = 1; i <= 1000; i++) {
      const now = seen(e, course, i / 1000);
      expect(farthest(now, before)).toBeLessThan(0.05);
      before = now;
    }
  });

  it("goes back from where it ended, to the end bit for bit and to a basis at the beginning", () => {
    const end = basis(there, seed + 11);
    const course = setBack(e.passage, end);
    expect([...course.end]).toEqual([...end]);
    expect(deviation(course.start, here)).toBeLessThan(1e-9);
    expect(farthest(seen(e, course, 1), projected(e.after, end, there))).toBeLessThan(1e-9);
    expect(farthest(seen(e, course, 0), projected(e.own, course.start, here))).toBeLessThan(1e-12);
  });

  it("only turns the view at first: a frame of the wide space stays orthonormal", () => {
    const course = setOut(e.passage, start);
    if (D === here && here === there) {
      expect(course.turning).toBe(0); // the same space: nothing to turn
      return;
    }
    expect(course.turning).toBeGreaterThan(0);
    for (const share of [0.1, 0.5, 0.9]) {
      const columns = columnsAt(e.passage, course, share * course.turning);
      const [a, b] = [columns.here as Float64Array, columns.before as Float64Array];
      for (const [c, d, wanted] of [[0, 0, 1], [0, 1, 0], [1, 1, 1]]) {
        let sum = 0;
        for (let i = 0; i < here; i++) sum += a[2 * i + c] * a[2 * i + d];
        for (let k = 0; k < there; k++) sum += b[2 * k + c] * b[2 * k + d];
        for (let i = 0; i < here; i++) {
          for (let k = 0; k < there; k++) {
            const x = e.passage.turn[i * there + k];
            sum += x * (a[2 * i + c] * b[2 * k + d] + b[2 * k + c] * a[2 * i + d]);
          }
        }
        expect(sum).toBeCloseTo(wanted, 9);
      }
    }
  });
});
