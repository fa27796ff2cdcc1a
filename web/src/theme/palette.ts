/** Colors of classes. */

export type Rgb = readonly [number, number, number];

/** Okabe and Ito's set, the colors that carry most contrast first. Its black is gray here: it must show on near black. */
const OKABE_ITO = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#8C8C8C", "#C9B800"];

/**
 * For 9 to 20 classes: Okabe and Ito's first six, carried on in the manner of Glasbey (each next color is the farthest
 * from those before it in CAM02-UCS, also as seen with deuteranomaly and protanomaly), lightness 38–70, chroma 15–60,
 * so that each stands out from white and from near black. Made once with `glasbey.extend_palette`.
 */
const GLASBEY = [
  "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#A2CAB2", "#926951", "#FF92FB", "#AE45A2",
  "#598214", "#08929A", "#A26DDF", "#69DB75", "#E7AACA", "#55AE45", "#6DD2DB", "#BE967D", "#8A6979", "#00B6A6",
];

/** The color of a sample without a label. */
export const UNLABELED = "#9AA0A6";

/** What the model had right, and what it had wrong: the eye goes to the latter. */
export const RIGHT = "#8FB4CC";
export const WRONG = "#D55E00";

/** The ring of what is selected: the ink of the theme, see theme.css. */
export function ringColor(theme: string): string {
  return theme === "dark" ? "#e6e8eb" : "#1d2126";
}

/** How many classes have colors that were chosen to be told apart. */
export const CHOSEN = GLASBEY.length;

/** The color of each of `count` classes, as `#rrggbb`; no two are the same, however many there are. */
export function classColors(count: number): string[] {
  if (count <= OKABE_ITO.length) return OKABE_ITO.slice(0, count);
  const colors = GLASBEY.slice(0, count);
  // Beyond the chosen set hues go by the golden angle over four lightnesses: all distinct, not all easily told apart.
  for (let i = colors.length; i < count; i++) {
    colors.push(fromHsl((i * 137.50776) % 360, 0.45 + 0.3 * ((i >> 2) % 2), 0.4 + 0.07 * (i % 4)));
  }
  return colors;
}

export function toRgb(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function fromHsl(hue: number, saturation: number, lightness: number): string {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number): string => {
    const k = (n + hue / 30) % 12;
    const value = lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(value * 255).toString(16).padStart(2, "0");
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
