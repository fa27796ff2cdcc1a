import { describe, expect, it } from "vitest";
import { rawUnits } from "../src/data/raw-units";
import type { RecordingIndex } from "../src/data/recording-index";
import { isSimplex, quantized } from "../src/tour/fit";

const index: RecordingIndex = {
  title: "t",
  samples: 3,
  created: "",
  classNames: ["a", "b"],
  classes: 2,
  thumbnails: null,
  layers: [
    { name: "conv", units: 900, path: "layers/conv", dtype: "float32" },
    { name: "fc", units: 8, path: "layers/fc", dtype: "float32" },
    { name: "out", units: 2, path: "layers/out", dtype: "float32" },
    { name: "half", units: 2, path: "layers/half", dtype: "float16" },
  ],
  checkpoints: [
    { name: "0", path: "checkpoints/0", accuracy: null },
    { name: "1", path: "checkpoints/1", accuracy: null },
  ],
  complete: false,
};

describe("raw units", () => {
  it("are offered for every small layer at every published checkpoint", () => {
    const found = rawUnits(index, [], (path) => !path.startsWith("checkpoints/1/layers/fc"));
    expect(found.map((e) => [e.name, e.dims, e.steps.map((s) => s.checkpoint).join()])).toEqual([
      ["units:fc", 8, "0"],
      ["units:out", 2, "0,1"],
    ]);
    expect(found[1].axes).toEqual(["a", "b"]);
    expect(found[0].axes?.[7]).toBe("unit 7");
  });

  it("are not offered where they are stored for the screen already", () => {
    const [fc] = rawUnits(index, [], () => true);
    const stored = { ...fc, name: "units-fc", raw: false };
    expect(rawUnits(index, [stored], () => true).map((e) => e.name)).toEqual(["units:out"]);
  });

  it("are quantized to a part in 30,000, around their mean", () => {
    const values = Float32Array.from({ length: 300 }, (_, i) => Math.sin(i) * (1 + (i % 3)) + 5);
    const { screen, scale, center } = quantized(values, 100, 3);
    for (let i = 0; i < values.length; i++) {
      expect(Math.abs(screen[i] * scale[i % 3] + center[i % 3] - values[i])).toBeLessThan(scale[i % 3]);
    }
    const probabilities = quantized(Float32Array.from([0.25, 0.75, 1, 0, 0.5, 0.5]), 3, 2);
    expect(isSimplex(probabilities.scale, probabilities.center)).toBe(true);
  });

  it("keep non-finite values from spoiling the picture", () => {
    const { screen, scale } = quantized(Float32Array.from([1, Number.NaN, 2, Number.POSITIVE_INFINITY]), 2, 2);
    expect(scale.every(Number.isFinite)).toBe(true);
    expect(screen.every((v) => v >= -32767 && v <= 32767)).toBe(true);
  });
});
