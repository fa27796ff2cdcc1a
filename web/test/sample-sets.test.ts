import { describe, expect, it } from "vitest";
import { COMBINATIONS, combined, countOf, flagsOf, isSame, listed, shownSamples } from "../src/data/sample-sets";

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

  it("are told by flags and by lists", () => {
    const flags = flagsOf([4, 1, 1, 9], 6);
    expect([...flags]).toEqual([0, 1, 0, 0, 1, 0]);
    expect([countOf(flags), listed(flags)]).toEqual([2, [1, 4]]);
  });

  it("are the same in whichever order", () => {
    expect(isSame([5, 3, 1], [1, 5, 3])).toBe(true);
    expect(isSame([], [])).toBe(true);
    expect(isSame([5, 3, 1], [1, 5, 4])).toBe(false);
    expect(isSame([5, 3], [5, 3, 1])).toBe(false);
    expect(isSame([5, 3, 1], [5, 5, 3])).toBe(false);
  });

  it("are shown where their number is in the range; what is no number is in none", () => {
    const values = Float32Array.of(0.1, 0.5, Number.NaN, 0.9, 0.5);
    expect([...shownSamples(5, null, null, null, { values, range: [0.5, 0.9] })]).toEqual([0, 1, 0, 1, 1]);
    expect([...shownSamples(5, [0, 1], null, null, { values, range: [-Infinity, 0.5] })]).toEqual([1, 1, 0, 0, 0]);
  });
});
