/**
 * Regions that a person draws on the stage, and which samples lie in them. Everything is in CSS pixels of the stage, y down.
 *
 * A lasso takes what its line goes around, however often and in whichever direction: the winding number is not zero (the
 * nonzero rule). So both lobes of an eight are taken, and what is circled twice is not lost. A straight line closes it. What
 * lies on the line belongs to it, as do the edges of a rectangle. Nothing beyond the stage's edges is taken: nobody saw it.
 */

export interface Lasso {
  readonly kind: "lasso";
  /** x, y of each place, one after another. */
  readonly path: readonly number[];
}

/** From one corner to the opposite one. */
export interface Rectangle {
  readonly kind: "rectangle";
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

/** What a disk passes over. */
export interface Stroke {
  readonly kind: "stroke";
  readonly path: readonly number[];
  readonly radius: number;
}

export type Region = Lasso | Rectangle | Stroke;

/** The samples where the stage has drawn them. */
export interface Placed {
  /** Fitted x, y of each; y up. */
  readonly positions: Float32Array;
  /** (sample,): 1 for those that are drawn. */
  readonly shown: Uint8Array;
  /** CSS pixels of one fitted unit, and of where zero lies. */
  readonly scale: number;
  readonly x: number;
  readonly y: number;
  /** Of the stage. */
  readonly width: number;
  readonly height: number;
}

/** (sample,): 1 for the shown samples in a region. */
export function samplesIn(region: Region, placed: Placed): Uint8Array {
  const taken = new Uint8Array(placed.shown.length);
  if (region.kind === "lasso") takeLasso(taken, region.path, placed);
  else if (region.kind === "rectangle") takeRectangle(taken, region, placed);
  else takeStroke(taken, region.path, region.radius, placed);
  return taken;
}

export function boxOf({ from, to }: Rectangle): { x: number; y: number; width: number; height: number } {
  return { x: Math.min(from[0], to[0]), y: Math.min(from[1], to[1]), width: Math.abs(to[0] - from[0]), height: Math.abs(to[1] - from[1]) };
}

function takeRectangle(taken: Uint8Array, rectangle: Rectangle, { positions, shown, scale, x, y, width, height }: Placed): void {
  const box = boxOf(rectangle);
  const [left, right] = [Math.max(0, box.x), Math.min(width, box.x + box.width)];
  const [top, bottom] = [Math.max(0, box.y), Math.min(height, box.y + box.height)];
  for (let i = 0; i < shown.length; i++) {
    const px = x + scale * positions[2 * i];
    const py = y - scale * positions[2 * i + 1];
    if (px >= left && px <= right && py >= top && py <= bottom && shown[i] === 1) taken[i] = 1;
  }
}

/** Take what a disk passes over on its way along a path, beside what is taken already. */
export function takeStroke(taken: Uint8Array, path: readonly number[], radius: number, { positions, shown, scale, x, y, width, height }: Placed): void {
  const reach = radius * radius;
  for (let at = 0; at < path.length; at += 2) {
    // From the place before; a single one is a way of no length.
    const [x1, y1] = [path[at], path[at + 1]];
    const [x0, y0] = at === 0 ? [x1, y1] : [path[at - 2], path[at - 1]];
    if (at === 0 && path.length > 2) continue;
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = dx * dx + dy * dy;
    for (let i = 0; i < shown.length; i++) {
      if (taken[i] || shown[i] !== 1) continue;
      const px = x + scale * positions[2 * i];
      const py = y - scale * positions[2 * i + 1];
      if (px < 0 || py < 0 || px > width || py > height) continue;
      const along = length > 0 ? Math.min(1, Math.max(0, ((px - x0) * dx + (py - y0) * dy) / length)) : 0;
      const offX = px - x0 - along * dx;
      const offY = py - y0 - along * dy;
      if (offX * offX + offY * offY <= reach) taken[i] = 1;
    }
  }
}

/** Cells of a lasso's mask that its line goes through: what lies in one is looked at by itself. */
const EDGE = 2;

/**
 * A raster of one cell a CSS pixel says of most samples whether they are inside; those in a cell of the line itself are
 * compared with each piece of it. So the answer is exact, and a million samples are no more work than some passes over them.
 */
function takeLasso(taken: Uint8Array, path: readonly number[], { positions, shown, scale, x, y, width, height }: Placed): void {
  const mask = maskOf(path, width, height);
  if (!mask) return;
  const { cells, columns, rows, left, top } = mask;
  for (let i = 0; i < shown.length; i++) {
    const px = x + scale * positions[2 * i];
    const py = y - scale * positions[2 * i + 1];
    const column = Math.floor(px) - left;
    const row = Math.floor(py) - top;
    if (column < 0 || row < 0 || column >= columns || row >= rows || px > width || py > height) continue;
    const cell = cells[row * columns + column];
    if (cell !== 0 && shown[i] === 1 && (cell !== EDGE || isAround(path, px, py))) taken[i] = 1;
  }
}

interface Mask {
  readonly cells: Uint8Array;
  readonly columns: number;
  readonly rows: number;
  readonly left: number;
  readonly top: number;
}

function maskOf(path: readonly number[], width: number, height: number): Mask | null {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let at = 0; at < path.length; at += 2) {
    left = Math.min(left, path[at]);
    right = Math.max(right, path[at]);
    top = Math.min(top, path[at + 1]);
    bottom = Math.max(bottom, path[at + 1]);
  }
  left = Math.max(0, Math.floor(left));
  top = Math.max(0, Math.floor(top));
  const columns = Math.floor(Math.min(width, right)) + 1 - left;
  const rows = Math.floor(Math.min(height, bottom)) + 1 - top;
  if (columns <= 0 || rows <= 0) return null;
  const cells = new Uint8Array(columns * rows);
  fill(cells, path, columns, rows, left, top);
  markEdges(cells, path, columns, rows, left, top);
  return { cells, columns, rows, left, top };
}

