import { describe, expect, it } from "vitest";
import { domainOf, parseSimilarityIndex } from "../src/data/similarity";
import { layersFrom, layersText, runsFrom, runsText } from "../src/state/given-layers";

const step = (layer: string, checkpoint = "0") => ({ layer, checkpoint, units: 4 });
const index = {
  title: "CKA",
  method: "cka",
  unbiased: true,
  rows: [step("a"), step("b"), step("c")],
  columns: [step("x"), step("y")],
  other: { title: "Lite2", created: "2026-01-01T00:00:00Z" },
  symmetric: false,
  order: { rows: [2, 0, 1], columns: [0, 1] },
  tree: { rows: [[0, 1, 0.2, 2], [3, 2, 0.5, 3]], columns: [[0, 1, 0.3, 2]] },
  partners: { rows: [1, 0, 1], columns: [2, 0] },
  samples: 50,
  provenance: { created: "2026-01-02T00:00:00Z" },
};

describe("the index of a similarity", () => {
  it("is read", () => {
    const read = parseSimilarityIndex("cka-with-lite2", index);
    expect(read).toMatchObject({ method: "cka", other: { title: "Lite2" }, unbiased: true, samples: 50, created: "2026-01-02T00:00:00Z" });
    expect(read.tree.rows[1]).toEqual({ a: 3, b: 2, height: 0.5 });
    expect(parseSimilarityIndex("svcca", { ...index, other: null, unbiased: null })).toMatchObject({ other: null, unbiased: null });
  });

  it.each([
    ["order", { rows: [0, 0, 1], columns: [0, 1] }, "order.rows should be every place below 3 once"],
    ["partners", { rows: [1, 0, 2], columns: [2, 0] }, "partners.rows should be 3 places below 2"],
    ["tree", { rows: [[0, 1, 0.2, 2], [4, 2, 0.5, 3]], columns: [[0, 1, 0.3, 2]] }, "tree.rows[1] should be of clusters that are there"],
    ["tree", { rows: [[0, 1, 0.2, 2]], columns: [[0, 1, 0.3, 2]] }, "tree.rows should be 2 merges; got 1"],
    ["rows", [{ layer: "a" }], "rows[0].checkpoint should be a text"],
  ])("says what is wrong with %s", (field, value, message) => {
    expect(() => parseSimilarityIndex("cka", { ...index, [field]: value })).toThrow(message);
  });
});

describe("the scale of the similarities", () => {
  it("begins at the tenth below the least, at 0 at the lowest, and ends at 1", () => {
    expect(domainOf([1, 0.83, 0.9])).toEqual([0.8, 1]);
    expect(domainOf([1, -0.2])).toEqual([0, 1]);
    expect(domainOf([1, 0.97])).toEqual([0.9, 1]);
    expect(domainOf([1, 0.4, Number.NaN])).toEqual([0.4, 1]);
  });
});

describe("the Layers view in an address", () => {
  it("names rows by runs", () => {
    expect(runsText([3, 4, 5, 17, 20, 21])).toBe("3-5.17.20-21");
    expect(runsFrom("3-5.17.20-21")).toEqual([3, 4, 5, 17, 20, 21]);
    for (const text of ["", "3-", "5-3", "a", "1..2", "0-99999999"]) expect(runsFrom(text)).toBeNull();
  });

  it("is what was written", () => {
    for (const layers of [
      { name: "cka", order: "likeness", range: { rows: [1, 2, 3], columns: [0, 9] } },
      { name: "cka-with-a;b &c", order: "execution", range: null },
    ]) expect(layersFrom(layersText(layers))).toEqual(layers);
    expect(layersFrom("%E0%A4%A;likeness")).toBeNull();
    expect(layersFrom(null)).toBeNull();
  });
});
