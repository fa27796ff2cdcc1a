/** Which trails are drawn, and after which others: a list of samples with their groups, in parts. */

import type { Part } from "./draw-order";

export interface TrailOrder {
  /** Sample and group of each trail that is drawn, one after another. */
  readonly list: Uint32Array<ArrayBuffer>;
  /** Those of the faded groups, the others, and on top what is selected. */
  readonly beneath: Part;
  readonly plain: Part;
  readonly selected: Part;
}

/** Far from every small ratio: samples that follow each other in the data come far apart in the order. */
const GOLDEN = 0.6180339887498949;

/**
 * Samples are often sorted by class: drawn in their order the last class would lie over all others. So they are taken at
 * steps of the golden ratio, which mixes every order and is the same each time.
 */
export function trailOrder(groups: Uint16Array, faded: Uint8Array, shown: Uint8Array, selected: Uint8Array): TrailOrder {
  const samples = groups.length;
  const stride = coprime(Math.max(1, Math.round(samples * GOLDEN)), samples);
  const parts: number[][] = [[], [], []];
  for (let i = 0, sample = 0; i < samples; i++, sample = (sample + stride) % samples) {
    if (shown[sample] !== 1) continue;
    parts[selected[sample] === 1 ? 2 : faded[groups[sample]] === 1 ? 0 : 1].push(sample);
  }
  const list = new Uint32Array(2 * (parts[0].length + parts[1].length + parts[2].length));
  let next = 0;
  const [beneath, plain, chosen] = parts.map((part): Part => {
    const first = next;
    for (const sample of part) {
      list[2 * next] = sample;
      list[2 * next + 1] = groups[sample];
      next += 1;
    }
    return { first, count: part.length };
  });
  return { list, beneath, plain, selected: chosen };
}

/** The least number from `from` on that has no factor in common with another. */
function coprime(from: number, other: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let number = from;
  while (other > 1 && divisor(number, other) !== 1) number += 1;
  return number;
}
