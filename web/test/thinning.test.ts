import { describe, expect, it } from "vitest";
import { type Crowd, stride, thinned } from "../src/tour/thinning";

const SAMPLES = 4000;
const ROOM = { width: 20, height: 12 };

/** A crowd of samples strewn over 400 × 300, reproducibly; the odd ones may be left out. */
function crowd(changes: Partial<Crowd> = {}, shift = 0): Crowd & { x: (i: number) => number; y: (i: number) => number } {
  const x = (i: number): number => ((i * 7919) % 4001) / 10 + shift * Math.sin(i);
  const y = (i: number): number => ((i * 104729) % 3001) / 10 + shift * Math.cos(i);
  const locate = (i: number, place: Float64Array): boolean => {
    place[0] = x(i);
    place[1] = y(i);
    return true;
  };
  return { samples: SAMPLES, locate, first: [], room: ROOM, stage: { width: 350, height: 250 }, most: 3000, looked: SAMPLES, x, y, ...changes };
}

/** The smallest of all pairs' distances, a box being 1 wide and 1 high. */
function nearest(chosen: Uint32Array, { x, y }: ReturnType<typeof crowd>): number {
  let smallest = Number.POSITIVE_INFINITY;
  chosen.forEach((a, i) =>
    chosen.subarray(i + 1).forEach((b) => {
      smallest = Math.min(smallest, Math.max(Math.abs(x(a) - x(b)) / ROOM.width, Math.abs(y(a) - y(b)) / ROOM.height));
    }),
  );
  return smallest;
}

describe("thinning", () => {
  it("leaves no two that meet, and no room for one more", () => {
    const all = crowd();
    const chosen = thinned(all);
    expect(nearest(chosen, all)).toBeGreaterThanOrEqual(1);
    expect(chosen.length).toBeGreaterThan(150);
    const taken = new Set(chosen);
    for (let i = 0; i < SAMPLES; i++) {
      if (taken.has(i)) continue;
      const met = [...chosen].some((c) => Math.abs(all.x(c) - all.x(i)) < ROOM.width && Math.abs(all.y(c) - all.y(i)) < ROOM.height);
      expect(met, `sample ${i}`).toBe(true);
    }
  });

  it("is the same every time, and begins with those that come first", () => {
    expect([...thinned(crowd())]).toEqual([...thinned(crowd())]);
    const first = [3999, 17, 2, 1234];
    const chosen = thinned(crowd({ first }));
    expect(chosen[0]).toBe(3999);
    expect(first.filter((sample) => chosen.includes(sample)).length).toBeGreaterThan(2);
    expect(nearest(chosen, crowd())).toBeGreaterThanOrEqual(1);
  });

  it("leaves out what is nowhere, and keeps to the most and to those that are looked at", () => {
    const even = crowd();
    const locate = (i: number, place: Float64Array): boolean => i % 2 === 0 && even.locate(i, place);
    expect(thinned(crowd({ locate })).every((sample) => sample % 2 === 0)).toBe(true);
    expect(thinned(crowd({ most: 7 }))).toHaveLength(7);
    let asked = 0;
    const counted = (i: number, place: Float64Array): boolean => {
      asked += 1;
      return even.locate(i, place);
    };
    thinned(crowd({ locate: counted, looked: 100 }));
    expect(asked).toBe(100);
  });

  it("keeps pictures that have moved a little over each other, and drops those that cover", () => {
    const before = thinned(crowd());
    const moved = crowd({}, 3);
    const kept = thinned(moved, before, 0.6);
    const anew = thinned(moved);
    const stayed = (chosen: Uint32Array): number => [...chosen].filter((sample) => before.includes(sample)).length / before.length;
    expect(stayed(kept)).toBeGreaterThan(0.9);
    expect(stayed(kept)).toBeGreaterThan(stayed(anew));
    expect(nearest(kept, moved)).toBeGreaterThanOrEqual(0.6);
    expect(nearest(kept, moved)).toBeLessThan(1);
    expect(nearest(thinned(moved, before), moved)).toBeGreaterThanOrEqual(1);
  });

  it("goes over all samples, evenly over each part of them", () => {
    for (const samples of [1, 2, 3, 10, 999, 1000, 4096]) {
      const step = stride(samples);
      const seen = new Set(Array.from({ length: samples }, (_, k) => (k * step) % samples));
      expect(seen.size).toBe(samples);
    }
    // Data that lie sorted by ten classes: each has its share of the first hundred.
    const step = stride(4000);
    const classes = Array.from({ length: 100 }, (_, k) => Math.floor(((k * step) % 4000) / 400));
    for (let c = 0; c < 10; c++) expect(Math.abs(classes.filter((x) => x === c).length - 10)).toBeLessThanOrEqual(2);
  });
});
