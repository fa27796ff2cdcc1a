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
  const grid = new Grid(crowd.room, most);
  const place = new Float64Array(2);
  const taken = new Set<number>();
  const consider = (sample: number, share: number): void => {
    if (taken.has(sample) || !locate(sample, place)) return;
    if (grid.add(sample, place[0], place[1], share)) taken.add(sample);
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
  private readonly heads = new Map<number, number>();

  constructor(
    private readonly room: Room,
    most: number,
  ) {
    this.chosen = new Uint32Array(most);
    this.x = new Float64Array(most);
    this.y = new Float64Array(most);
    this.next = new Int32Array(most);
  }

  /** Add a box unless it meets another, both made smaller to this share of their room. */
  add(sample: number, x: number, y: number, share: number): boolean {
    const { width, height } = this.room;
    const [column, row] = [Math.floor(x / width), Math.floor(y / height)];
    for (let c = column - 1; c <= column + 1; c++) {
      for (let r = row - 1; r <= row + 1; r++) {
        for (let i = this.heads.get(key(c, r)) ?? -1; i >= 0; i = this.next[i]) {
          if (Math.abs(this.x[i] - x) < share * width && Math.abs(this.y[i] - y) < share * height) return false;
        }
      }
    }
    const i = this.count++;
    this.chosen[i] = sample;
    this.x[i] = x;
    this.y[i] = y;
    this.next[i] = this.heads.get(key(column, row)) ?? -1;
    this.heads.set(key(column, row), i);
    return true;
  }
}

/** One number a cell; columns and rows of a stage are far from 2¹⁵. */
function key(column: number, row: number): number {
  return column * 65536 + row;
}
