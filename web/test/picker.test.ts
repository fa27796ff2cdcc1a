import { expect, it } from "vitest";
import { Picker, positionOf } from "../src/render/picker";
import { stepData } from "../src/tour/fit";

it("finds by looking at each what a projection by hand says", () => {
  const [samples, dims] = [500, 7];
  const screen = Int16Array.from({ length: samples * dims }, (_, i) => Math.round(30000 * Math.sin(i * i + 1)));
  const step = stepData(screen, new Float32Array(dims).fill(1e-4), samples, dims, new Float32Array(dims), false);
  const x = Float32Array.from({ length: dims }, (_, k) => 1e-5 * Math.cos(k));
  const y = Float32Array.from({ length: dims }, (_, k) => 1e-5 * Math.sin(k + 1));
  const frame = { layers: [{ step, x, y }], axes: [], radius: 1 };
  const picker = new Picker();
  const shown = new Uint8Array(samples).fill(1);
  for (const sample of [0, 17, 499]) {
    const [px, py] = positionOf(frame, sample);
    expect(picker.nearest(frame, shown, px, py, 1e6)).toBe(sample);
  }
  shown[17] = 0; // what is not drawn is not found
  const [px, py] = positionOf(frame, 17);
  expect(picker.nearest(frame, shown, px, py, 1e6)).not.toBe(17);
  expect(picker.nearest(frame, shown, 99, 99, 100)).toBeNull();
  // Another frame is projected anew, be it of the same samples.
  const turned = { ...frame, layers: [{ step, x: y, y: x }] };
  expect(picker.nearest(frame, shown, ...positionOf(frame, 0), 1e6)).toBe(0);
  expect(picker.nearest(turned, shown, ...positionOf(turned, 3), 1e6)).toBe(3);
});
