import { describe, expect, it } from "vitest";
import { classColors, toRgb } from "../src/theme/palette";

/** OKLab, in which a distance of about 0.02 can just be seen: here 0.05 is asked for. */
function oklab(color: string): number[] {
  const [r, g, b] = toRgb(color).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function luminance(color: string): number {
  const [r, g, b] = toRgb(color).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe.each([2, 8, 10, 20])("the colors of %i classes", (count) => {
  const colors = classColors(count);

  it("can be told apart", () => {
    expect(colors).toHaveLength(count);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [oklab(colors[i]), oklab(colors[j])];
        expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]), `${colors[i]} ${colors[j]}`).toBeGreaterThan(0.05);
      }
    }
  });

  it("stand out from white and from near black", () => {
    for (const color of colors) {
      expect(contrast(color, "#ffffff"), color).toBeGreaterThan(1.7);
      expect(contrast(color, "#101216"), color).toBeGreaterThan(3);
    }
  });
});

it("no color repeats, however many classes there are", () => {
  expect(new Set(classColors(120)).size).toBe(120);
});
