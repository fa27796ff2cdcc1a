/** The area under the ROC curve of every unit for some samples against the rest, measured in the page. */

/** Samples whose number fits beside a float32 into 53 bits. */
const PACKED = 1 << 21;

/** Numbers whose ranks are kept: of such layers the next selection takes no sorting. */
const KEPT = 16_000_000;

/** Milliseconds of work between two answers to the person. */
const SLICE = 10;

/** (sample,): the rank of each value from 1, ties averaged. */
export function ranksOf(values: Float32Array, out: Float32Array = new Float32Array(values.length)): Float32Array {
  const order = orderOf(values);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end += 1;
    for (let i = start; i < end; i++) out[order[i]] = (start + end + 1) / 2;
    start = end;
  }
  return out;
}

/** The samples from the least to the largest value. */
export function orderOf(values: Float32Array): Uint32Array {
  const count = values.length;
  if (count > PACKED) return Uint32Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  // A typed array of numbers sorts fast, one of places by a function does not: value and place in one number.
  const bits = new Uint32Array(new Float32Array(values).buffer);
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const rising = values[i] === 0 ? 0x80000000 : bits[i] & 0x80000000 ? ~bits[i] >>> 0 : (bits[i] | 0x80000000) >>> 0;
    keys[i] = rising * PACKED + i;
  }
  keys.sort();
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = keys[i] % PACKED;
  return order;
}

export function column(activation: Float32Array, samples: number, units: number, unit: number): Float32Array {
  const values = new Float32Array(samples);
  for (let i = 0, at = unit; i < samples; i++, at += units) values[i] = activation[at];
  return values;
}

/** Measures one layer's units, selection after selection. */
export class Powers {
  private readonly kept: Float32Array | null;
  private readonly done: Uint8Array;
  private readonly scratch: Float32Array;

  constructor(
    private readonly activation: Float32Array,
    private readonly samples: number,
    private readonly units: number,
  ) {
    this.kept = samples * units <= KEPT ? new Float32Array(samples * units) : null;
    this.done = new Uint8Array(units);
    this.scratch = new Float32Array(samples);
  }

  /**
   * (unit,): the AUC for these samples against all others, or null where it is not wanted any more. It works in slices:
   * the page answers in between.
   */
  async of(selection: readonly number[], isWanted: () => boolean, tell: (share: number) => void): Promise<Float32Array | null> {
    const inside = selection.length;
    const outside = this.samples - inside;
    const found = new Float32Array(this.units).fill(Number.NaN);
    if (!inside || !outside) return found;
    let began = performance.now();
    for (let unit = 0; unit < this.units; unit++) {
      const ranks = this.ranks(unit);
      let sum = 0;
      for (let i = 0; i < inside; i++) sum += ranks[selection[i]];
      found[unit] = (sum - (inside * (inside + 1)) / 2) / (inside * outside);
      if (performance.now() - began > SLICE) {
        tell((unit + 1) / this.units);
        await new Promise((resolve) => setTimeout(resolve));
        if (!isWanted()) return null;
        began = performance.now();
      }
    }
    return found;
  }

  private ranks(unit: number): Float32Array {
    const { samples, kept } = this;
    const into = kept ? kept.subarray(unit * samples, (unit + 1) * samples) : this.scratch;
    if (!kept || !this.done[unit]) ranksOf(column(this.activation, samples, this.units, unit), into);
    this.done[unit] = 1;
    return into;
  }
}
