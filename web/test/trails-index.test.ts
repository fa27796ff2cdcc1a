import { describe, expect, it } from "vitest";
import { isStale, parseTrailsIndex, placesOf, stepNames } from "../src/data/trails-index";
import { parseRecordingIndex } from "../src/data/recording-index";

const STEPS = ["a", "b", "c"].map((checkpoint) => ({ layer: "fc1", checkpoint }));
const CONTENT = {
  title: "fc1 through training",
  along: "checkpoints",
  fixed: "fc1",
  method: "umap",
  sequence: "sequence",
  embedding: "umap-2",
  steps: STEPS,
  classes: [
    { label: 0, name: "zero", parting: [0, 0.5, 0.8], late: 1 },
    { label: 1, name: "one", parting: [0, null, 0.1], late: null },
  ],
  ranking: [1, 0],
  quality: [{ trustworthiness: 0.9, recall: 0.3, k: 15 }, null, { trustworthiness: 0.95, recall: null, k: 10 }],
  provenance: { created: "2026-01-02T00:00:00Z" },
};
const RECORDING = parseRecordingIndex({
  schema: 1,
  samples: 4,
  layers: [{ name: "fc1", units: 3, path: "layers/fc1", dtype: "float32" }],
  checkpoints: ["z", "a", "b", "c"].map((name) => ({ name, path: name, accuracy: null })),
});

describe("the index of trails", () => {
  it("has the classes that part worst first", () => {
    const index = parseTrailsIndex("fc1", CONTENT);
    expect(index.classes.map(({ name }) => name)).toEqual(["one", "zero"]);
    expect(index.classes[0].parting).toEqual([0, null, 0.1]);
    expect(index.quality.map((quality) => quality?.recall)).toEqual([0.3, undefined, null]);
    expect(stepNames(index)).toEqual(["a", "b", "c"]);
  });

  it("knows where its steps are among the checkpoints", () => {
    const index = parseTrailsIndex("fc1", CONTENT);
    expect(placesOf(RECORDING, index)).toEqual([1, 2, 3]);
    expect(placesOf({ ...RECORDING, checkpoints: RECORDING.checkpoints.slice(0, 2) }, index)).toBeNull();
  });

  it("is stale when a step was recorded after it was made, or is gone", () => {
    const index = parseTrailsIndex("fc1", CONTENT);
    expect(isStale(RECORDING, index, () => "2026-01-01T00:00:00Z")).toBe(false);
    expect(isStale(RECORDING, index, (path) => (path === "checkpoints/b" ? "2026-01-03T00:00:00Z" : ""))).toBe(true);
    expect(isStale(RECORDING, index, (path) => (path === "embeddings/umap-2" ? "2026-01-03T00:00:00Z" : ""))).toBe(true);
    expect(isStale({ ...RECORDING, layers: [] }, index, () => "")).toBe(true);
  });

  it("refuses what is no trails, in words", () => {
    expect(() => parseTrailsIndex("x", { ...CONTENT, steps: STEPS.slice(0, 1) })).toThrow(/two steps or more; got 1/);
    expect(() => parseTrailsIndex("x", { ...CONTENT, along: "time" })).toThrow(/checkpoints or layers; got "time"/);
    expect(() => parseTrailsIndex("x", { ...CONTENT, classes: 5 })).toThrow(/should be a list; got 5/);
  });
});
