import { describe, expect, it } from "vitest";
import { asCamera, moved, WHOLE, zoomed } from "../src/tour/camera";

describe("the camera", () => {
  it("keeps what lies under the pointer there", () => {
    const before = { zoom: 1.5, x: 0.2, y: -0.1 };
    const after = zoomed(before, 2, 0.4, 0.3);
    // A point p of the cloud is at camera + zoom · p: the one that was under the pointer still is.
    for (const [axis, at] of [["x", 0.4], ["y", 0.3]] as const) {
      const point = (at - before[axis]) / before.zoom;
      expect(after[axis] + after.zoom * point).toBeCloseTo(at, 12);
    }
  });

  it("never loses the cloud and never goes too near", () => {
    expect(moved(WHOLE, 100, -100)).toEqual({ zoom: 1, x: 1.5, y: -1.5 });
    expect(zoomed(WHOLE, 1e9, 0, 0).zoom).toBe(200);
    expect(zoomed(WHOLE, 1e-9, 0, 0).zoom).toBe(0.2);
  });

  it("takes from outside what is one, and nothing else", () => {
    expect(asCamera({ zoom: 2, x: 0.5, y: 0 })).toEqual({ zoom: 2, x: 0.5, y: 0 });
    for (const wrong of [null, 3, {}, { zoom: Number.NaN, x: 0, y: 0 }, { zoom: 0, x: 0, y: 0 }, { zoom: "2", x: 0, y: 0 }]) {
      expect(asCamera(wrong)).toBeNull();
    }
  });
});
