import { describe, expect, it } from "vitest";
import { COMBINATIONS, combined, shownSamples } from "../src/data/sample-sets";

describe("sets of samples", () => {
  it("are combined as sets are", () => {
    for (let round = 0; round < 50; round++) {
      const [a, b] = [0, 1].map(() => Array.from({ length: 30 }, (_, i) => (i * 7 + round) % 31).filter(() => Math.random() < 0.4));
      const [before, now] = [new Set(a), new Set(b)];
      for (const how of COMBINATIONS) {
        const expected = Array.from({ length: 31 }, (_, i) => i).filter((i) =>
          how === "replace" ? now.has(i) : how === "add" ? before.has(i) || now.has(i) : how === "subtract" ? before.has(i) && !now.has(i) : before.has(i) && now.has(i),
        );
        expect(combined(a, b, how)).toEqual(expected);
      }
    }
  });

  it("are shown where filter and groups let them pass", () => {
    const of = Uint16Array.from([0, 1, 2, 0, 1]);
    expect([...shownSamples(5, null, null, of)]).toEqual([1, 1, 1, 1, 1]);
    expect([...shownSamples(5, [0, 1, 4], null, of)]).toEqual([1, 1, 0, 0, 1]);
    expect([...shownSamples(5, [0, 1, 4], [1], of)]).toEqual([0, 1, 0, 0, 1]);
    expect([...shownSamples(5, [], null, of)]).toEqual([0, 0, 0, 0, 0]);
  });

  it("are shown where their number is in the range; what is no number is in none", () => {
    const values = Float32Array.of(0.1, 0.5, Number.NaN, 0.9, 0.5);
    expect([...shownSamples(5, null, null, null, { values, range: [0.5, 0.9] })]).toEqual([0, 1, 0, 1, 1]);
    expect([...shownSamples(5, [0, 1], null, null, { values, range: [-Infinity, 0.5] })]).toEqual([1, 1, 0, 0, 0]);
  });
});
