/**
 * The matrix of similarities on two canvases: below the cells with their names and trees, above what is pointed at. A cell
 * is one pixel of an image, which is stretched column by column, then row by row: so every arrangement costs as many
 * strokes as there are rows and columns, and rows can be on their way from one order to another.
 */

import { type Branch, branchesOf } from "../data/dendrogram";
import { displayed, type Run, runsOf, type Spans, spansBetween, spansOf } from "../data/matrix-layout";
import type { SimilarityIndex, SimilarityStep } from "../data/similarity";
import { positionOn } from "../data/quantities";
import { isTimeless } from "../data/steps";
import { toRgb } from "../theme/palette";
import { STEPS } from "../theme/scales";
import { smoothstep, TRANSITION } from "../tour/time";
import { AWAY, layoutOf, type MatrixLayout, STRIP, TO_TREE } from "./matrix-layout";
import { checkpointsOf, drawNames, drawValues, longestName } from "./matrix-writing";

export interface MatrixInks {
  readonly ink: string;
  readonly soft: string;
  readonly paper: string;
  readonly hair: string;
  readonly axis: string;
  readonly accent: string;
}

/** One side of the matrix: the rows or the columns, as they are drawn and as they are to be. */
export interface Side {
  steps: readonly SimilarityStep[];
  /** From the top or the left. */
  shown: number[];
  runs: Run[];
  from: Spans;
  to: Spans;
}

/** How strongly the trees are drawn while their leaves are not in their order. */
const LOOSE = 0.4;

