/** What the Units view says in words and colors. */

import type { UnitMap } from "../data/units";
import type { Power } from "../state/units";
import { divergingColors, noneColor, scaleColors, type ScaleName, STEPS } from "../theme/scales";

/** The ends of the scale of a power: areas go from 0 to 1 about ½, importances from 0. */
export function domainOf(values: Float32Array | null, power: Power): readonly [number, number] {
  if (power === "auc") return [0, 1];
  const most = values?.reduce((largest, value) => (value > largest ? value : largest), 0) ?? 0;
  return [0, most || 1];
}

export function scaleColorsOf(power: Power, dark: boolean, scale: ScaleName): string[] {
  return power === "auc" ? divergingColors(dark) : scaleColors(scale, dark);
}

/** A color a unit, `#rrggbb`. */
export function colorsOfUnits(values: Float32Array | null, units: number, power: Power, dark: boolean, scale: ScaleName): string[] {
  const colors = scaleColorsOf(power, dark, scale);
  const none = noneColor(dark);
  const [low, high] = domainOf(values, power);
  return Array.from({ length: units }, (_, unit) => {
    const value = values?.[unit] ?? Number.NaN;
    return Number.isFinite(value) ? colors[Math.min(STEPS - 1, Math.max(0, Math.floor((STEPS * (value - low)) / (high - low))))] : none;
  });
}

export function powerText(power: Power, value: number): string {
  if (!Number.isFinite(value)) return "none";
  return power === "auc" ? value.toFixed(3) : `${(100 * value).toFixed(2)}%`;
}

/** Units in a row of words, as many as fit. */
export function unitsText(units: readonly number[], most = 12): string {
  return units.length > most ? `${units.slice(0, most).join(", ")}, … (${units.length.toLocaleString("en-US")})` : units.join(", ");
}

export function describeMap({ index }: UnitMap, told: string): string {
  const dead = index.dead.length ? `; ${index.dead.length} of them are dead, in a row below` : "";
  const twins = index.duplicates.length ? `; ${index.duplicates.length} groups of duplicates` : "";
  return `Map of the ${index.units.toLocaleString("en-US")} units of ${index.layer} at ${index.checkpoint}, by ${index.method.toUpperCase()} of 1 − |correlation|${dead}${twins}. Colored by how well each tells ${told} from the rest; the list beside it has the units in that order.`;
}
