/** What lies over the matrix: the row and the column that are pointed at, the pair that the pictures show, a block that is drawn. */

import type { Branch } from "../data/dendrogram";
import type { SimilarityIndex } from "../data/similarity";
import { isTimeless } from "../data/steps";
import { AWAY, GAP, STRIP } from "./matrix-layout";
import { type MatrixInks, type MatrixStage, type Side, traceBranch } from "./matrix-stage";
import { NAMES, shortened } from "./matrix-writing";

export interface Pointed {
  readonly row: number;
  readonly column: number;
}

/** Places in the display, both corners included. */
export interface Block {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

export interface Overlay {
  readonly index: SimilarityIndex;
  readonly pointed: Pointed | null;
  readonly chosen: Pointed | null;
  /** Whether what was chosen is on its way yet. */
  readonly waiting: boolean;
  readonly block: Block | null;
  readonly branch: { readonly branch: Branch; readonly ofRows: boolean } | null;
}

/** How much of what is not pointed at the paper covers. */
const COVERED = 0.42;
/** CSS pixels of the frame around the chosen cell, at least. */
const FRAME = 11;

export function drawOverlay(context: CanvasRenderingContext2D, stage: MatrixStage, overlay: Overlay, inks: MatrixInks, ratio: number): void {
  const { layout } = stage;
  const { pointed, chosen, block, branch } = overlay;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  if (layout.width <= 0) return;
  // A canvas that was only cleared may keep its old picture on the screen: one pixel of the paper is drawn, too.
  context.fillStyle = inks.paper;
  context.fillRect(0, 0, 1, 1);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (block) drawBlock(context, stage, block, inks);
  else if (pointed) drawCross(context, stage, pointed, overlay.index, inks);
  if (chosen) drawChosen(context, stage, chosen, overlay.waiting, inks);
  if (branch) {
    context.strokeStyle = inks.accent;
    context.lineWidth = 2;
    context.beginPath();
    traceBranch(context, stage.treePlace(branch.branch, branch.ofRows), branch.ofRows);
    context.stroke();
  }
  if (pointed && !block) {
    drawTag(context, stage, stage.rows, pointed.row, true, inks);
    drawTag(context, stage, stage.columns, pointed.column, false, inks);
  }
}

/** Where a row or column lies: from, and how wide; null where it is not drawn. */
function bandOf({ shown }: Side, which: number, begin: number, length: number): readonly [number, number] | null {
  const place = shown.indexOf(which);
  const unit = length / Math.max(1, shown.length);
  return place < 0 ? null : [begin + place * unit, unit];
}

export function cellPlace({ layout, rows, columns }: MatrixStage, { row, column }: Pointed): { x: number; y: number; width: number; height: number } | null {
  const [down, across] = [bandOf(rows, row, layout.top, layout.height), bandOf(columns, column, layout.left, layout.width)];
  return down && across ? { x: across[0], y: down[0], width: across[1], height: down[1] } : null;
}

function drawCross(context: CanvasRenderingContext2D, stage: MatrixStage, pointed: Pointed, { partners }: SimilarityIndex, inks: MatrixInks): void {
  const { left, top, width, height } = stage.layout;
  const place = cellPlace(stage, pointed);
  if (!place) return;
  const [right, bottom] = [left + width, top + height];
  const [x, y, x2, y2] = [place.x, place.y, place.x + place.width, place.y + place.height];
  context.fillStyle = inks.paper;
  context.globalAlpha = COVERED;
  for (const [a, b, c, d] of [[left, top, x, y], [x2, top, right, y], [left, y2, x, bottom], [x2, y2, right, bottom]]) context.fillRect(a, b, c - a, d - b);
  context.globalAlpha = 1;
  context.strokeStyle = inks.ink;
  context.lineWidth = 1;
  context.beginPath();
  for (const at of [y - 0.5, y2 + 0.5]) {
    context.moveTo(left - AWAY - STRIP, at);
    context.lineTo(right, at);
  }
  for (const at of [x - 0.5, x2 + 0.5]) {
    context.moveTo(at, top - AWAY - STRIP);
    context.lineTo(at, bottom);
  }
  context.stroke();
  // The best partner of each.
  for (const partner of [{ row: pointed.row, column: partners.rows[pointed.row] }, { row: partners.columns[pointed.column], column: pointed.column }]) {
    const at = cellPlace(stage, partner);
    if (!at) continue;
    context.beginPath();
    context.arc(at.x + at.width / 2, at.y + at.height / 2, 4, 0, 2 * Math.PI);
    context.fillStyle = inks.paper;
    context.fill();
    context.lineWidth = 1.5;
    context.stroke();
  }
}

function drawChosen(context: CanvasRenderingContext2D, stage: MatrixStage, chosen: Pointed, waiting: boolean, inks: MatrixInks): void {
  const { left, top } = stage.layout;
  const place = cellPlace(stage, chosen);
  if (!place) return;
  const [x, y] = [place.x + place.width / 2, place.y + place.height / 2];
  const [width, height] = [Math.max(FRAME, place.width + 2), Math.max(FRAME, place.height + 2)];
  context.setLineDash(waiting ? [3, 3] : []);
  for (const [ink, line] of [[inks.paper, 4.5], [inks.accent, 2]] as const) {
    context.strokeStyle = ink;
    context.lineWidth = line;
    context.strokeRect(x - width / 2, y - height / 2, width, height);
  }
  context.setLineDash([]);
  context.fillStyle = inks.accent;
  context.beginPath();
  // Its row and its column at the rims.
  context.moveTo(left - AWAY - STRIP, y - 4.5);
  context.lineTo(left - 0.5, y);
  context.lineTo(left - AWAY - STRIP, y + 4.5);
  context.closePath();
  context.moveTo(x - 4.5, top - AWAY - STRIP);
  context.lineTo(x, top - 0.5);
  context.lineTo(x + 4.5, top - AWAY - STRIP);
  context.closePath();
  context.fill();
}

function drawBlock(context: CanvasRenderingContext2D, stage: MatrixStage, block: Block, inks: MatrixInks): void {
  const { left, top, width, height } = stage.layout;
  const span = ([a, b]: readonly [number, number], count: number, begin: number, length: number): [number, number] => {
    const unit = length / Math.max(1, count);
    return [begin + Math.min(a, b) * unit, begin + (Math.max(a, b) + 1) * unit];
  };
  const [y, y2] = span(block.rows, stage.rows.shown.length, top, height);
  const [x, x2] = span(block.columns, stage.columns.shown.length, left, width);
  context.fillStyle = inks.paper;
  context.globalAlpha = COVERED + 0.15;
  for (const [a, b, c, d] of [[left, top, left + width, y], [left, y2, left + width, top + height], [left, y, x, y2], [x2, y, left + width, y2]]) context.fillRect(a, b, c - a, d - b);
  context.globalAlpha = 1;
  context.strokeStyle = inks.accent;
  context.lineWidth = 2;
  context.strokeRect(x, y, x2 - x, y2 - y);
}

/** The name of the row or column that is pointed at, over the other names. */
function drawTag(context: CanvasRenderingContext2D, stage: MatrixStage, side: Side, which: number, ofRows: boolean, inks: MatrixInks): void {
  const { layout } = stage;
  const step = side.steps[which];
  const band = step && bandOf(side, which, ofRows ? layout.top : layout.left, ofRows ? layout.height : layout.width);
  if (!step || !band) return;
  const middle = band[0] + band[1] / 2;
  const lines = isTimeless(step.layer) ? [step.layer] : [step.layer, step.checkpoint];
  const [bold, plain] = [`600 ${NAMES}`, NAMES.replace("12px", "11px")];
  const high = lines.length === 2 ? 30 : 17;
  context.save();
  const room = layout.names + GAP - 2;
  context.textBaseline = "middle";
  context.font = bold;
  const name = shortened(context, step.layer, room - 4);
  let wide = context.measureText(name).width;
  context.font = plain;
  if (lines[1]) wide = Math.max(wide, context.measureText(lines[1]).width);
  wide += 8;
  const box = ofRows
    ? { x: layout.left - AWAY - STRIP - 2 - wide, y: Math.min(Math.max(0, middle - high / 2), layout.top + layout.height - high / 2) }
    : { x: Math.min(Math.max(0, middle - wide / 2), context.canvas.clientWidth - wide), y: layout.top - AWAY - STRIP - 4 - high };
  context.fillStyle = inks.paper;
  context.beginPath();
  context.roundRect(box.x - 2, box.y - 1, wide + 3, high + 2, 4);
  context.fill();
  context.strokeStyle = inks.hair;
  context.lineWidth = 1;
  context.stroke();
  context.textAlign = ofRows ? "right" : "center";
  const x = ofRows ? box.x + wide - 4 : box.x + wide / 2;
  context.fillStyle = inks.ink;
  context.font = bold;
  context.fillText(name, x, box.y + 9);
  context.font = plain;
  context.fillStyle = inks.soft;
  if (lines[1]) context.fillText(lines[1], x, box.y + 22);
  context.restore();
}
