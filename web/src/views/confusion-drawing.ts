/** Where the cells of a confusion matrix lie, and the drawing of them. */

import type { Cell, Confusion } from "../data/confusion";

export interface Layout {
  /** CSS pixels: of the whole, of the strips with the names (left and above), of a cell. */
  readonly side: number;
  readonly gutter: number;
  readonly cell: number;
  /** Whether the names are written. */
  readonly named: boolean;
}

/** Classes whose names are written. */
const NAMED = 12;
/** Cells that are so wide, in CSS pixels, have their counts written in. */
const COUNTED = 26;
/** Widths of the strips: that of names is as the longest name needs, up to a limit. */
const STRIP = 9;
const LONGEST = 62;
const LETTER = 6.2;

export function layoutOf(side: number, names: readonly string[]): Layout {
  const named = names.length <= NAMED;
  const longest = Math.max(1, ...names.map((name) => name.length));
  const gutter = named ? Math.round(Math.min(Math.max(LONGEST, 0.16 * side), 10 + LETTER * longest)) : STRIP;
  return { side, gutter, cell: (side - gutter) / Math.max(1, names.length), named };
}

/** What lies at a place: a cell, or in the strips a whole row or column; null in the corner and outside. */
export function cellAt({ side, gutter, cell }: Layout, classes: number, x: number, y: number): Cell | null {
  if (x < 0 || y < 0 || x >= side || y >= side) return null;
  const at = (place: number): number | null => (place < gutter ? null : Math.min(classes - 1, Math.floor((place - gutter) / cell)));
  const found = { label: at(y), prediction: at(x) };
  return found.label === null && found.prediction === null ? null : found;
}

export interface Inks {
  readonly ink: string;
  readonly soft: string;
  readonly paper: string;
  readonly hair: string;
  readonly accent: string;
  readonly warn: string;
}

/** Draw it: errors stand out, what is right is a shade of gray. */
export function drawConfusion(context: CanvasRenderingContext2D, layout: Layout, confusion: Confusion, names: readonly string[], pointed: Cell | null, inks: Inks): void {
  const { side, gutter, cell, named } = layout;
  const { classes, counts, worst } = confusion;
  const edge = (i: number): number => gutter + i * cell;
  context.clearRect(0, 0, side, side);
  let most = 1;
  for (let i = 0; i < classes; i++) most = Math.max(most, counts[i * (classes + 1)]);
  for (let row = 0; row < classes; row++) {
    for (let column = 0; column < classes; column++) {
      const count = counts[row * classes + column];
      if (!count) continue;
      const right = row === column;
      context.fillStyle = right ? inks.soft : inks.warn;
      // By area, not by number: one error among a thousand is still to be seen.
      context.globalAlpha = right ? 0.08 + 0.22 * (count / most) : 0.16 + 0.84 * Math.sqrt(count / Math.max(1, worst));
      context.fillRect(edge(column), edge(row), cell, cell);
    }
  }
  context.globalAlpha = 1;
  if (cell >= COUNTED) drawCounts(context, layout, confusion, inks);
  context.strokeStyle = inks.hair;
  context.lineWidth = 1;
  const lines = named ? Array.from({ length: classes + 1 }, (_, i) => i) : [0, classes];
  context.beginPath();
  for (const i of lines) {
    const place = Math.min(side - 0.5, Math.round(edge(i)) + 0.5);
    context.moveTo(gutter, place);
    context.lineTo(side, place);
    context.moveTo(place, gutter);
    context.lineTo(place, side);
  }
  context.stroke();
  if (named) drawNames(context, layout, names, pointed, inks);
  if (pointed) {
    context.strokeStyle = inks.accent;
    context.lineWidth = 2;
    const [left, top] = [pointed.prediction === null ? gutter : edge(pointed.prediction), pointed.label === null ? gutter : edge(pointed.label)];
    const [width, height] = [pointed.prediction === null ? side - gutter : cell, pointed.label === null ? side - gutter : cell];
    context.strokeRect(left + 1, top + 1, Math.max(1, width - 2), Math.max(1, height - 2));
  }
}

function drawCounts(context: CanvasRenderingContext2D, { gutter, cell }: Layout, { classes, counts, worst }: Confusion, inks: Inks): void {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `${Math.min(13, cell / 2.4)}px system-ui, sans-serif`;
  counts.forEach((count, i) => {
    if (!count) return;
    const [row, column] = [Math.floor(i / classes), i % classes];
    // Dark cells carry their numbers in the color of the paper.
    context.fillStyle = row === column ? inks.soft : count > worst / 3 ? inks.paper : inks.ink;
    context.fillText(count.toLocaleString("en-US"), gutter + (column + 0.5) * cell, gutter + (row + 0.5) * cell + 1);
  });
}

function drawNames(context: CanvasRenderingContext2D, { gutter, cell }: Layout, names: readonly string[], pointed: Cell | null, inks: Inks): void {
  const size = Math.min(12, Math.max(9, cell - 3));
  context.font = `${size}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  const short = (name: string): string => {
    if (context.measureText(name).width <= gutter - 6) return name;
    let cut = name;
    while (cut.length > 1 && context.measureText(`${cut}…`).width > gutter - 6) cut = cut.slice(0, -1);
    return `${cut}…`;
  };
  // Names that are wider than a cell stand upright above it.
  const upright = names.some((name) => context.measureText(name).width > cell - 2);
  names.forEach((name, i) => {
    const middle = gutter + (i + 0.5) * cell;
    context.fillStyle = pointed?.label === i ? inks.ink : inks.soft;
    context.textAlign = "right";
    context.fillText(short(name), gutter - 4, middle);
    context.fillStyle = pointed?.prediction === i ? inks.ink : inks.soft;
    if (upright) {
      context.save();
      context.translate(middle, gutter - 4);
      context.rotate(-Math.PI / 2);
      context.textAlign = "left";
      context.fillText(short(name), 0, 0);
      context.restore();
    } else {
      context.textAlign = "center";
      context.fillText(name, middle, gutter - 7);
    }
  });
}
