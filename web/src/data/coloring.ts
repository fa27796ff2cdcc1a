/**
 * By what the points are colored: groups of samples, each with a name, a count and a color; or numbers on a scale.
 * To the stage both are the same: a place in a list of colors for each sample. Of numbers these are the 256 steps of the
 * scale, which are no groups: nothing has a handle at their middle, and the legend is a bar.
 */

import { classColors, RIGHT, UNLABELED, WRONG } from "../theme/palette";
import { divergingColors, noneColor, scaleColors, type ScaleName } from "../theme/scales";
import { type Classes, classesOf } from "./columns";
import { type Numbers, type Scale, stepsOn, written } from "./quantities";
import type { Column } from "./sample-columns";
import type { Scores } from "./samples";

/** A built-in coloring, `column:<name>`, or `unit:<layer>:<i>`. */
export type ColorBy = string;
export const BUILT_IN = ["label", "prediction", "correctness", "confidence", "loss", "movement", "difference", "quality", "trustworthiness", "continuity", "correlation", "hit"] as const;
export type BuiltIn = (typeof BUILT_IN)[number];

const NAMES: Readonly<Record<string, string>> = { quality: "neighbor recall", correlation: "distance correlation", hit: "neighborhood hit" };

const OF_COLUMN = "column:";

export function byColumn(name: string): ColorBy {
  return OF_COLUMN + name;
}

/** The column that is colored by; null for the built-in ones. */
export function columnOf(by: ColorBy): string | null {
  return by.startsWith(OF_COLUMN) ? by.slice(OF_COLUMN.length) : null;
}

const OF_UNIT = "unit:";

/** A unit that is colored by. */
export interface UnitColoring {
  readonly layer: string;
  readonly unit: number;
}

export function unitColoring(layer: string, unit: number): ColorBy {
  return `${OF_UNIT}${layer}:${unit}`;
}

/** The unit that is colored by; null for other colorings. */
export function unitOfColoring(by: ColorBy): UnitColoring | null {
  const match = /^unit:(.+):(\d+)$/.exec(by);
  return match && { layer: match[1], unit: Number(match[2]) };
}

/** What a coloring is called. */
export function nameOfColoring(by: ColorBy): string {
  const unit = unitOfColoring(by);
  return unit ? `unit ${unit.unit} of ${unit.layer}` : (columnOf(by) ?? NAMES[by] ?? by);
}

interface Colored {
  readonly by: ColorBy;
  /** (sample,): the place of each in `colors`; the last place is of samples in no group, or without a number. */
  readonly of: Uint16Array;
  readonly colors: readonly string[];
  /** What the samples of the last place are called, and how many there are. */
  readonly none: string;
  readonly unlabeled: number;
  /** The checkpoint or the layout that it is of, where it is not of the samples themselves. */
  readonly at: string | null;
}

export interface GroupColoring extends Colored, Classes {
  readonly kind: "groups";
}

export interface NumberColoring extends Colored {
  readonly kind: "numbers";
  readonly values: Numbers;
  readonly scale: Scale;
  /** What the number is, with its unit. */
  readonly gloss: string;
  /** Why there are none, and what would make them; null where there are. */
  readonly reason: string | null;
  /** What a person types to make them. */
  readonly command: string | null;
}

export type Coloring = GroupColoring | NumberColoring;

/** How colorings look: nothing that is known of the samples. */
export interface Look {
  readonly dark: boolean;
  readonly scale: ScaleName;
  /** The colors that people gave to classes and groups, by name. */
  readonly own: ReadonlyMap<string, string>;
}

export function byLabel(classes: Classes): GroupColoring {
  return { ...classes, kind: "groups", by: "label", colors: [...classColors(classes.names.length), UNLABELED], none: "no label", at: null };
}

/** By the class that the model names; the classes have the colors that their labels have. */
export function byPrediction(scores: Scores, classes: Classes, at: string | null = null): GroupColoring {
  const prediction = scores.prediction ?? new Int32Array(classes.of.length).fill(-1);
  const groups = classesOf(prediction, classes.names);
  return { ...groups, kind: "groups", by: "prediction", colors: [...classColors(groups.names.length), UNLABELED], none: "no prediction", at };
}

/** By whether the prediction is the label; a sample without one of them is in no group. */
export function byCorrectness(scores: Scores, classes: Classes, at: string | null = null): GroupColoring {
  const { prediction } = scores;
  const right = Int32Array.from(classes.of, (label, i) => {
    const known = label < classes.names.length && prediction !== null && prediction[i] >= 0;
    return known ? (prediction[i] === label ? 0 : 1) : -1;
  });
  return { ...classesOf(right, ["right", "wrong"]), kind: "groups", by: "correctness", colors: [RIGHT, WRONG, UNLABELED], none: "no label", at };
}

