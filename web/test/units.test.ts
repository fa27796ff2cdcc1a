import { describe, expect, it } from "vitest";
import { unitColoring, unitOfColoring } from "../src/data/coloring";
import { chosenName, chosenTitle, chosenUnits } from "../src/data/chosen-units";
import type { RecordingIndex } from "../src/data/recording-index";
import { orderOf, Powers, ranksOf } from "../src/data/unit-power";
import { oddityOf, parseUnitsIndex } from "../src/data/units";
import { colorsOfUnits } from "../src/views/units-words";

/** Mann and Whitney by its definition: every pair, a tie as half. */
function area(values: ArrayLike<number>, inside: ReadonlySet<number>): number {
  let [sum, pairs] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    for (let j = 0; j < values.length; j++) {
      if (!inside.has(i) || inside.has(j)) continue;
      sum += values[i] > values[j] ? 1 : values[i] === values[j] ? 0.5 : 0;
      pairs += 1;
    }
  }
  return sum / pairs;
}

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

describe("ranks", () => {
  it("go from the least to the largest, ties averaged", () => {
    expect([...ranksOf(Float32Array.from([3, -1, 3, 0, -0, -1e-30]))]).toEqual([5.5, 1, 5.5, 3.5, 3.5, 2]);
    expect([...orderOf(Float32Array.from([2, -3, 1e30, -1e30, 0]))]).toEqual([3, 1, 4, 0, 2]);
  });
});

describe("powers", () => {
  const [samples, units] = [60, 7];
  const next = random(5);
  const activation = Float32Array.from({ length: samples * units }, (_, i) => (i % units === 3 ? 2 : i % 2 ? Math.round(4 * next()) - 2 : next() - 0.5));
  const selection = Array.from({ length: samples }, (_, i) => i).filter(() => next() < 0.3);

  it("are the areas by definition, also the second time", async () => {
    const powers = new Powers(activation, samples, units);
    for (const of of [selection, [5], selection.slice(2)]) {
      const found = await powers.of(of, () => true, () => undefined);
      for (let unit = 0; unit < units; unit++) {
        const values = Array.from({ length: samples }, (_, i) => activation[i * units + unit]);
        expect(found?.[unit]).toBeCloseTo(area(values, new Set(of)), 6);
      }
    }
  });

  it("are none of all samples, or of none", async () => {
    const powers = new Powers(activation, samples, units);
    expect(await powers.of([], () => true, () => undefined)).toSatisfy((found: Float32Array) => found.every(Number.isNaN));
  });

  it("stop where they are not wanted any more, and let others work in between", async () => {
    const [many, wide] = [20_000, 60];
    const large = Float32Array.from({ length: many * wide }, (_, i) => Math.sin(i));
    const told: number[] = [];
    let between = 0;
    const timer = setInterval(() => (between += 1));
    expect(await new Powers(large, many, wide).of([1, 2, 3], () => told.length < 3, (share) => told.push(share))).toBeNull();
    clearInterval(timer);
    expect(told.length).toBe(3);
    expect(told[2]).toBeLessThan(1);
    expect(between).toBeGreaterThan(0);
  });
});

const content = {
  layer: "fc1", checkpoint: "b", units: 6, method: "mds", classes: [{ label: 1, name: "one", samples: 4 }], without: null,
  dead: [5], duplicates: [[0, 2, 3]], signs: [[1, -1, 1]], quality: { trustworthiness: 0.9, recall: null, k: 2, stress: 0.1 },
  provenance: { input: "ab", created: "now", parameters: { trees: 100 } },
};

describe("the index of a map", () => {
  it("is read, and says what is odd", () => {
    const index = parseUnitsIndex("fc1%40b", content);
    expect([index.name, index.folder, index.units, index.quality.recall, index.trees]).toEqual(["fc1@b", "fc1%40b", 6, null, 100]);
    expect(oddityOf(index, 5)).toBe("dead: the same for every sample");
    expect(oddityOf(index, 2)).toBe("a duplicate of 0, negated and 3, negated");
    expect(oddityOf(index, 0)).toBe("a duplicate of 2, negated and 3");
    expect(oddityOf(index, 1)).toBeNull();
    expect(() => parseUnitsIndex("x", { ...content, dead: ["a"] })).toThrow(/dead/);
    expect(() => parseUnitsIndex("x", { ...content, units: 0 })).toThrow(/units/);
  });
});

describe("chosen units", () => {
  const index = {
    samples: 3, classNames: null, classes: null,
    layers: [{ name: "a:1", units: 100, path: "layers/a:1", dtype: "float32" }, { name: "half", units: 9, path: "layers/half", dtype: "float16" }],
    checkpoints: [{ name: "x", path: "checkpoints/x", accuracy: null }, { name: "y", path: "checkpoints/y", accuracy: null }],
  } as unknown as RecordingIndex;
  const there = (path: string): boolean => path.startsWith("checkpoints/y/");

  it("are a space by their name", () => {
    const space = chosenUnits(index, chosenName("a:1", [3, 17, 40, 99]), there);
    expect(space?.columns).toEqual([3, 17, 40, 99]);
    expect(space?.steps).toEqual([{ layer: "a:1", checkpoint: "y", rank: 4, units: 100, explained: null, lent: null }]);
    expect(space?.axes).toEqual(["unit 3", "unit 17", "unit 40", "unit 99"]);
    expect(space?.title).toBe(chosenTitle("a:1", [3, 17, 40, 99]));
    expect(space?.title).toBe("units 3, 17, 40, … of a:1");
  });

  it("are none where the name means none", () => {
    const long = Array.from({ length: 65 }, (_, i) => i);
    for (const name of ["pca", "units:a:1", "units:a:1:3", "units:a:1:3.3", "units:a:1:4.3", "units:a:1:3.100", "units:b:1.2", "units:half:1.2", chosenName("a:1", long)]) {
      expect(chosenUnits(index, name, there)).toBeNull();
    }
    expect(chosenUnits(index, "units:a:1:1.2", () => false)).toBeNull();
  });
});

describe("coloring by a unit", () => {
  it("is named by layer and unit, whatever the layer's name", () => {
    for (const layer of ["fc1", "relu:1", "block[hidden]"]) expect(unitOfColoring(unitColoring(layer, 12))).toEqual({ layer, unit: 12 });
    expect(unitOfColoring("column:unit:3")).toBeNull();
  });

  it("of the map has the middle of its colors at a half", () => {
    const colors = colorsOfUnits(Float32Array.from([0, 0.5, 1, Number.NaN]), 4, "auc", false, "viridis");
    expect(new Set(colors).size).toBe(4);
    expect(colors[0].toLowerCase()).toBe("#00559c");
    expect(colors[2].toLowerCase()).toBe("#a33f00");
  });
});
