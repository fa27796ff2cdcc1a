import { describe, expect, it } from "vitest";
import { differenceOf, movementBetween, movementBetweenLayers } from "../src/data/distances";
import { quantized, type StepData } from "../src/tour/fit";
import { deviation } from "../src/tour/matrix";
import { nearestRotation, svd } from "../src/tour/procrustes";

let seed = 7;
function random(): number {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648 - 0.5;
}

function matrix(rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, random);
}

function times(A: Float64Array, B: Float64Array, rows: number, inner: number, columns: number): Float64Array {
  const C = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let k = 0; k < inner; k++) for (let j = 0; j < columns; j++) C[i * columns + j] += A[i * inner + k] * B[k * columns + j];
  return C;
}

function transposed(A: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: A.length }, (_, i) => A[(i % rows) * columns + Math.floor(i / rows)]);
}

function step(values: Float64Array, dims: number): StepData {
  return quantized(Float32Array.from(values), values.length / dims, dims);
}

describe("the singular value decomposition", () => {
  it.each([1, 2, 5, 16, 64])("of %i × %i is one", (n) => {
    const A = matrix(n, n);
    const { U, values, V } = svd(A, n);
    expect(Math.max(deviation(U, n), deviation(V, n))).toBeLessThan(1e-12);
    const scaled = U.map((x, i) => x * values[i % n]);
    const back = times(scaled, transposed(V, n, n), n, n, n);
    expect(Math.max(...back.map((x, i) => Math.abs(x - A[i])))).toBeLessThan(1e-12);
  });

  it("of a matrix that reaches few directions has all of U", () => {
    const A = times(matrix(9, 3), matrix(3, 9), 9, 3, 9);
    const { U, values, V } = svd(A, 9);
    expect(Math.max(deviation(U, 9), deviation(V, 9))).toBeLessThan(1e-10);
    expect([...values].filter((s) => s > 1e-9)).toHaveLength(3);
    expect(deviation(svd(new Float64Array(16), 4).U, 4)).toBe(0);
  });
});

describe("the rotation of one cloud to another", () => {
  it("is found again, a reflection too", () => {
    for (const n of [2, 10, 64]) {
      const R = nearestRotation(matrix(n, n), n);
      const A = matrix(3 * n, n);
      const found = nearestRotation(times(transposed(A, 3 * n, n), times(A, R, 3 * n, n, n), n, 3 * n, n), n);
      expect(Math.max(...found.map((x, i) => Math.abs(x - R[i])))).toBeLessThan(1e-9);
    }
  });
});

describe("distances between clouds", () => {
  it("are nothing where one is the other, turned, moved and drawn larger", () => {
    const A = matrix(400, 6);
    const turned = times(A, nearestRotation(matrix(6, 6), 6), 400, 6, 6).map((x, i) => 3.7 * x + (i % 6));
    expect(Math.max(...differenceOf(step(A, 6), step(turned, 6)))).toBeLessThan(1e-3);
  });

  it("single out the sample that went elsewhere", () => {
    const A = matrix(400, 6);
    const B = A.slice();
    for (let k = 0; k < 6; k++) B[6 * 17 + k] = -A[6 * 17 + k] + 0.4;
    const found = differenceOf(step(A, 6), step(B, 6));
    expect(found.indexOf(Math.max(...found))).toBe(17);
    expect([...found].sort((a, b) => b - a)[1]).toBeLessThan(0.1);
  });

  it("are least for the rotation that is found, and go by the one that is given", () => {
    const [A, B] = [step(matrix(200, 4), 4), step(matrix(200, 4), 4)];
    const total = (rotation?: Float64Array): number => differenceOf(A, B, rotation).reduce((sum, d) => sum + d * d, 0);
    const best = total();
    for (let i = 0; i < 20; i++) expect(total(nearestRotation(matrix(4, 4), 4))).toBeGreaterThan(best);
    const identity = Float64Array.from({ length: 16 }, (_, i) => (i % 5 ? 0 : 1));
    expect(Math.max(...differenceOf(A, A, identity))).toBe(0);
    expect(() => differenceOf(A, B, new Float64Array(9))).toThrow("the rotation is 4 × 4");
    expect(() => differenceOf(A, step(matrix(10, 4), 4))).toThrow("the same samples");
  });

  it("fill up the smaller cloud", () => {
    const A = matrix(300, 3);
    const wide = Float64Array.from({ length: 300 * 5 }, (_, i) => (i % 5 < 3 ? A[3 * Math.floor(i / 5) + (i % 5)] : 0));
    expect(Math.max(...differenceOf(step(A, 3), step(wide, 5)))).toBeLessThan(1e-3);
    expect(Math.max(...differenceOf(step(wide, 5), step(A, 3)))).toBeLessThan(1e-3);
  });

  it("from checkpoint to checkpoint are those of the picture, in radii", () => {
    const before = Float64Array.of(-1, 0, 1, 0, 0, -1, 0, 1);
    const after = Float64Array.of(-2, 0, 2, 0, 0, -2, 0, 2);
    for (const d of movementBetween(step(before, 2), step(after, 2))) expect(d).toBeCloseTo(0.5, 3);
    for (const d of movementBetweenLayers(step(before, 2), step(after, 2))) expect(d).toBeCloseTo(0, 3);
  });
});
