import { describe, expect, it } from "vitest";
import { classesOf } from "../src/data/columns";
import { parseEmbeddingIndex, parseRecordingIndex } from "../src/data/recording-index";
import { chooseEmbedding, keyOfEmbedding, lentCheckpoints, stepsOf, weightedSteps } from "../src/data/steps";

const index = parseRecordingIndex({
  schema: 1,
  title: "",
  samples: 4,
  class_names: null,
  layers: ["input", "fc1", "softmax"].map((name) => ({ name, units: 10 })),
  checkpoints: ["0", "1", "2", "3"].map((name) => ({ name, accuracy: null })),
});

function embedding(name: string, method: string, steps: [string, string][]) {
  return parseEmbeddingIndex(name, { method, dims: 2, steps: steps.map(([layer, checkpoint]) => ({ layer, checkpoint })) });
}

const pca = embedding("pca", "pca", [["input", "3"], ["fc1", "2"], ["fc1", "0"], ["fc1", "3"], ["softmax", "0"], ["fc1", "gone"]]);
const umap = embedding("umap", "umap", [["fc1", "3"]]);
const units = embedding("units-softmax", "units", [["softmax", "0"], ["softmax", "1"]]);
const all = [umap, pca, units];

describe("the steps of a layer", () => {
  it("are in the order of the recording's checkpoints, those that it has", () => {
    expect(stepsOf(index, pca, "fc1")).toMatchObject({ places: [0, 2, 3], steps: [2, 1, 3] });
    expect(stepsOf(index, umap, "softmax")).toBeNull();
  });

  it("are weighted by nearness", () => {
    const layer = stepsOf(index, pca, "fc1");
    if (!layer) throw new Error("no steps");
    expect(weightedSteps(layer, 0)).toEqual([{ step: 2, weight: 1 }]);
    expect(weightedSteps(layer, 1.5)).toEqual([{ step: 2, weight: 0.25 }, { step: 1, weight: 0.75 }]);
    expect(weightedSteps(layer, 3)).toEqual([{ step: 3, weight: 1 }]);
  });

  it("come of the wanted method, else of the units, else of PCA", () => {
    const chosen = (layer: string, wanted: string | null): string | undefined =>
      chooseEmbedding(index, all, layer, wanted)?.embedding.name;
    expect(chosen("fc1", null)).toBe("pca");
    expect(chosen("fc1", "umap")).toBe("umap");
    expect(chosen("softmax", "umap")).toBe("units-softmax");
    expect(chosen("softmax", "pca")).toBe("pca");
    expect(chosen("conv", null)).toBeUndefined();
  });
});

describe("classes", () => {
  it("are counted, named, and none for negative labels", () => {
    expect(classesOf([0, 2, 2, -1], ["cat", "dog", "eel", "fox"])).toEqual({
      of: Uint16Array.from([0, 2, 2, 4]),
      names: ["cat", "dog", "eel", "fox"],
      counts: [1, 0, 2, 0],
      unlabeled: 1,
    });
    expect(classesOf([1, 0], null).names).toEqual(["0", "1"]);
  });
});

describe("the layers that another recording lent", () => {
  const lent = parseEmbeddingIndex("pca-with-lite2", {
    method: "pca",
    dims: 2,
    steps: [
      { layer: "fc1", checkpoint: "3" },
      { layer: "fc1", checkpoint: "last", lent: "Lite2" },
      { layer: "blocks.3", checkpoint: "first", lent: "Lite2" },
      { layer: "blocks.3", checkpoint: "last", lent: "Lite2" },
    ],
  });

  it("are none of the recording's own, be they named the same", () => {
    expect(stepsOf(index, lent, "fc1")).toMatchObject({ places: [3], steps: [0] });
    expect(stepsOf(index, lent, "blocks.3")).toBeNull();
    expect(lentCheckpoints(lent, "Lite2")).toEqual(["last", "first"]);
    expect(stepsOf(index, lent, "fc1", "Lite2")).toMatchObject({ places: [0], steps: [1] });
    expect(stepsOf(index, lent, "blocks.3", "Lite2")).toMatchObject({ places: [0, 1], steps: [3, 2] });
    expect(stepsOf(index, lent, "fc1", "Lite4")).toBeNull();
  });

  it("are asked for by the embedding's name, and nobody's usual choice", () => {
    expect(keyOfEmbedding(lent)).toBe("pca-with-lite2");
    expect(keyOfEmbedding(pca)).toBe("pca");
    const chosen = (wanted: string | null, of: string | null = null): string | undefined => chooseEmbedding(index, [lent, ...all], "fc1", wanted, of)?.embedding.name;
    expect([chosen(null), chosen("pca"), chosen("umap")]).toEqual(["pca", "pca", "umap"]);
    expect(chosen("pca-with-lite2")).toBe("pca-with-lite2");
    expect([chosen(null, "Lite2"), chosen("umap", "Lite2")]).toEqual(["pca-with-lite2", "pca-with-lite2"]);
  });
});
