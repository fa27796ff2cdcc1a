/** Where the parts of the drawn matrix lie in its box, in CSS pixels: names, cells, trees. */

export interface MatrixLayout {
  /** The cells. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The widths of the names on the left and above. */
  readonly names: number;
  /** How far the trees reach: of the rows to the right, of the columns below. */
  readonly rowTree: number;
  readonly columnTree: number;
}

/** Between a name and the strip of the checkpoints, its width, and from there to the cells. */
export const GAP = 6;
export const STRIP = 4;
export const AWAY = 3;
/** From the cells to a tree. */
export const TO_TREE = 6;
/** Room below the cells for the frame of a chosen one. */
const RIM = 7;
/** How many times as long as wide a cell may be where rows and columns are not of one model. */
const LONGEST_CELL = 2;

export function layoutOf(box: { width: number; height: number }, longestName: number, rows: number, columns: number, symmetric: boolean): MatrixLayout {
  const small = box.width < 420;
  const names = Math.ceil(Math.min(longestName, small ? 74 : 118));
  const gutter = names + GAP + STRIP + AWAY;
  const rowTree = small ? 30 : Math.min(84, Math.max(44, Math.round(0.12 * box.width)));
  const columnTree = symmetric ? 0 : Math.round(0.75 * rowTree);
  const [wide, high] = [box.width - gutter - rowTree - TO_TREE - 2, box.height - gutter - columnTree - (columnTree ? TO_TREE : RIM)].map((side) => Math.max(40, side));
  const unit = Math.min(wide / Math.max(1, columns), high / Math.max(1, rows));
  const [width, height] = symmetric ? [Math.min(wide, high), Math.min(wide, high)] : [Math.min(wide, LONGEST_CELL * unit * columns), Math.min(high, LONGEST_CELL * unit * rows)];
  return { left: gutter, top: gutter, width: Math.floor(width), height: Math.floor(height), names, rowTree, columnTree };
}
