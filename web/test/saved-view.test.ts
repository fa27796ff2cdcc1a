import { describe, expect, it } from "vitest";
import type { SavedSelection } from "../src/data/people";
import { freeName } from "../src/state/bookmarks";
import type { PublicState } from "../src/state/public-state";
import { keptOf, placeOfCheckpoint, resolved } from "../src/state/saved-view";

const SHOWN = {
  units: { name: null, class: null, power: "auc", unit: null, chosen: [] },
  view: "tour", recording: "demo", layer: "conv2", embedding: "pca", layerPlace: null, checkpoint: 3, checkpointName: "epoch-3",
  basis: [0.12345678901, -0.99, 0.99, 0.12345678901], playing: false, checkpointPlaying: false, speed: 2, colorBy: "label",
  groups: [1], filter: null, selection: [4], handles: [], axisHandles: null, hover: 7, camera: { zoom: 1.23456789, x: 0, y: 0 },
  bookmark: "before", panes: "one", part: null, beside: null, tool: "lasso", combine: "add", brush: 20, search: "label = 3",
} as unknown as PublicState; // prettier-ignore

describe("a view that is kept", () => {
  it("has what makes the picture, with numbers as long as it needs", () => {
    const kept = keptOf(SHOWN);
    for (const key of ["recording", "speed", "checkpointName", "checkpointPlaying", "bookmark", "layerPlace", "tool", "search"]) expect(kept).not.toHaveProperty(key);
    expect(kept).toMatchObject({ layer: "conv2", checkpoint: "epoch-3", playing: false, groups: [1], filter: null, selection: [4], hover: 7 });
    expect(kept.basis).toEqual([0.123457, -0.99, 0.99, 0.123457]);
    expect(kept.camera).toEqual({ zoom: 1.234568, x: 0, y: 0 });
  });

  it("names a whole checkpoint, and keeps a place between two", () => {
    expect(keptOf({ ...SHOWN, checkpoint: 2.5 }).checkpoint).toBe(2.5);
    expect(keptOf({ ...SHOWN, layerPlace: 6.45 }).layerPlace).toBe(6.45);
    const index = { checkpoints: [{ name: "a" }, { name: "b" }] } as never;
    expect([placeOfCheckpoint(index, "b"), placeOfCheckpoint(index, 0.5), placeOfCheckpoint(index, "c"), placeOfCheckpoint(index, undefined)]).toEqual([1, 0.5, null, null]);
  });
});

describe("a view that is opened", () => {
  const odd = { name: "odd", samples: { count: 2, of: 9, runs: [3, 1, 1, 1] } } as unknown as SavedSelection;

  it("has the samples of the selections that it names", () => {
    expect(resolved({ selection: "odd", filter: [1], layer: "fc" }, [odd])).toEqual({ wanted: { selection: [3, 5], filter: [1], layer: "fc" }, problems: [] });
  });

  it("says which are gone, and leaves the present ones", () => {
    const { wanted, problems } = resolved({ selection: "even", filter: "odd" }, [odd]);
    expect(wanted).toEqual({ filter: [3, 5] });
    expect(problems).toEqual(["the selection “even” is gone"]);
  });
});

it("a name that is not taken is found, of 80 characters at most", () => {
  expect(freeName("conv2", new Set())).toBe("conv2");
  expect(freeName("conv2", new Set(["conv2", "conv2 2"]))).toBe("conv2 3");
  const long = "x".repeat(90);
  expect(freeName(long, new Set())).toHaveLength(80);
  expect(freeName(long, new Set(["x".repeat(80)]))).toBe(`${"x".repeat(75)} 2`);
});
