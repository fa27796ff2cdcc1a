import { describe, expect, it } from "vitest";
import { quantized } from "../src/tour/fit";
import { deviation, identity, orthonormalBasis } from "../src/tour/matrix";
import { normals } from "../src/tour/philox";
import { PlanarGrid } from "../src/tour/planar-grid";
import { basisOf } from "../src/tour/planes";
import { coordinatesOf, evenlyOf, keptOn, nearInGraph, nearInScene, projected, recallOn } from "../src/tour/recall";
import { localityPlane, searchRecall } from "../src/tour/recall-search";
import { spaceOf, type Scene } from "../src/tour/scene";

function ended<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** All others by distance, then by number. */
function sorted(points: readonly (readonly number[])[], own: number): number[] {
  const away = (i: number): number => points[i].reduce((sum, x, d) => sum + (x - points[own][d]) ** 2, 0);
  return points.map((_, i) => i).filter((i) => i !== own).sort((a, b) => away(a) - away(b) || a - b);
}

const CLOUDS: Record<string, (n: number) => [Float64Array, Float64Array]> = {
  spread: (n) => [normals(n, 0, 1), normals(n, 1, 1)],
  "far out": (n) => [normals(n, 0, 2).map((x) => Math.exp(4 * x)), normals(n, 1, 2).map((x) => x ** 5)],
  "on a lattice": (n) => [Float64Array.from({ length: n }, (_, i) => i % 9), Float64Array.from({ length: n }, (_, i) => Math.floor(i / 9) % 7)],
  "on a line": (n) => [normals(n, 0, 3), new Float64Array(n)],
  "all at one place": (n) => [new Float64Array(n).fill(2), new Float64Array(n).fill(-1)],
  "in two places": (n) => [Float64Array.from({ length: n }, (_, i) => (i % 2) * 1e6), new Float64Array(n)],
};

describe("points on a plane", () => {
  it.each(Object.keys(CLOUDS))("%s: the nearest are those of sorting all", (name) => {
    for (const n of [2, 3, 40, 300]) {
      const [x, y] = CLOUDS[name](n);
      const points = Array.from(x, (px, i) => [px, y[i]]);
      const k = Math.min(15, n + 3);
      const grid = new PlanarGrid(x, y, k);
      const found = new Int32Array(k);
      for (let own = 0; own < n; own += 1 + Math.floor(n / 60)) {
        const count = grid.nearest(own, k, found);
        expect([...found.subarray(0, count)]).toEqual(sorted(points, own).slice(0, k));
      }
    }
  });
});

/** A cloud of n samples, as a step of a layout. */
function sceneOf(n: number, dims: number, seed = 0): Scene {
  const values = Float32Array.from(normals(n * dims, 7, seed), (x, i) => x * (1 + (i % dims)));
  return { key: "made", dims, space: spaceOf(dims, false), parts: [{ step: quantized(values, n, dims), weight: 1 }], axes: null, instant: true };
}

function pointsOf(scene: Scene, samples: ArrayLike<number>, of: readonly number[] = [...Array(scene.dims).keys()]): number[][] {
  const rows = coordinatesOf(scene, samples);
  return Array.from({ length: samples.length }, (_, i) => of.map((k) => rows[i * scene.dims + k]));
}