/** Groups that a column has at most; those of the other values are one. */
export const MOST_GROUPS = 100;
const OTHER = "other";

/** By a column of categories or of texts: the most frequent have groups, in the order of their names. */
export function byCategories(by: ColorBy, column: Exclude<Column, { kind: "number" }>): GroupColoring {
  const counts = new Map<string, number>();
  const named = column.kind === "text" ? column.values : Array.from(column.codes, (code) => column.names[code] ?? null);
  for (const name of named) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  const ranked = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const names = ranked.slice(0, MOST_GROUPS);
  names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const places = new Map(names.map((name, place) => [name, place]));
  const codes = Int32Array.from(named, (name) => (name === null ? -1 : (places.get(name) ?? names.length)));
  const groups = classesOf(codes, ranked.length > names.length ? [...names, OTHER] : names);
  const colors = classColors(names.length);
  return { ...groups, kind: "groups", by, colors: ranked.length > names.length ? [...colors, UNLABELED, UNLABELED] : [...colors, UNLABELED], none: "none", at: null };
}

export interface NumbersOf {
  readonly by: ColorBy;
  readonly values: Numbers;
  readonly scale: Scale;
  readonly gloss: string;
  readonly at?: string | null;
  readonly reason?: string | null;
  readonly command?: string | null;
  /** What a sample without a number is called. */
  readonly none?: string;
}

/** By numbers; their colors are those of light paper until they are painted. */
export function byNumbers({ by, values, scale, gloss, at = null, reason = null, command = null, none = "no value" }: NumbersOf): NumberColoring {
  const of = stepsOn(scale, values);
  const unlabeled = of.reduce((sum, step) => sum + (step === 256 ? 1 : 0), 0);
  const colors = [...colorsOf(scale, { dark: false, scale: "viridis" }), noneColor(false)];
  return { kind: "numbers", by, of, colors, none, unlabeled, at, values, scale, gloss, reason, command };
}

/** No sample has a number, for a reason that is told. */
export function withoutNumbers(by: ColorBy, samples: number, scale: Scale, gloss: string, reason: string, command: string | null = null): NumberColoring {
  return byNumbers({ by, values: new Float32Array(samples).fill(Number.NaN), scale, gloss, reason, command });
}

/** May people give its groups colors of their own? Right and wrong are no classes. */
export function isOwnable(by: ColorBy): boolean {
  return by === "label" || by === "prediction" || columnOf(by) !== null;
}

/** The coloring in the colors that it has on this page. */
export function painted(coloring: Coloring, look: Look): Coloring {
  if (coloring.kind === "numbers") return { ...coloring, colors: [...colorsOf(coloring.scale, look), noneColor(look.dark)] };
  return isOwnable(coloring.by) ? { ...coloring, colors: withOwn(coloring.names, coloring.colors, look.own) } : coloring;
}

/** The same numbers on the scale of another coloring by them, so that one legend tells both. */
export function onScaleOf(coloring: Coloring, other: Coloring | null): Coloring {
  if (coloring.kind !== "numbers" || other?.kind !== "numbers" || coloring.by !== other.by || coloring.scale === other.scale) return coloring;
  return { ...coloring, scale: other.scale, of: stepsOn(other.scale, coloring.values) };
}

/** The colors of groups, with those that people chose in the place of others. */
export function withOwn(names: readonly string[], colors: readonly string[], own: ReadonlyMap<string, string>): readonly string[] {
  if (!names.some((name) => own.has(name.normalize("NFC")))) return colors;
  return colors.map((color, i) => (i < names.length ? (own.get(names[i].normalize("NFC")) ?? color) : color));
}

function colorsOf({ diverging }: Scale, { dark, scale }: Pick<Look, "dark" | "scale">): string[] {
  return diverging ? divergingColors(dark) : scaleColors(scale, dark);
}

/** Places in the list of colors to both sides of the one that is pointed at, which are lit with it. */
export function litSteps(coloring: Coloring | null): number {
  return coloring?.kind === "numbers" ? 8 : 0;
}

/** What the coloring says of one sample, in words; null of what is told of every sample anyway. */
export function wordsFor(coloring: Coloring, sample: number): { readonly name: string; readonly value: string } | null {
  const { by, of, none } = coloring;
  if (["label", "prediction", "correctness", "confidence"].includes(by)) return null;
  const name = nameOfColoring(by);
  if (coloring.kind === "groups") return { name, value: coloring.names[of[sample]] ?? none };
  return { name, value: of[sample] < 256 ? written(coloring.scale, coloring.values[sample]) : none };
}
