import { describe, expect, it } from "vitest";
import { circlesOf, type DrawnPoints } from "../src/render/vector";

function points(more: Partial<DrawnPoints> = {}): DrawnPoints {
  const positions = Float32Array.from([10, 10, 50, 20, 102, 30, 140, 40, Number.NaN, 5]);
  const selection = { selected: new Uint8Array(5), unselected: 0.4, ring: { color: [0, 0, 0] as const, width: 1.5 } };
  return { positions, shown: Uint8Array.of(1, 1, 1, 1, 1), ...selection, of: [0, 1, 0, 1, 0], colors: [[230, 159, 0], [0, 114, 178]], lit: null, faded: 0.13, radius: 3, ...more };
}

describe("the circles of a picture", () => {
  it("are the samples in their order, with their colors", () => {
    expect(circlesOf(points(), 200, 100)).toEqual([
      { x: 10, y: 10, color: "#e69f00", opacity: 1 },
      { x: 50, y: 20, color: "#0072b2", opacity: 1 },
      { x: 102, y: 30, color: "#e69f00", opacity: 1 },
      { x: 140, y: 40, color: "#0072b2", opacity: 1 },
    ]);
  });

  it("leave out what is hidden, and what lies outside by more than its radius", () => {
    const drawn = circlesOf(points({ shown: Uint8Array.of(0, 1, 1, 1, 1) }), 100, 100);
    expect(drawn.map(({ x }) => x)).toEqual([50, 102]);
  });

  it("put a ring beneath what is selected, and fade the others", () => {
    const drawn = circlesOf(points({ selected: Uint8Array.of(0, 1, 0, 0, 0) }), 200, 100);
    expect(drawn).toEqual([
      { x: 10, y: 10, color: "#e69f00", opacity: 0.4 },
      { x: 102, y: 30, color: "#e69f00", opacity: 0.4 },
      { x: 140, y: 40, color: "#0072b2", opacity: 0.4 },
      { x: 50, y: 20, color: "#000000", opacity: 1, radius: 4.5 },
      { x: 50, y: 20, color: "#0072b2", opacity: 1 },
    ]);
  });

  it("put what is faded beneath what is lit", () => {
    const drawn = circlesOf(points({ lit: 0 }), 200, 100);
    expect(drawn.map(({ x, opacity }) => [x, opacity])).toEqual([[50, 0.13], [140, 0.13], [10, 1], [102, 1]]);
  });
});
