import { describe, expect, it } from "vitest";
import { dragged, reachOf, viewOf } from "../src/tour/dragging";
import { deviation, orthonormalBasis } from "../src/tour/matrix";
import { normals } from "../src/tour/philox";
import reference from "./dragging.json";

const MOVES = 200;

/** A random basis, a point, points that are pinned, and random places a good part of which can't be reached. */
function given(dims: number, pins: number, seed = dims + pins) {
  const numbers = normals(dims * (dims + 1 + pins) + 2 * MOVES, 3, seed);
  const columns = Array.from({ length: dims }, (_, k) => numbers.slice(k * dims, (k + 1) * dims));
  const vectors = Array.from({ length: 1 + pins }, (_, k) => numbers.slice((dims + k) * dims, (dims + k + 1) * dims));
  const [point, ...pinned] = vectors;
  const steps = numbers.slice(dims * (dims + 1 + pins));
  return { basis: orthonormalBasis(columns, dims), point, pinned, steps };
}

/** How far outside of an ellipse a place is: above 1, it is. */
function outside({ center, radii, angle }: ReturnType<typeof reachOf>, [x, y]: readonly [number, number]): number {
  const [dx, dy] = [x - center[0], y - center[1]];
  const along = Math.cos(angle) * dx + Math.sin(angle) * dy;
  const across = -Math.sin(angle) * dx + Math.cos(angle) * dy;
  return Math.hypot(along / radii[0], across / radii[1]);
}

describe("a handle that is dragged", () => {
  it.each([
    [3, 0],
    [4, 0],
    [10, 0],
    [16, 0],
    [64, 0],
    [4, 1],
    [10, 3],
    [16, 5],
    [64, 20],
  ])("stays under the pointer over 200 moves at D = %i with %i pinned", (dims, pins) => {
    const { basis: begin, point, pinned, steps } = given(dims, pins);
    let basis = begin;
    const places = pinned.map((p) => viewOf(begin, dims, p).slice(0, 2));
    const reach = reachOf(begin, dims, point, pinned);
    let reached = 0;
    for (let i = 0; i < MOVES; i++) {
      const target = [
        reach.center[0] + 0.7 * reach.radii[0] * steps[2 * i],
        reach.center[1] + 0.7 * reach.radii[0] * steps[2 * i + 1],
      ] as const;
      // What is pinned does not move, so the reach is the same all along.
      const beyond = outside(reach, target);
      basis = dragged(basis, dims, point, target, pinned);
      expect(deviation(basis, dims)).toBeLessThan(1e-9);
      const [x, y] = viewOf(basis, dims, point);
      if (beyond <= 1) {
        reached += 1;
        expect(Math.hypot(x - target[0], y - target[1])).toBeLessThan(1e-7);
      } else expect(outside(reach, [x, y])).toBeCloseTo(1, 6);
      pinned.forEach((p, k) => {
        const now = viewOf(basis, dims, p);
        expect(Math.hypot(now[0] - places[k][0], now[1] - places[k][1])).toBeLessThan(1e-8);
      });
    }
    expect(reached).toBeGreaterThan(40);
    expect(reached).toBeLessThan(MOVES - 10);
  });

  it("only turns where there are two dimensions", () => {
    const { basis: begin, point, steps } = given(2, 0);
    let basis = begin;
    for (let i = 0; i < MOVES; i++) {
      const target = [steps[2 * i], steps[2 * i + 1]] as const;
      basis = dragged(basis, 2, point, target);
      const [x, y] = viewOf(basis, 2, point);
      expect(Math.hypot(x, y)).toBeCloseTo(Math.hypot(...point), 9);
      expect(x * target[1] - y * target[0]).toBeCloseTo(0, 9);
      expect(x * target[0] + y * target[1]).toBeGreaterThan(0);
      expect(deviation(basis, 2)).toBeLessThan(1e-9);
    }
  });

  it("goes nowhere if it is at the origin, or is pinned itself", () => {
    const { basis, point } = given(5, 0);
    expect([...dragged(basis, 5, new Float64Array(5), [1, 1])]).toEqual([...basis]);
    expect([...dragged(basis, 5, point, [1, 1], [point])]).toEqual([...basis]);
  });

  it("goes straight through the origin to the other side", () => {
    const { basis, point } = given(6, 0);
    const [x, y] = viewOf(basis, 6, point);
    const turned = dragged(basis, 6, point, [-x, -y]);
    const [nowX, nowY] = viewOf(turned, 6, point);
    expect([nowX, nowY]).toEqual([expect.closeTo(-x, 9), expect.closeTo(-y, 9)]);
  });
});

describe("the tour that is dragged", () => {
  // The file comes of inscape.shape.GrandTour.drag_point by test/make-dragging.py.
  it.each(reference.map((r) => [r.dims, r.pinned.length, r] as const))("agrees with inscape.shape at D = %i with %i pinned", (dims, _, r) => {
    let basis: Float64Array = Float64Array.from(r.begin);
    let worst = 0;
    let compared = 0;
    r.moves.forEach(([dx, dy], i) => {
      const [x, y] = viewOf(basis, dims, r.point);
      basis = dragged(basis, dims, r.point, [x + dx, y + dy], r.pinned);
      const expected = r.bases[String(i + 1) as keyof typeof r.bases];
      if (!expected) return;
      compared += 1;
      basis.forEach((value, k) => (worst = Math.max(worst, Math.abs(value - expected[k]))));
    });
    expect(compared).toBe(dims < 64 ? 4 : 2);
    expect(worst).toBeLessThan(1e-8);
  });
});
