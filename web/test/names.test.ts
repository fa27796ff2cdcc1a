import { describe, expect, it } from "vitest";
import { toAddress, toFolder } from "../src/data/names";

describe("names as folders", () => {
  // The examples of inscape.recording.names, and its reserved names.
  it.each([
    ["epoch 3/7", "epoch%203%2F7"],
    ["layer1.0.conv1", "layer1.0.conv1"],
    [".", "%2E"],
    ["__x", "%5F_x"],
    ["c", "%63"],
    ["ümlaut", "%C3%BCmlaut"],
    ["gru[1]", "gru[1]"],
    ["relu:0", "relu:0"],
  ])("%s is %s", (name, folder) => {
    expect(toFolder(name)).toBe(folder);
    expect(decodeURIComponent(folder)).toBe(name);
  });

  it("are encoded once more in an address, segment by segment", () => {
    expect(toAddress("embeddings/my%20umap/screen/c/0/0/0")).toBe("embeddings/my%2520umap/screen/c/0/0/0");
    expect(toAddress("/checkpoints/a/layers/gru[1]")).toBe("checkpoints/a/layers/gru%5B1%5D");
  });
});
