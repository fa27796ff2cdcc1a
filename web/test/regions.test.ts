import { describe, expect, it } from "vitest";
import { isAround, type Placed, type Region, samplesIn } from "../src/tour/regions";

const [WIDTH, HEIGHT] = [640, 480];

/** Samples at these places of the stage; `hidden` ones are not drawn. */
function placedAt(places: readonly (readonly [number, number])[], hidden: readonly number[] = []): Placed {
  const [scale, x, y] = [200, 320, 240];
  const positions = new Float32Array(places.flatMap(([px, py]) => [(px - x) / scale, (y - py) / scale]));
  const shown = Uint8Array.from(places, (_, i) => (hidden.includes(i) ? 0 : 1));
  return { positions, shown, scale, x, y, width: WIDTH, height: HEIGHT };
}

function taken(region: Region, placed: Placed): number[] {
  return [...samplesIn(region, placed)].flatMap((one, i) => (one ? [i] : []));
}

const lasso = (...path: number[]): Region => ({ kind: "lasso", path });

/** Places that a float32 of (place − zero) / 200 holds exactly. */
const INSIDE: [number, number] = [320, 240];

function noise(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

/** The winding number as the sum of angles, slowly. */
function winding(path: readonly number[], px: number, py: number): number {
  let angle = 0;
  for (let at = 0; at < path.length; at += 2) {
    const next = (at + 2) % path.length;
    const [ax, ay, bx, by] = [path[at] - px, path[at + 1] - py, path[next] - px, path[next + 1] - py];
    angle += Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
  }
  return Math.round(angle / (2 * Math.PI));
}

describe("a lasso", () => {
  it("takes exactly what its line goes around, by the sum of angles", () => {
    const random = noise(7);
    const places = Array.from({ length: 1000 }, () => [WIDTH * random(), HEIGHT * random()] as const);
    const placed = placedAt(places);
    const at = (i: number): [number, number] => [320 + 200 * placed.positions[2 * i], 240 - 200 * placed.positions[2 * i + 1]];
    for (const corners of [3, 4, 7, 40, 200]) {
      // Random corners cross each other in all ways; some lie beyond the stage.
      const path = Array.from({ length: 2 * corners }, (_, i) => (i % 2 ? HEIGHT : WIDTH) * (1.4 * random() - 0.2));
      const expected = places.flatMap((_, i) => (winding(path, ...at(i)) !== 0 ? [i] : []));
      expect(taken({ kind: "lasso", path }, placed)).toEqual(expected);
      expect(expected.length).toBeGreaterThan(3);
    }
  });

  it("has what lies on its line, whichever way it was drawn", () => {
    const square = [220, 140, 420, 140, 420, 340, 220, 340];
    const around = [220, 140, 220, 340, 420, 340, 420, 140];
    const places = [[220, 240], [420, 240], [320, 140], [320, 340], [220, 140], [420, 340], [219, 240], [421, 240], [320, 139], [320, 341]] as const;
    for (const path of [square, around]) expect(taken({ kind: "lasso", path }, placedAt(places))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("that crosses itself has both lobes, and what is circled twice", () => {
    const eight = lasso(220, 140, 420, 340, 420, 140, 220, 340);
    expect(taken(eight, placedAt([[240, 240], [400, 240], [320, 160], [320, 320]]))).toEqual([0, 1]);
    const twice = lasso(...[0, 1].flatMap(() => [220, 140, 420, 140, 420, 340, 220, 340]));
    expect(taken(twice, placedAt([INSIDE]))).toEqual([0]);
    const spiral = lasso(120, 40, 520, 40, 520, 440, 120, 440, 220, 140, 420, 140, 420, 340, 220, 340);
    expect(taken(spiral, placedAt([INSIDE]))).toEqual([0]);
  });

  it("takes nothing where it is nothing: a point, a line, a speck", () => {
    const placed = placedAt([INSIDE, [100, 100]]);
    for (const path of [[], [320.3, 240.2], [300, 200, 310, 260], [321, 241, 322, 241, 322, 242]]) expect(taken({ kind: "lasso", path }, placed)).toEqual([]);
    expect(taken(lasso(319.9, 239.9, 320.1, 239.9, 320, 240.2), placed)).toEqual([0]);
  });

  it("takes what the stage shows: nothing beyond its edges, nothing that is hidden", () => {
    const all = lasso(-9e4, -9e4, 9e4, -9e4, 9e4, 9e4, -9e4, 9e4);
    const placed = placedAt([INSIDE, [-5, 240], [320, 485], [645, 240], [639.9, 240], [320, 0.1], [100, 100]], [6]);
    expect(taken(all, placed)).toEqual([0, 4, 5]);
    expect(taken(lasso(-50, -50, -20, -50, -20, -20), placed)).toEqual([]);
    expect(taken(lasso(700, 500, 800, 500, 800, 600), placed)).toEqual([]);
  });

  it("has a million samples in some tens of milliseconds, on a busy machine in some more", () => {
    const random = noise(3);
    const positions = Float32Array.from({ length: 2e6 }, (_, i) => ((i % 2 ? HEIGHT : WIDTH) * (random() - 0.5)) / 200);
    const placed: Placed = { ...placedAt([]), positions, shown: new Uint8Array(1e6).fill(1) };
    const path = Array.from({ length: 800 }, (_, i) => {
      const angle = (2 * Math.PI * (i >> 1)) / 400;
      return i % 2 ? 240 + 180 * Math.sin(angle) : 320 + 180 * Math.cos(angle);
    });
    let took = Number.POSITIVE_INFINITY;
    let inside = new Uint8Array(0);
    for (let round = 0; round < 3; round++) {
      const began = performance.now();
      inside = new Uint8Array(samplesIn({ kind: "lasso", path }, placed));
      took = Math.min(took, performance.now() - began);
    }
    const share = inside.reduce((sum, one) => sum + one, 0) / 1e6;
    expect(share).toBeCloseTo((Math.PI * 180 ** 2) / (WIDTH * HEIGHT), 2);
    expect(took).toBeLessThan(500);
  });
});

describe("a rectangle", () => {
  it("has its edges, from whichever corner it was drawn", () => {
    const placed = placedAt([[220, 140], [420, 340], INSIDE, [421, 240], [320, 341], [10, 10]]);
    for (const [from, to] of [
      [[220, 140], [420, 340]],
      [[420, 340], [220, 140]],
      [[220, 340], [420, 140]],
    ] as const) {
      expect(taken({ kind: "rectangle", from, to }, placed)).toEqual([0, 1, 2]);
    }
  });

  it("ends at the edges of the stage, and has only what is shown", () => {
    const placed = placedAt([[-1, 10], [1, 10], [1, 11]], [2]);
    expect(taken({ kind: "rectangle", from: [-50, -50], to: [50, 50] }, placed)).toEqual([1]);
  });
});

describe("a brush", () => {
  it("takes what its disk passes over, between two places too", () => {
    const placed = placedAt([[100, 100], [150, 109], [150, 111], [210, 100], [211, 100], [89, 100], [150, 95]], [6]);
    expect(taken({ kind: "stroke", path: [100, 100, 200, 100], radius: 10 }, placed)).toEqual([0, 1, 3]);
    expect(taken({ kind: "stroke", path: [100, 100], radius: 11 }, placed)).toEqual([0, 5]);
    expect(taken({ kind: "stroke", path: [], radius: 11 }, placed)).toEqual([]);
  });

  it("takes nothing beyond the stage", () => {
    expect(taken({ kind: "stroke", path: [0, 0], radius: 20 }, placedAt([[-2, 3], [2, 3]]))).toEqual([1]);
  });
});

it("a path goes around a place, or through it, or neither", () => {
  const square = [0, 0, 10, 0, 10, 10, 0, 10];
  expect([isAround(square, 5, 5), isAround(square, 0, 5), isAround(square, 10, 10), isAround(square, 11, 5)]).toEqual([true, true, true, false]);
});