export class MatrixStage {
  layout: MatrixLayout = { left: 0, top: 0, width: 0, height: 0, names: 0, rowTree: 0, columnTree: 0 };
  rows: Side = emptySide();
  columns: Side = emptySide();
  rowBranches: Branch[] = [];
  columnBranches: Branch[] = [];
  private index: SimilarityIndex | null = null;
  values: Float32Array = new Float32Array(0);
  private key = "";
  private box = { width: 0, height: 0 };
  private ratio = 1;
  /** One pixel a cell, in the order of the index; and stretched to the width of the picture. */
  private readonly image = document.createElement("canvas");
  private readonly stretched = document.createElement("canvas");
  pixels: Uint8ClampedArray<ArrayBuffer> = new Uint8ClampedArray(0);
  private earlier: Uint8ClampedArray<ArrayBuffer> | null = null;
  /** Seconds since rows set out, and since other values began to come in. */
  private elapsed = TRANSITION;
  private faded = TRANSITION;
  /** How far the trees' leaves are in their order, from and to. */
  private order: readonly [number, number] = [0, 0];
  private likeness = false;

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly inks: () => MatrixInks,
  ) {}

  get moving(): boolean {
    return this.elapsed < TRANSITION || this.faded < TRANSITION;
  }

  /** Of the way to the present arrangement. */
  get arrived(): number {
    return smoothstep(Math.min(1, this.elapsed / TRANSITION));
  }

  resize(width: number, height: number, ratio: number): void {
    this.box = { width, height };
    this.ratio = ratio;
    this.place();
  }

  private place(): void {
    const { canvas } = this.context;
    const [width, height] = [this.box.width, this.box.height].map((side) => Math.max(1, Math.round(side * this.ratio)));
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const { index } = this;
    if (!index) return;
    this.layout = layoutOf(this.box, longestName(this.context, index), index.rows.length, index.columns.length, index.symmetric);
  }

  /** Show these values; `still`: at once. */
  set(index: SimilarityIndex, values: Float32Array, still: boolean): void {
    const before = this.index;
    this.index = index;
    this.values = values;
    this.key = "";
    const same = before !== null && sameSteps(before.rows, index.rows) && sameSteps(before.columns, index.columns);
    this.earlier = same && !still && this.pixels.length === 4 * values.length ? this.pixels : null;
    if (!same) [this.rows, this.columns] = [emptySide(), emptySide()];
    this.faded = this.earlier ? 0 : TRANSITION;
    this.place();
  }

  /** The colors of the numbers: as many as the scale has steps, and that of none. */
  paint(colors: readonly string[], none: string, domain: readonly [number, number]): void {
    const scale = { domain, spacing: "linear" } as const;
    const table = [...colors, none].map(toRgb);
    const pixels = new Uint8ClampedArray(4 * this.values.length);
    this.values.forEach((value, i) => {
      const [red, green, blue] = table[Number.isFinite(value) ? Math.min(STEPS - 1, Math.floor(STEPS * positionOn({ ...scale, diverging: false, share: false }, value))) : STEPS];
      pixels[4 * i] = red;
      pixels[4 * i + 1] = green;
      pixels[4 * i + 2] = blue;
      pixels[4 * i + 3] = 255;
    });
    this.pixels = pixels;
    this.fill(1);
  }

  /** The cells' colors, a share of the way from the values before. */
  private fill(share: number): void {
    const { index, earlier, pixels } = this;
    if (!index || !pixels.length) return;
    const mixed = earlier && share < 1 ? pixels.map((value, i) => earlier[i] + share * (value - earlier[i])) : pixels;
    const [width, height] = [index.columns.length, index.rows.length];
    if (this.image.width !== width || this.image.height !== height) [this.image.width, this.image.height] = [width, height];
    this.image.getContext("2d")?.putImageData(new ImageData(mixed, width, height), 0, 0);
  }

  /** Arrange rows and columns; `still`: at once. */
  arrange(likeness: boolean, range: { readonly rows: readonly number[]; readonly columns: readonly number[] } | null, still: boolean): void {
    const { index } = this;
    if (!index) return;
    const key = JSON.stringify([index.name, index.version, likeness, range]);
    if (key === this.key) return;
    this.key = key;
    const first = !this.rows.steps.length;
    const now = this.arrived;
    this.order = [this.order[0] + now * (this.order[1] - this.order[0]), likeness ? 1 : 0];
    if (first || still) this.order = [this.order[1], this.order[1]];
    this.likeness = likeness;
    for (const which of ["rows", "columns"] as const) {
      const side = this[which];
      const steps = index[which];
      const order = likeness ? index.order[which] : null;
      const to = spansOf(steps.length, order, range?.[which] ?? null);
      const from = first || still ? to : spansBetween(side.from, side.to, now);
      const shown = displayed(steps.length, order, range?.[which] ?? null);
      this[which] = { steps, shown, runs: runsOf(shown, (i) => steps[i].layer), from, to };
    }
    this.elapsed = first || still ? TRANSITION : 0;
  }

  /** Let time pass and draw. */
  draw(seconds: number): void {
    if (this.faded < TRANSITION) {
      this.faded += seconds;
      this.fill(smoothstep(Math.min(1, this.faded / TRANSITION)));
      if (this.faded >= TRANSITION) this.earlier = null;
    }
    if (this.elapsed < TRANSITION) this.elapsed += seconds;
    const { context, layout, index, ratio } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    if (!index || !this.rows.steps.length || layout.width <= 0) return;
    const rows = spansBetween(this.rows.from, this.rows.to, this.arrived);
    const columns = spansBetween(this.columns.from, this.columns.to, this.arrived);
    this.drawCells(rows, columns);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const inks = this.inks();
    this.drawStrips(rows, columns, inks);
    this.drawTrees(rows, columns, inks);
    if (this.elapsed < TRANSITION) context.globalAlpha = this.arrived;
    this.drawLines(inks);
    drawNames(context, layout, this.rows, true, inks);
    drawNames(context, layout, this.columns, false, inks);
    drawValues(context, layout, this, inks);
    context.globalAlpha = 1;
  }

  private drawCells(rows: Spans, columns: Spans): void {
    const { context, layout, ratio, image, stretched } = this;
    const [left, top, width, height] = [layout.left, layout.top, layout.width, layout.height].map((side) => Math.round(side * ratio));
    const count = rows.start.length;
    if (stretched.width !== width || stretched.height !== count) [stretched.width, stretched.height] = [width, count];
    const wide = stretched.getContext("2d");
    if (!wide) return;
    wide.imageSmoothingEnabled = context.imageSmoothingEnabled = false;
    wide.clearRect(0, 0, width, count);
    columns.start.forEach((start, i) => {
      const [from, to] = [Math.round(start * width), Math.round((start + columns.size[i]) * width)];
      if (to > from) wide.drawImage(image, i, 0, 1, count, from, 0, to - from, count);
    });
    rows.start.forEach((start, i) => {
      const [from, to] = [Math.round(start * height), Math.round((start + rows.size[i]) * height)];
      if (to > from) context.drawImage(stretched, 0, i, width, 1, left, top + from, width, to - from);
    });
  }

  /** Which checkpoint a row or column is of: pale early, dark late. */
  private drawStrips(rows: Spans, columns: Spans, inks: MatrixInks): void {
    const { context, layout } = this;
    const { left, top, width, height } = layout;
    context.fillStyle = inks.soft;
    for (const [side, spans, down] of [[this.rows, rows, true], [this.columns, columns, false]] as const) {
      const times = checkpointsOf(side.steps);
      if (times.length < 2) continue;
      side.steps.forEach((step, i) => {
        if (isTimeless(step.layer)) return;
        context.globalAlpha = 0.12 + 0.78 * (times.indexOf(step.checkpoint) / (times.length - 1));
        const [start, size] = [spans.start[i], spans.size[i]];
        if (down) context.fillRect(left - AWAY - STRIP, top + start * height, STRIP, size * height);
        else context.fillRect(left + start * width, top - AWAY - STRIP, size * width, STRIP);
      });
    }
    context.globalAlpha = 1;
  }

  private drawTrees(rows: Spans, columns: Spans, inks: MatrixInks): void {
    const { context, layout, index } = this;
    if (!index) return;
    const inOrder = this.order[0] + this.arrived * (this.order[1] - this.order[0]);
    context.strokeStyle = inks.soft;
    context.globalAlpha = LOOSE + (1 - LOOSE) * inOrder;
    context.lineWidth = 1;
    const middle = (spans: Spans, side: Side) => (leaf: number): number | null => (side.to.size[leaf] > 0 ? spans.start[leaf] + spans.size[leaf] / 2 : null);
    this.rowBranches = branchesOf(index.tree.rows, index.rows.length, middle(rows, this.rows));
    this.columnBranches = layout.columnTree ? branchesOf(index.tree.columns, index.columns.length, middle(columns, this.columns)) : [];
    context.beginPath();
    for (const branch of this.rowBranches) traceBranch(context, this.treePlace(branch, true), true);
    for (const branch of this.columnBranches) traceBranch(context, this.treePlace(branch, false), false);
    context.stroke();
    context.globalAlpha = 1;
  }

  /** A branch in CSS pixels: [place, place, height, height, height across]. */
  treePlace(branch: Branch, ofRows: boolean): readonly [number, number, number, number, number] {
    const { layout, index } = this;
    const tree = index?.tree[ofRows ? "rows" : "columns"] ?? [];
    const tallest = Math.max(1e-9, ...tree.slice(-1).map(({ height }) => height));
    const [begin, across] = ofRows ? [layout.top, layout.height] : [layout.left, layout.width];
    const foot = ofRows ? layout.left + layout.width + TO_TREE : layout.top + layout.height + TO_TREE;
    const reach = ofRows ? layout.rowTree : layout.columnTree;
    const high = (height: number): number => foot + reach * treeShare(height, tallest);
    const [a, b] = branch.places.map((place) => begin + place * across);
    return [a, b, high(branch.heights[0]), high(branch.heights[1]), high(branch.height)];
  }

  /** Between the layers, where they follow each other. */
  private drawLines(inks: MatrixInks): void {
    const { context, layout } = this;
    if (this.likeness) return;
    const { left, top, width, height } = layout;
    context.fillStyle = inks.paper;
    for (const [{ runs, shown }, length, down] of [[this.rows, height, true], [this.columns, width, false]] as const) {
      if (runs.length * 8 > length) continue;
      for (const { from } of runs.slice(1)) {
        const at = Math.round((from / shown.length) * length) - 0.5;
        if (down) context.fillRect(left, top + at, width, 1);
        else context.fillRect(left + at, top, 1, height);
      }
    }
  }
}

/** How far a height reaches: by its root, since most merges are low. */
export function treeShare(height: number, tallest: number): number {
  return Math.sqrt(Math.min(1, Math.max(0, height / tallest)));
}

export function traceBranch(context: CanvasRenderingContext2D, [a, b, one, two, across]: readonly [number, number, number, number, number], ofRows: boolean): void {
  const points: readonly (readonly [number, number])[] = [[one, a], [across, a], [across, b], [two, b]];
  points.forEach(([along, place], i) => {
    const [x, y] = ofRows ? [along, place] : [place, along];
    if (i) context.lineTo(x, y);
    else context.moveTo(x, y);
  });
}

function emptySide(): Side {
  const spans = { start: new Float64Array(0), size: new Float64Array(0) };
  return { steps: [], shown: [], runs: [], from: spans, to: spans };
}

function sameSteps(a: readonly SimilarityStep[], b: readonly SimilarityStep[]): boolean {
  return a.length === b.length && a.every((step, i) => step.layer === b[i].layer && step.checkpoint === b[i].checkpoint);
}
