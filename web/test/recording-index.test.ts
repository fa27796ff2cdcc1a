import { describe, expect, it } from "vitest";
import { IndexError, parseEmbeddingIndex, parseRecordingIndex } from "../src/data/recording-index";

const recording = {
  schema: 1,
  title: "a",
  samples: 5,
  class_names: ["x", "y"],
  complete: true,
  layers: [{ name: "fc1", units: 7, path: "layers/fc1" }],
  checkpoints: [{ name: "0", accuracy: null }, { name: "1", accuracy: 0.5 }],
};

const embedding = {
  method: "pca",
  dims: 2,
  steps: [{ layer: "fc1", checkpoint: "0", rank: 2, units: 7, explained: 0.5 }],
  center: [[0, 0]],
  axes: null,
  quality: [null],
};

describe("the index of a recording", () => {
  it("is read", () => {
    const index = parseRecordingIndex(recording);
    expect(index.layers).toMatchObject([{ name: "fc1", units: 7 }]);
    expect(index.checkpoints[1].accuracy).toBe(0.5);
    expect(parseRecordingIndex({ ...recording, class_names: null }).classNames).toBeNull();
  });

  it.each([
    ["samples", -1, "samples should be a whole number; got -1"],
    ["layers", {}, "layers should be a list"],
    ["checkpoints", [{ name: 3 }], "checkpoints[0].name should be a text; got 3"],
    ["class_names", [1], "class_names[0] should be a text"],
    ["schema", 2, "schema 2 and this page reads schema 1"],
  ])("says what is wrong with %s", (field, value, message) => {
    const parse = (): unknown => parseRecordingIndex({ ...recording, [field]: value });
    expect(parse).toThrow(IndexError);
    expect(parse).toThrow(message);
  });
});

describe("the index of an embedding", () => {
  it("is read, with what may be left out", () => {
    const index = parseEmbeddingIndex("pca", embedding);
    expect(index).toMatchObject({ name: "pca", title: "pca", dims: 2, quality: [null] });
    const bare = { method: "umap", dims: 3, steps: [{ layer: "a", checkpoint: "0" }] };
    expect(parseEmbeddingIndex("u", bare)).toMatchObject({ center: null, axes: null, quality: [null], steps: [{ rank: 3 }] });
  });

  it("tells the numbers of PCA beside, and null for what nobody measured", () => {
    const measures = { trustworthiness: 0.9, continuity: 0.8, recall: 0.7, k: 15 };
    const { quality } = parseEmbeddingIndex("pca", { ...embedding, quality: [{ ...measures, hit: 0.6, sampled: 2000, pca: { ...measures, correlation: -0.1 } }] });
    const none = { correlation: null, hit: null, sampled: null };
    expect(quality).toEqual([{ ...measures, ...none, hit: 0.6, sampled: 2000, pca: { ...measures, ...none, correlation: -0.1 } }]);
    const [old] = parseEmbeddingIndex("pca", { ...embedding, quality: [measures] }).quality;
    expect(old).toEqual({ ...measures, ...none, pca: null });
  });

  it.each([
    ["dims", 65, "from 2 to 64"],
    ["center", [[0, 0, 0]], "center should be 1 rows of 2"],
    ["axes", ["one"], "axes should be 2 names"],
    ["quality", [{ trustworthiness: "high" }], "quality[0].trustworthiness should be a number"],
    ["quality", [{ trustworthiness: 1, continuity: 1, recall: 1, k: 5, pca: { recall: 1 } }], "quality[0].pca.trustworthiness should be a number"],
  ])("says what is wrong with %s", (field, value, message) => {
    expect(() => parseEmbeddingIndex("pca", { ...embedding, [field]: value })).toThrow(message);
  });
});
