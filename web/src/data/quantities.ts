/** Numbers of the samples on a scale: from where to where it goes, which of 256 steps a number is, how it is written. */

import { STEPS } from "../theme/scales";

/** (sample,): NaN, or what else is no number, where there is none. */
export type Numbers = Float32Array | Float64Array | Int32Array;

export interface Scale {
  /** The ends. What lies beyond has the color of the end, and the legend says so. */
  readonly domain: readonly [number, number];
  readonly spacing: "linear" | "log";
  /** Whether zero is in the middle, and means something. */
  readonly diverging: boolean;
  /** Whether the numbers are shares of 1, and are written in percent. */
  readonly share: boolean;
}

export interface Extent {
  readonly least: number;
  readonly most: number;
  /** How many have a number. */
  readonly count: number;
}

export const SHARE: Scale = { domain: [0, 1], spacing: "linear", diverging: false, share: true };

/** Values that are looked at for a percentile. */
const LOOKED_AT = 50_000;

export function extentOf(values: Numbers): Extent {
  let [least, most, count] = [Infinity, -Infinity, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    count += 1;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most, count };
}

/** A scale for losses, −log p in nats: from a sure 0.9999 to 4.5e-5, or beyond where there are such. */
export function lossScale(values: Numbers): Scale {
  const { most, count } = extentOf(values);
  const high = count && most > 0 ? Math.max(1, Math.ceil(Math.log10(most) - 1e-9)) : 1;
  return { domain: [1e-4, 10 ** high], spacing: "log", diverging: false, share: false };
}

/** A scale for lengths, from zero on; a few that are far beyond the others do not stretch it. */
export function lengthScale(values: Numbers): Scale {
  const { most, count } = extentOf(values);
  return { domain: [0, count && most > 0 ? capped(values, most) : 1], spacing: "linear", diverging: false, share: false };
}

/** A scale for measures that are 1 at best: down to where the least hundredth of them begins, in steps of a twentieth. */
export function upToOne(values: Numbers): Scale {
  const { count } = extentOf(values);
  const low = count ? Math.floor(20 * percentiles(values, [0.01])[0]) / 20 : 0;
  return { domain: [Math.max(-1, Math.min(0.95, low)), 1], spacing: "linear", diverging: false, share: false };
}

/** A scale for numbers of which nothing is known: about zero where they lie on both sides, in powers where they span many. */
export function scaleOf(values: Numbers): Scale {
  const { least, most, count } = extentOf(values);
  const plain = { spacing: "linear", diverging: false, share: false } as const;
  if (!count) return { ...plain, domain: [0, 1] };
  if (least === most) return { ...plain, domain: [least, least + (Math.abs(least) || 1)] };
  if (least < 0 && most > 0) {
    const far = Math.max(-least, most);
    return { ...plain, domain: [-far, far], diverging: true };
  }
  const [low, middle] = percentiles(values, [0.01, 0.5]);
  if (low > 0 && most / middle > 100) {
    return { ...plain, domain: [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(most))], spacing: "log" };
  }
  return { ...plain, domain: [least, least >= 0 ? Math.max(capped(values, most), least) || most : most] };
}

/** The most, or where it is far off, what 99.5% stay under. */
function capped(values: Numbers, most: number): number {
  const [high] = percentiles(values, [0.995]);
  return high > 0 && most > 2 * high ? high : most;
}

function percentiles(values: Numbers, shares: readonly number[]): number[] {
  const stride = Math.max(1, Math.floor(values.length / LOOKED_AT));
  const some: number[] = [];
  for (let i = 0; i < values.length; i += stride) if (Number.isFinite(values[i])) some.push(values[i]);
  const sorted = Float64Array.from(some).sort();
  // Rounded outward: of few values these are the least and the most.
  return shares.map((share) => sorted[(share < 0.5 ? Math.floor : Math.ceil)(share * (sorted.length - 1))] ?? Number.NaN);
}

/** Where on the scale a number lies, 0 to 1; beyond its ends, at them. NaN where there is none. */
export function positionOn({ domain: [low, high], spacing }: Scale, value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  const place = spacing === "log" ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(1, Math.max(0, place));
}

/** The number at a place on the scale. */
export function numberAt({ domain: [low, high], spacing }: Scale, place: number): number {
  return spacing === "log" ? low * (high / low) ** place : low + place * (high - low);
}

/** (sample,): the step of the scale, 0 to 255; 256 for none. */
export function stepsOn(scale: Scale, values: Numbers): Uint16Array {
  const steps = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    steps[i] = Number.isFinite(value) ? Math.min(STEPS - 1, Math.floor(STEPS * positionOn(scale, value))) : STEPS;
  }
  return steps;
}

/** How many samples lie on each of `bars` equal parts of the scale. */
export function histogram(steps: Uint16Array, bars: number): number[] {
  const counts = new Array<number>(bars).fill(0);
  for (let i = 0; i < steps.length; i++) if (steps[i] < STEPS) counts[Math.floor((steps[i] * bars) / STEPS)] += 1;
  return counts;
}

/** Numbers to write below the scale, ascending: round ones, at most six. */
export function ticksOf({ domain: [low, high], spacing }: Scale): number[] {
  if (spacing === "log") {
    const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
    const every = Math.max(1, Math.ceil((last - first) / 5));
    return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) => Number(`1e${first + i * every}`));
  }
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((f) => f * power).find((s) => s >= rough - 1e-12 * power) ?? 10 * power;
  const ticks: number[] = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + 1e-9 * step; n++) ticks.push(n === 0 ? 0 : n * step);
  return ticks;
}

/** A tick as it is written: small and large powers of ten so, to take little room. */
export function tickText(scale: Scale, tick: number): string {
  const power = Math.round(Math.log10(tick));
  if (scale.spacing !== "log" || Math.abs(tick / 10 ** power - 1) > 1e-9 || (power > -3 && power < 4)) return written(scale, tick);
  return `10${[...String(power)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)])).join("")}`;
}

/** A number as a person reads it: three figures, shares in percent. */
export function written({ share }: Pick<Scale, "share">, value: number): string {
  if (!Number.isFinite(value)) return "none";
  if (share) return `${Number((100 * value).toFixed(Math.abs(value) > 0.999 && value !== 1 ? 2 : 1))}%`;
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.99e-4 || size >= 1e7)) return value.toExponential(1).replace("e+", "e");
  if (size >= 10_000) return Math.round(value).toLocaleString("en-US");
  if (size >= 1000) return String(Math.round(value)); // a year has no comma
  return String(Number(value.toPrecision(3)));
}
