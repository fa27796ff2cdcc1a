/**
 * Which samples have room for a picture, so that pictures don't cover each other: greedily in a fixed order, with a grid
 * to look around in. The order is the same at every thinning, so that the same samples keep their pictures.
 */

/** A box around each sample's place, in the units of the places. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

export interface Crowd {
  readonly samples: number;
  /** Writes a sample's place (x, y) to `place`; false where it can have no picture. */
  readonly locate: (sample: number, place: Float64Array) => boolean;
  /** Those that come first. */
  readonly first: readonly number[];
  readonly room: Room;
  /** From 0 to its width and height most places are; the search is quick there. */
  readonly stage: Room;
  /** How many at most. */
  readonly most: number;
  /** How many samples are looked at, in the fixed order; all of them for a picture at rest. */
  readonly looked: number;
}

/** Of all steps through the samples the golden ratio's share of them goes most evenly over the data, sorted or not. */
const GOLDEN = 0.6180339887498949;

/** The step of the fixed order: sample k is (k · step) mod n, which goes over all of them, and evenly over each part. */
export function stride(samples: number): number {
  let step = Math.max(1, Math.round(samples * GOLDEN));
  while (greatestDivisor(step, samples) !== 1) step += 1;
  return step;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/**
 * Samples to be drawn as pictures, those that come first at the beginning. `kept`: those that are so already and stay while
 * they keep the share `keptRoom` of their room among themselves: else pictures would flicker on the move.
 */
export function thinned(crowd: Crowd, kept: ArrayLike<number> = [], keptRoom = 1): Uint32Array {
  const { samples, first, most, locate } = crowd;
  const grid = new Grid(crowd.room, crowd.stage, most);
  const place = new Float64Array(2);
  const consider = (sample: number, share: number): void => {
    // One that was added already lies in its own way.
    if (locate(sample, place)) grid.add(sample, place[0], place[1], share);
  };
  for (let i = 0; i < kept.length && grid.count < most; i++) consider(kept[i], keptRoom);
  for (let i = 0; i < first.length && grid.count < most; i++) consider(first[i], 1);
  const step = stride(samples);
  const looked = Math.min(samples, crowd.looked);
  for (let k = 0, sample = 0; k < looked && grid.count < most; k++) {
    consider(sample, 1);
    sample += step;
    if (sample >= samples) sample -= samples;
  }
  return grid.chosen.slice(0, grid.count);
}

/** Boxes by where they lie: one cell is as large as a box, so that only the cells around can hold one that is met. */
class Grid {
  readonly chosen: Uint32Array;
  count = 0;
  private readonly x: Float64Array;
  private readonly y: Float64Array;
  private readonly next: Int32Array;
  private readonly columns: number;
  private readonly rows: number;
  private readonly heads: Int32Array;

  constructor(
    private readonly room: Room,
    stage: Room,
    most: number,
  ) {
    // A margin all around, so that every cell has neighbors. What lies farther out is kept in the margin.
    this.columns = Math.ceil(stage.width / room.width) + 3;
    this.rows = Math.ceil(stage.height / room.height) + 3;
    this.heads = new Int32Array(this.columns * this.rows).fill(-1);
    this.chosen = new Uint32Array(most);
    this.x = new Float64Array(most);
    this.y = new Float64Array(most);
    this.next = new Int32Array(most);
  }

  /** Add a box unless it meets another, both made smaller to this share of their room. */
  add(sample: number, x: number, y: number, share: number): void {
    const { columns, rows, heads, next } = this;
    const [width, height] = [share * this.room.width, share * this.room.height];
    const column = Math.min(columns - 2, Math.max(1, Math.floor(x / this.room.width) + 1));
    const row = Math.min(rows - 2, Math.max(1, Math.floor(y / this.room.height) + 1));
    for (let c = column - 1; c <= column + 1; c++) {
      for (let r = row - 1; r <= row + 1; r++) {
        for (let i = heads[c * rows + r]; i >= 0; i = next[i]) {
          if (Math.abs(this.x[i] - x) < width && Math.abs(this.y[i] - y) < height) return;
        }
      }
    }
    const i = this.count++;
    this.chosen[i] = sample;
    this.x[i] = x;
    this.y[i] = y;
    next[i] = heads[column * rows + row];
    heads[column * rows + row] = i;
  }
}
