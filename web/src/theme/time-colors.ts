/**
 * The colors of trails: the hue is that of the group, the lightness is the time: dark early, bright late, as in Rauber et
 * al. (2017). The latest color is the group's own, so that the legend names it: a lighter blue would be another class. On
 * near black the earliest is a little lighter, or it would be lost.
 */

import { type Rgb, toRgb } from "./palette";
import { fromOklab, toOklab } from "./scales";

/** Shades from the beginning to the end. */
export const SHADES = 64;

/** Lightness in OKLab and the share of the color's own chroma, at the beginning. */
const EARLY = { light: { lightness: 0.26, chroma: 0.5 }, dark: { lightness: 0.34, chroma: 0.55 } };

/** The color of a group at a time from 0 to 1. */
export function timeColor(color: Rgb, time: number, dark: boolean): Rgb {
  const [lightness, a, b] = toOklab(color);
  const { lightness: from, chroma } = EARLY[dark ? "dark" : "light"];
  // A color that somebody chose may be darker than that: then the beginning is darker yet.
  const begin = Math.min(from, 0.6 * lightness + (dark ? 0.06 : 0));
  const share = Math.min(1, Math.max(0, time));
  const kept = chroma + (1 - chroma) * share;
  const bytes = fromOklab([begin + (lightness - begin) * share, a * kept, b * kept]);
  return bytes.map((byte) => Math.round(Math.min(255, Math.max(0, byte)))) as unknown as Rgb;
}

/** (group, shade, 4) bytes for a texture: rows are groups, opaque. */
export function timeColors(colors: readonly string[], dark: boolean): Uint8Array {
  const bytes = new Uint8Array(colors.length * SHADES * 4);
  colors.forEach((color, group) => {
    const rgb = toRgb(color);
    for (let shade = 0; shade < SHADES; shade++) bytes.set([...timeColor(rgb, shade / (SHADES - 1), dark), 255], 4 * (group * SHADES + shade));
  });
  return bytes;
}
