import { describe, expect, it } from "vitest";
import { columnOf, deviation, orthonormalBasis } from "../src/tour/matrix";
import { normals } from "../src/tour/philox";
import { basisOf, discriminantPlane, type Plane, planeOf, ratioOn, scatterOf, scattersOf, shareOn, variancePlane } from "../src/tour/planes";
import reference from "./planes.json";

/** PPᵀ of the plane that two columns span. */
function projection(plane: Plane, n: number): Float64Array {
  const [p, q] = planeOf(orthonormalBasis(plane, n), n);
  return Float64Array.from({ length: n * n }, (_, at) => p[Math.floor(at / n)] * p[at % n] + q[Math.floor(at / n)] * q[at % n]);
}

/** Two columns that lie one beside the other, (n, 2). */
function columns(flat: readonly number[]): Plane {
  return [Float64Array.from(flat.filter((_, i) => i % 2 === 0)), Float64Array.from(flat.filter((_, i) => i % 2 === 1))];
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
}

function randomBasis(n: number, seed: number): Float64Array {
  const numbers = normals(n * n, 5, seed);
  return orthonormalBasis(Array.from({ length: n }, (_, k) => numbers.slice(k * n, (k + 1) * n)), n);
}

const cases = reference.map(({ rows, ...rest }) => ({ ...rest, rows: Float64Array.from(rows) }));

describe.each(cases)("$dims dimensions, groups as inscape.shape has them", ({ dims, rows, groups, discriminant, unshrunk, variance }) => {
  const cloud = { rows, dims };

  it("are parted on the plane of shape.discriminant", () => {
    for (const [shrinkage, expected] of [[0.1, discriminant], [0, unshrunk]] as const) {
      const found = discriminantPlane(cloud, groups, shrinkage);
      expect(farthest(projection(found, dims), projection(columns(expected), dims))).toBeLessThan(1e-7);
    }
  });

  it("of two the later lies to the right", () => {
    if (new Set(groups).size !== 2) return;
    const [first] = discriminantPlane(cloud, groups);
    expect(farthest(first, columns(discriminant)[0])).toBeLessThan(1e-7);
    const swapped = discriminantPlane(cloud, groups.map((group) => 1 - group))[0];
    expect(farthest(swapped, first.map((x) => -x))).toBeLessThan(1e-7);
  });

  it("vary most along the axes of shape.pca", () => {
    const plane = variancePlane(scatterOf(cloud), dims);
    const expected: Plane = [Float64Array.from(variance.slice(0, dims)), Float64Array.from(variance.slice(dims))];
    expect(farthest(projection(plane, dims), projection(expected, dims))).toBeLessThan(1e-7);
  });

  it("show no more of either on any other plane", () => {
    const { between, within } = scattersOf(cloud, groups);
    const total = scatterOf(cloud);
    const best = { apart: ratioOn(discriminantPlane(cloud, groups, 0), between, within, dims), spread: shareOn(variancePlane(total, dims), total, dims) };
    for (let seed = 0; seed < 50; seed++) {
      const plane = planeOf(randomBasis(dims, seed), dims);
      // Of two groups the ratio is that of the first direction: the second one parts nothing.
      if (new Set(groups).size > 2) expect(ratioOn(plane, between, within, dims)).toBeLessThanOrEqual(best.apart * (1 + 1e-9));
      expect(shareOn(plane, total, dims)).toBeLessThanOrEqual(best.spread * (1 + 1e-9));
    }
  });
});

describe("the scatter of groups", () => {
  it("within and between makes up that of all", () => {
    for (const { rows, dims, groups } of cases) {
      const { between, within } = scattersOf({ rows, dims }, groups);
      const total = scatterOf({ rows, dims });
      expect(farthest(total, between.map((value, i) => value + within[i]))).toBeLessThan(1e-9 * Math.max(...total));
    }
  });

  it("may be nothing: then a plane is found all the same", () => {
    const plane = discriminantPlane({ rows: new Float64Array(12).fill(1), dims: 3 }, [0, 0, 1, 1]);
    expect(plane.every((column) => column.every(Number.isFinite))).toBe(true);
  });
});

describe("the basis of a plane", () => {
  it("spans it, is orthonormal, and lies near the one before", () => {
    for (const dims of [3, 4, 15, 64]) {
      const [old, other] = [randomBasis(dims, 1), randomBasis(dims, 2)];
      const plane = planeOf(other, dims);
      const basis = basisOf(plane, old, dims);
      expect(deviation(basis, dims)).toBeLessThan(1e-9);
      expect(farthest(projection(planeOf(basis, dims), dims), projection(plane, dims))).toBeLessThan(1e-9);
      const away = (b: Float64Array): number => [0, 1].reduce((sum, c) => sum + columnOf(b, c, dims).reduce((s, x, i) => s + (x - old[i * dims + c]) ** 2, 0), 0);
      for (let turn = 0; turn < 12; turn++) {
        const [cosine, sine] = [Math.cos(turn / 2), Math.sin(turn / 2)];
        const [p, q] = planeOf(basis, dims);
        const turned = orthonormalBasis([p.map((x, i) => cosine * x + sine * q[i]), q.map((x, i) => cosine * x - sine * p[i])], dims);
        expect(away(basis)).toBeLessThanOrEqual(away(turned) + 1e-9);
      }
    }
  });

  it("stays what it is where the plane is the one before", () => {
    const old = randomBasis(7, 3);
    expect(farthest(basisOf(planeOf(old, 7), old, 7), old)).toBeLessThan(1e-9);
  });
});
