import { describe, expect, it } from "vitest";
import { nearestOf, typicalAndOdd } from "../src/data/cloud";
import { stepData } from "../src/tour/fit";

const [SAMPLES, DIMS] = [300, 5];
let seed = 1;
const random = (): number => ((seed = (seed * 48271) % 2147483647) / 2147483647);
const screen = Int16Array.from({ length: SAMPLES * DIMS }, () => Math.round(2000 * (random() - 0.5)));
const scale = Float32Array.of(0.5, 1, 2, 0.1, 3);
const step = stepData(screen, scale, SAMPLES, DIMS, new Float32Array(DIMS), false);

/** Distances by their definition, all sorted. */
function byDefinition(samples: number[], from: number[]): number[] {
  const distance = (i: number): number => Math.hypot(...from.map((x, d) => screen[i * DIMS + d] * scale[d] - x));
  return samples.slice().sort((a, b) => distance(a) - distance(b) || a - b);
}
const point = (i: number): number[] => Array.from(scale, (s, d) => screen[i * DIMS + d] * s);
const everyone = Array.from({ length: SAMPLES }, (_, i) => i);

describe("distances in all dimensions of the stage", () => {
  it("find the nearest of a sample as their definition does", () => {
    for (const sample of [0, 7, 299]) {
      const others = byDefinition(everyone.filter((i) => i !== sample), point(sample));
      expect(nearestOf(step, sample, 20)).toEqual(others.slice(0, 20));
      expect(nearestOf(step, sample, 1)).toEqual(others.slice(0, 1));
      expect(nearestOf(step, sample, 1000)).toEqual(others);
    }
  });

  it("find the most typical and the most odd members of a set", () => {
    const members = everyone.filter((i) => i % 3 === 1);
    const middle = Array.from(scale, (_, d) => members.reduce((sum, i) => sum + point(i)[d], 0) / members.length);
    const sorted = byDefinition(members, middle);
    const { typical, odd } = typicalAndOdd(step, members, 6);
    expect(typical).toEqual(sorted.slice(0, 6));
    expect(odd).toEqual(sorted.slice(-6).reverse());
  });
});