describe("neighborhoods that are kept", () => {
  const scene = sceneOf(120, 5);
  const pool = Int32Array.from({ length: 80 }, (_, i) => i + (i > 30 ? 20 : 0));
  const measured = evenlyOf(pool.length, 33);

  it("are measured evenly over the samples, each once", () => {
    expect([...evenlyOf(5, 9)]).toEqual([0, 1, 2, 3, 4]);
    expect([...evenlyOf(10, 5)]).toEqual([0, 2, 4, 6, 8]);
    expect(new Set(measured).size).toBe(33);
  });

  it("in all dimensions are those of sorting all", () => {
    const lists = ended(nearInScene(scene, 7, pool, measured));
    const points = pointsOf(scene, pool);
    measured.forEach((own, i) => expect([...lists[i]]).toEqual(sorted(points, own).slice(0, 7)));
  });

  it("in a graph are those that are drawn", () => {
    // Of 4 samples, of which 2 is not drawn: places in the pool, nearest first, without itself and without what was not found.
    const graph = [1, 2, 3, 3, 2, 0, 0, 1, 3, 0, -1, -1];
    const lists = nearInGraph(graph, 3, 3, Int32Array.of(0, 1, 3), Int32Array.of(0, 1, 2), 4);
    expect(lists.map((list) => [...list])).toEqual([[1, 2], [2, 0], [0]]);
    const fewer = nearInGraph(graph, 3, 1, Int32Array.of(0, 1, 3), Int32Array.of(0, 2), 4);
    expect(fewer.map((list) => [...list])).toEqual([[1], [0]]);
  });

  it("are counted on a plane as their definition says, and labels too", () => {
    const near = ended(nearInScene(scene, 7, pool, measured)).map((list, i) => (i % 5 ? list : list.subarray(0, i % 3)));
    const labels = pool.map((sample) => (sample % 7 === 0 ? -1 : sample % 3));
    const basis = orthonormalBasis(Array.from({ length: 5 }, (_, k) => normals(5, k, 9)), 5);
    const [x, y] = ended(projected(scene, basis, pool));
    const rows = coordinatesOf(scene, pool);
    const points = Array.from(x, (px, i) => [px, y[i]]);
    points.forEach(([px], i) => expect(px).toBeCloseTo(basis.reduce((sum, b, at) => sum + (at % 5 === 0 ? b * rows[i * 5 + at / 5] : 0), 0), 9));
    const shares: number[] = [];
    const hits: number[] = [];
    measured.forEach((own, i) => {
      const order = sorted(points, own);
      if (near[i].length) shares.push(order.slice(0, near[i].length).filter((other) => near[i].includes(other)).length / near[i].length);
      if (labels[own] >= 0) hits.push(order.slice(0, 6).filter((other) => labels[other] === labels[own]).length / 6);
    });
    const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
    const kept = ended(keptOn(x, y, { pool, measured, near }, labels, 6));
    expect(kept.recall).toBeCloseTo(mean(shares), 12);
    expect(kept.hit).toBeCloseTo(mean(hits), 12);
    expect(recallOn(x, y, { measured, near })).toBeCloseTo(mean(shares), 12);
    expect(shares.length).toBeLessThan(measured.length);
  });

  it("without labels have no hits, and without neighbors no recall", () => {
    const [x, y] = ended(projected(scene, identity(5), pool));
    const kept = ended(keptOn(x, y, { pool, measured, near: Array.from(measured, () => new Int32Array(0)) }, new Int32Array(pool.length).fill(-1), 6));
    expect(kept).toEqual({ recall: Number.NaN, hit: null });
  });
});

describe("the search for a view that keeps more", () => {
  const n = 200;
  const dims = 8;
  // Neighborhoods are those of two hidden directions; the loudest ones are noise.
  const hidden = Array.from({ length: 2 }, (_, k) => normals(n, k, 21));
  const mixing = orthonormalBasis(Array.from({ length: dims }, (_, k) => normals(dims, k, 22)), dims);
  const rows = new Float64Array(n * dims);
  const noise = normals(n * dims, 3, 23);
  for (let i = 0; i < n; i++) {
    const own = Array.from({ length: dims }, (_, k) => (k < 2 ? hidden[k][i] : 1.5 * noise[i * dims + k]));
    for (let k = 0; k < dims; k++) for (let j = 0; j < dims; j++) rows[i * dims + k] += mixing[k * dims + j] * own[j];
  }
  const pool = Int32Array.from({ length: n }, (_, i) => i);
  const points = pool.length ? Array.from(hidden[0], (x, i) => [x, hidden[1][i]]) : [];
  const near = Array.from(pool, (own) => Int32Array.from(sorted(points, own).slice(0, 10)));
  const company = { pool, measured: pool, near };
  const start = identity(dims);
  const seen = (basis: Float64Array): number => {
    const along = (column: number): Float64Array => Float64Array.from({ length: n }, (_, i) => basis.reduce((sum, b, at) => sum + (at % dims === column ? b * rows[i * dims + (at - column) / dims] : 0), 0));
    return recallOn(along(0), along(1), company);
  };

  it("is never worse than any of its beginnings, and the same every time", () => {
    const again = [0, 1].map(() => ended(searchRecall({ rows, dims }, company, [start])));
    expect(again[0]).toEqual(again[1]);
    expect(deviation(again[0].basis, dims)).toBeLessThan(1e-9);
    expect(seen(again[0].basis)).toBeCloseTo(again[0].recall, 12);
    expect(again[0].recall).toBeGreaterThan(2 * seen(start));
  });

  it("finds hidden directions by their neighborhoods", () => {
    const plane = basisOf(localityPlane({ rows, dims }, company), start, dims);
    expect(seen(plane)).toBeGreaterThan(0.8);
    expect(ended(searchRecall({ rows, dims }, company, [start, plane])).recall).toBeGreaterThanOrEqual(seen(plane));
  });
});
