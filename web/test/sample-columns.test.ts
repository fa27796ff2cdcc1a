import { afterEach, describe, expect, it, vi } from "vitest";
import { columnsOf, readColumn } from "../src/data/sample-columns";
import { bool, float32, float64, int32, int64, madeRecording, string } from "./made-recording";

afterEach(() => vi.unstubAllGlobals());

const made = () =>
  madeRecording(
    {
      "samples/age%20of%20it": int64(3n, -4n, 5n, 6n),
      "samples/label": int32(1, 0, -1, 1),
      "samples/odd": bool(true, false, true, true),
      "samples/split": string("test", "train", "test", "train"),
      "samples/text": string("snow", "größer", "", "rain"),
      "samples/weight": float64(0.5, Number.NaN, 2, 3),
      "checkpoints/a/prediction": int32(1, 2, 0, 0),
      "checkpoints/b/prediction": int32(0, 0, 0, 0),
      "checkpoints/a/confidence": float32(0.5, 0.25, 1, 0),
    },
    { samples: 4, class_names: ["cat", "dog"], checkpoints: [{ name: "a", path: "a", accuracy: 0.5 }, { name: "b", path: "b", accuracy: 0.5 }] },
  );

describe("the columns of the samples", () => {
  it("are all found, the label first and those of the checkpoints last", async () => {
    expect(columnsOf(await made())).toEqual([
      { name: "label", kind: "category", perCheckpoint: false },
      { name: "age of it", kind: "number", perCheckpoint: false },
      { name: "odd", kind: "category", perCheckpoint: false },
      { name: "split", kind: "text", perCheckpoint: false },
      { name: "text", kind: "text", perCheckpoint: false },
      { name: "weight", kind: "number", perCheckpoint: false },
      { name: "prediction", kind: "category", perCheckpoint: true },
      { name: "confidence", kind: "number", perCheckpoint: true },
    ]);
  });

  it("are read whatever their type is", async () => {
    const store = await made();
    const read = (name: string, place = 0) => readColumn(store, name, place);
    expect(await read("label")).toEqual({ kind: "category", name: "label", codes: Int32Array.of(1, 0, -1, 1), names: ["cat", "dog"] });
    expect(await read("age of it")).toEqual({ kind: "number", name: "age of it", values: Float64Array.of(3, -4, 5, 6) });
    expect(await read("odd")).toEqual({ kind: "category", name: "odd", codes: Int32Array.of(1, 0, 1, 1), names: ["false", "true"] });
    expect(await read("weight")).toEqual({ kind: "number", name: "weight", values: Float64Array.of(0.5, Number.NaN, 2, 3) });
    // A class that the names do not reach is called by its number.
    expect(await read("prediction")).toMatchObject({ codes: Int32Array.of(1, 2, 0, 0), names: ["cat", "dog", "2"] });
    expect(await read("confidence")).toMatchObject({ values: Float32Array.of(0.5, 0.25, 1, 0) });
  });

  it("of strings are categories where few differ, and texts else", async () => {
    const store = await made();
    expect(await readColumn(store, "split", 0)).toMatchObject({ kind: "category", codes: Int32Array.of(0, 1, 0, 1), names: ["test", "train"] });
    expect(await readColumn(store, "text", 0)).toEqual({ kind: "text", name: "text", values: ["snow", "größer", "", "rain"] });
  });

  it("of a checkpoint are that checkpoint's, and read once", async () => {
    const store = await made();
    expect(await readColumn(store, "prediction", 1)).toMatchObject({ codes: Int32Array.of(0, 0, 0, 0) });
    expect(readColumn(store, "label", 0)).toBe(readColumn(store, "label", 1));
    expect(readColumn(store, "prediction", 0)).not.toBe(readColumn(store, "prediction", 1));
    await expect(readColumn(store, "confidence", 1)).rejects.toThrow("there is no confidence of the samples at b");
  });
});