/** Mark the cells whose middle is inside: each piece counts where it crosses the middle of a row, and sums along rows do the rest. */
function fill(cells: Uint8Array, path: readonly number[], columns: number, rows: number, left: number, top: number): void {
  const turns = new Int16Array(columns * rows);
  eachPiece(path, (x0, y0, x1, y1) => {
    const down = y1 > y0;
    const [high, low] = down ? [y0, y1] : [y1, y0];
    const last = Math.min(rows - 1, Math.ceil(low - top - 0.5) - 1);
    for (let row = Math.max(0, Math.ceil(high - top - 0.5)); row <= last; row++) {
      const crossing = x0 + ((top + row + 0.5 - y0) * (x1 - x0)) / (y1 - y0);
      const column = Math.max(0, Math.ceil(crossing - left - 0.5));
      if (column < columns) turns[row * columns + column] += down ? 1 : -1;
    }
  });
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0, winding = 0; column < columns; column++, at++) {
      winding += turns[at];
      if (winding !== 0) cells[at] = 1;
    }
  }
}

function markEdges(cells: Uint8Array, path: readonly number[], columns: number, rows: number, left: number, top: number): void {
  eachPiece(path, (x0, y0, x1, y1) => {
    const first = Math.max(0, Math.floor(Math.min(y0, y1)) - top);
    const last = Math.min(rows - 1, Math.floor(Math.max(y0, y1)) - top);
    for (let row = first; row <= last; row++) {
      // The part of the piece in this row of cells.
      const a = y0 === y1 ? x0 : atHeight(Math.min(Math.max(top + row, Math.min(y0, y1)), Math.max(y0, y1)));
      const b = y0 === y1 ? x1 : atHeight(Math.min(Math.max(top + row + 1, Math.min(y0, y1)), Math.max(y0, y1)));
      const from = Math.max(0, Math.floor(Math.min(a, b)) - left);
      const to = Math.min(columns - 1, Math.floor(Math.max(a, b)) - left);
      for (let column = from; column <= to; column++) cells[row * columns + column] = EDGE;
    }
    function atHeight(y: number): number {
      return x0 + ((y - y0) * (x1 - x0)) / (y1 - y0);
    }
  });
}

/** Does a closed path go around a place, or through it? */
export function isAround(path: readonly number[], px: number, py: number): boolean {
  let winding = 0;
  let through = false;
  eachPiece(path, (x0, y0, x1, y1) => {
    const side = (x1 - x0) * (py - y0) - (px - x0) * (y1 - y0);
    if (side === 0 && px >= Math.min(x0, x1) && px <= Math.max(x0, x1) && py >= Math.min(y0, y1) && py <= Math.max(y0, y1)) through = true;
    if (y0 <= py && y1 > py && side < 0) winding += 1;
    else if (y1 <= py && y0 > py && side > 0) winding -= 1;
  });
  return through || winding !== 0;
}

/** Each straight piece of a closed path, the closing one too. */
function eachPiece(path: readonly number[], each: (x0: number, y0: number, x1: number, y1: number) => void): void {
  const end = path.length - 2;
  for (let at = 0; at <= end; at += 2) {
    const next = at === end ? 0 : at + 2;
    each(path[at], path[at + 1], path[next], path[next + 1]);
  }
}
