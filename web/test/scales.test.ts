import { describe, expect, it } from "vitest";
import { type Rgb, toRgb } from "../src/theme/palette";
import { divergingColors, noneColor, SCALES, scaleColors, toOklab } from "../src/theme/scales";

function linear(color: string): number[] {
  return toRgb(color).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
}

function contrast(a: string, b: string): number {
  const luminance = (color: string): number => linear(color).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** As seen without green cones, and without red ones: Machado, Oliveira and Fernandes 2009, severity 1. */
const BLINDNESS = {
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
};

function seen(color: string, by: keyof typeof BLINDNESS): Rgb {
  const rgb = linear(color);
  const M = BLINDNESS[by];
  return toOklab([0, 1, 2].map((i) => {
    const c = Math.min(1, Math.max(0, M[3 * i] * rgb[0] + M[3 * i + 1] * rgb[1] + M[3 * i + 2] * rgb[2]));
    return 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);
  }) as unknown as Rgb);
}

const PAPER = { light: "#ffffff", dark: "#101216" };

describe.each([false, true])("the scales on paper that is dark: %s", (dark) => {
  const paper = dark ? PAPER.dark : PAPER.light;

  it.each(SCALES)("%s grows lighter from end to end, and stands out from the paper", (name) => {
    const colors = scaleColors(name, dark);
    expect(new Set(colors).size).toBeGreaterThan(200);
    const lightness = colors.map((color) => toOklab(toRgb(color))[0]);
    for (let i = 8; i < 256; i += 8) expect(lightness[i]).toBeGreaterThan(lightness[i - 8]);
    for (const color of colors) {
      expect(contrast(color, paper), color).toBeGreaterThan(dark ? 1.95 : 1.65);
      // What has no number is nearer to the paper than what has one.
      expect(contrast(color, paper)).toBeGreaterThan(contrast(noneColor(dark), paper));
    }
  });

  it("the diverging one has zero in the middle and ends that the color-blind tell apart", () => {
    const colors = divergingColors(dark);
    for (const color of colors) expect(contrast(color, paper), color).toBeGreaterThan(contrast(noneColor(dark), paper));
    for (const by of ["deuteranopia", "protanopia"] as const) {
      const [below, zero, above] = [0, 128, 255].map((i) => seen(colors[i], by));
      for (const [a, b] of [[below, zero], [zero, above], [below, above]]) expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeGreaterThan(0.12);
    }
    const [r, g, b] = toRgb(colors[128]);
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(24);
  });
});

it("viridis and cividis are as they were published", () => {
  // The darkest on white and the lightest on black are the ends of the tables; between the steps there is no rounding.
  expect([scaleColors("viridis", false)[0], scaleColors("viridis", true)[255]]).toEqual(["#440154", "#fde725"]);
  expect([scaleColors("cividis", false)[0], scaleColors("cividis", true)[255]]).toEqual(["#00224e", "#fee838"]);
});
