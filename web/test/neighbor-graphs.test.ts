import { describe, expect, it } from "vitest";
import { digestOf, foundBy, graphOf, isCurrent } from "../src/data/neighbor-graphs";
import { int32, madeRecording } from "./made-recording";

const DIGEST = "abc123";
const layers = [{ name: "input", units: 3, path: "input" }, { name: "fc1", units: 4, path: "layers/fc1" }];
const checkpoints = [{ name: "first", path: "a" }, { name: "last", path: "b" }];

async function made(attributes: Record<string, unknown>, digest = DIGEST) {
  const store = await madeRecording({ "checkpoints/b/layers/fc1/neighbors/indices": int32(1, 2, 0, 2, 1, -1) }, { samples: 3, layers, checkpoints });
  const group = { node_type: "group", attributes: { inscape: attributes } };
  const nodes: Record<string, unknown> = {
    "checkpoints/b/layers/fc1/neighbors": group,
    "checkpoints/b/layers/fc1": { node_type: "group", attributes: { inscape: { digest } } },
    input: { node_type: "group", attributes: { inscape: { digest: "of the data" } } },
  };
  const inner = store.node.bind(store);
  store.node = (path) => nodes[path] ?? inner(path);
  store.shape = (path) => (path.endsWith("fc1/neighbors/indices") && path.startsWith("checkpoints/b") ? [3, 2] : null);
  return store;
}

/** SHA-256 of that. */
const input = "6ca13d52ca70c883e0f0bb101e425a89e8624de51db2d2392593af6a84118090";

describe("stored neighbors", () => {
  it("are those of a layer at a checkpoint, with what is known of their search", async () => {
    const store = await made({ exact: false, recall: 0.9731, provenance: { input } });
    const graph = graphOf(store, "fc1", 1);
    expect(graph).toMatchObject({ layer: "fc1", checkpoint: "last", count: 2, exact: false, recall: 0.9731 });
    expect(graph && foundBy(graph)).toBe(", found by an approximate search that has 97% of them");
    expect([graphOf(store, "fc1", 0), graphOf(store, "input", 1), graphOf(store, "conv", 1), graphOf(store, null, 1), graphOf(store, "fc1", 9)]).toEqual([null, null, null, null, null]);
  });

  it("of recordings that tell less are exact where their parameters say so", async () => {
    const graph = graphOf(await made({ provenance: { parameters: { exact: true } } }), "fc1", 1);
    expect(graph).toMatchObject({ exact: true, recall: 1, input: null });
    expect(graph && foundBy(graph)).toBe("");
    const bare = graphOf(await made({}), "fc1", 1);
    expect(bare).toMatchObject({ exact: false, recall: null });
    expect(bare && foundBy(bare)).toBe(", found by an approximate search");
  });

  it("are of the activation as it is, or of one that is gone", async () => {
    for (const [digest, current] of [[DIGEST, true], ["another", false]] as const) {
      const store = await made({ provenance: { input } }, digest);
      const graph = graphOf(store, "fc1", 1);
      expect(graph && (await isCurrent(store, graph))).toBe(current);
      expect(digestOf(store, "fc1", "last")).toBe(digest);
    }
    const silent = await made({});
    const graph = graphOf(silent, "fc1", 1);
    expect(graph && (await isCurrent(silent, graph))).toBe(true);
    expect([digestOf(silent, "input", null), digestOf(silent, "fc1", "first"), digestOf(silent, "conv", "last")]).toEqual(["of the data", null, null]);
  });
});
