/** What is written on the matrix: the names of its rows and columns, and values where cells are large. */

import { labeled } from "../data/matrix-layout";
import type { SimilarityIndex, SimilarityStep } from "../data/similarity";
import { AWAY, GAP, type MatrixLayout, STRIP } from "./matrix-layout";
import type { MatrixInks, Side } from "./matrix-stage";

export const NAMES = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const SMALL = NAMES.replace("12px", "11px");
/** Rows that are so high, in CSS pixels, have their checkpoints written, or cells their values. */
const CHECKPOINT_NAMED = 12;
const VALUE_WRITTEN = 31;
/** Between the middles of two names. */
const APART = 13;
/** The cells that are drawn, with their numbers and their colors in the order of the index. */
export interface Cells {
  readonly rows: Side;
  readonly columns: Side;
  readonly values: Float32Array;
  /** (row, column, 4) bytes. */
  readonly pixels: Uint8ClampedArray;
}

/** The names beside the rows, or upright above the columns. Where a row is high enough its checkpoint is named, too. */
export function drawNames(context: CanvasRenderingContext2D, layout: MatrixLayout, { runs, shown, steps }: Side, down: boolean, inks: MatrixInks): void {
  const length = down ? layout.height : layout.width;
  const unit = length / Math.max(1, shown.length);
  const room = layout.names;
  context.save();
  // Columns are rows turned by a quarter.
  context.translate(down ? layout.left - AWAY - STRIP - GAP : layout.left, down ? layout.top : layout.top - AWAY - STRIP - GAP);
  context.textBaseline = "middle";
  const write = (text: string, at: number, from = 0): void => {
    context.save();
    if (down) context.translate(-from, at);
    else {
      context.translate(at, -from);
      context.rotate(-Math.PI / 2);
    }
    context.textAlign = down ? "right" : "left";
    context.fillText(text, 0, 1);
    context.restore();
  };
  const both = unit >= CHECKPOINT_NAMED && checkpointsOf(steps).length > 1;
  if (!both) {
    context.font = NAMES;
    context.fillStyle = inks.soft;
    for (const { name, from, to } of labeled(runs, unit, APART)) write(shortened(context, name, room), ((from + to) / 2) * unit);
    context.restore();
    return;
  }
  for (const { name, from, to } of runs) {
    const [high, middle] = [(to - from) * unit, ((from + to) / 2) * unit];
    context.font = NAMES;
    const fits = context.measureText(name).width <= high - 4;
    context.fillStyle = inks.ink;
    if (fits) {
      // Along the run, at the far end of the room for names.
      context.save();
      context.textAlign = "center";
      if (down) {
        context.translate(8 - room, middle);
        context.rotate(-Math.PI / 2);
      } else context.translate(middle, 8 - room);
      context.fillText(name, 0, 0);
      context.restore();
    } else write(shortened(context, name, room), middle);
    context.font = SMALL;
    context.fillStyle = inks.soft;
    const taken = Math.round((from + to - 1) / 2);
    for (let place = from; place < to; place++) {
      const far = Math.abs((place + 0.5) * unit - middle);
      if (fits || (place !== taken && far >= APART)) write(shortened(context, steps[shown[place]].checkpoint, fits ? room - 16 : room), (place + 0.5) * unit);
    }
  }
  context.restore();
}

/** Where cells are large, their values. */
export function drawValues(context: CanvasRenderingContext2D, layout: MatrixLayout, { rows, columns, values, pixels }: Cells, inks: MatrixInks): void {
  const [high, wide] = [layout.height / rows.shown.length, layout.width / columns.shown.length];
  if (high < 16 || wide < VALUE_WRITTEN) return;
  context.font = SMALL;
  context.textAlign = "center";
  context.textBaseline = "middle";
  rows.shown.forEach((row, i) =>
    columns.shown.forEach((column, k) => {
      const at = row * columns.steps.length + column;
      const [red, green, blue] = pixels.subarray(4 * at, 4 * at + 3);
      context.fillStyle = 0.299 * red + 0.587 * green + 0.114 * blue > 125 ? "#101216" : "#ffffff";
      context.fillText(valueText(values[at]), layout.left + (k + 0.5) * wide, layout.top + (i + 0.5) * high + 0.5);
    }),
  );
  context.fillStyle = inks.ink;
}

/** Two decimals; a third and a fourth where it is nearly 1. */
export function valueText(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "none";
  if (value >= 0.995 && value < 0.99995) return value.toFixed(4).replace(/0$/, "");
  return value.toFixed(2).replace("-0.00", "0.00");
}

/** A name with its beginning left out, if it must be: layers differ by their ends. */
export function shortened(context: CanvasRenderingContext2D, name: string, room: number): string {
  if (context.measureText(name).width <= room) return name;
  let cut = name;
  while (cut.length > 1 && context.measureText(`…${cut}`).width > room) cut = cut.slice(1);
  return `…${cut}`;
}

/** CSS pixels of the longest name that is written. */
export function longestName(context: CanvasRenderingContext2D, index: SimilarityIndex): number {
  context.font = NAMES;
  let longest = 24;
  for (const steps of [index.rows, index.columns]) {
    const several = checkpointsOf(steps).length > 1;
    for (const layer of new Set(steps.map((step) => step.layer))) longest = Math.max(longest, context.measureText(layer).width);
    for (const checkpoint of several ? checkpointsOf(steps) : []) longest = Math.max(longest, 17 + context.measureText(checkpoint).width);
  }
  return longest;
}

const checkpoints = new WeakMap<readonly SimilarityStep[], string[]>();
/** The checkpoints of the steps, as they follow each other in time. */
export function checkpointsOf(steps: readonly SimilarityStep[]): string[] {
  let found = checkpoints.get(steps);
  if (!found) {
    // Of the layer that has most of them: the data itself has but one.
    const of = new Map<string, string[]>();
    for (const { layer, checkpoint } of steps) of.set(layer, [...(of.get(layer) ?? []), checkpoint]);
    found = [...of.values()].sort((a, b) => b.length - a.length)[0] ?? [];
    checkpoints.set(steps, found);
  }
  return found;
}
