import { describe, expect, it } from "vitest";
import { cloudRadius, isSimplex, simplexRadius, stepData } from "../src/tour/fit";
import { accuracyText, placeText } from "../src/views/TimeBar";

/** A cloud of unit variance in each dimension, quantized as `inscape.embed` does it. */
function cloud(samples: number, dims: number, outlier = 1): { screen: Int16Array; scale: Float32Array } {
  let state = 1;
  const uniform = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const values = Float64Array.from({ length: samples * dims }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(6.283185307 * uniform()));
  values[0] *= outlier;
  const scale = new Float32Array(dims);
  for (let i = 0; i < values.length; i++) scale[i % dims] = Math.max(scale[i % dims], Math.abs(values[i]) / 32767);
  return { screen: Int16Array.from(values, (v, i) => Math.round(v / scale[i % dims])), scale };
}

describe("the radius of a cloud", () => {
  it("grows with the cloud and does not care how many samples there are", () => {
    const { screen, scale } = cloud(4000, 8);
    const radius = cloudRadius(screen, scale, 4000, 8);
    expect(cloudRadius(screen, scale.map((s) => 3 * s), 4000, 8)).toBeCloseTo(3 * radius, 4);
    const more = cloud(50_000, 8);
    expect(cloudRadius(more.screen, more.scale, 50_000, 8) / radius).toBeCloseTo(1, 1);
  });

  it("is not made by one outlier", () => {
    const [plain, wild] = [cloud(3000, 4), cloud(3000, 4, 100)];
    const ratio = cloudRadius(wild.screen, wild.scale, 3000, 4) / cloudRadius(plain.screen, plain.scale, 3000, 4);
    expect(ratio).toBeLessThan(1.1);
  });

  it("is 1 where all samples are one", () => {
    expect(cloudRadius(new Int16Array(30), new Float32Array(3).fill(1), 10, 3)).toBe(1);
  });
});

describe("a simplex", () => {
  const zero = new Float32Array(3);
  it("is known by its bounds and its origin", () => {
    expect(isSimplex(new Float32Array(3).fill(1 / 32767), zero)).toBe(true);
    expect(isSimplex(new Float32Array(3).fill(2 / 32767), zero)).toBe(false);
    expect(isSimplex(new Float32Array(3).fill(1 / 32767), new Float32Array([0, 0.1, 0]))).toBe(false);
  });

  it("has one size, whatever lies in it", () => {
    const scale = new Float32Array(3).fill(1 / 32767);
    expect(stepData(new Int16Array(9), scale, 3, 3, zero, true)).toMatchObject({ radius: simplexRadius(3), axisLength: 1 });
    for (const dims of [3, 10, 20, 64]) expect(simplexRadius(dims)).toBeLessThan(1);
    expect(simplexRadius(10)).toBeGreaterThan(Math.sqrt(2 / 10));
  });
});

describe("where in time", () => {
  const names = ["a", "b", "c"];
  it("is said with the two checkpoints between which it lies", () => {
    expect(placeText(names, 1)).toBe("b");
    expect(placeText(names, 1.5)).toBe("b → c");
    expect(placeText(names, 2)).toBe("c");
    expect(placeText(names, 0.9999999)).toBe("b");
  });

  it("the accuracy is that of checkpoints, never one in between", () => {
    const measured = [0.1, 0.95, null].map((accuracy) => ({ accuracy }));
    expect(accuracyText(measured, 1)).toBe("accuracy 95.0%");
    expect(accuracyText(measured, 0.5)).toBe("accuracy 10.0% → 95.0%");
    expect(accuracyText(measured, 1.5)).toBe("accuracy 95.0%");
    expect(accuracyText([{ accuracy: null }], 0)).toBe("");
  });

  it("tells the accuracy of each split by itself", () => {
    const at = (train: number, test: number) => ({
      accuracy: (train + test) / 2,
      splits: [{ name: "train", accuracy: train }, { name: "test", accuracy: test }],
    });
    expect(accuracyText([at(0.5, 0.4), at(1, 0.7115)], 1)).toBe("train 100.0% · test 71.2%");
    expect(accuracyText([at(0.5, 0.4), at(1, 0.7115)], 0.5)).toBe("train 50 → 100% · test 40 → 71%");
    expect(accuracyText([{ accuracy: 0.5, splits: [{ name: "test", accuracy: 0.5 }] }], 0)).toBe("accuracy 50.0%");
  });
});
