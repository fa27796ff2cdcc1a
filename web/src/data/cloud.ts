/** Distances in the coordinates that are on the stage: all their dimensions, not the two of the picture. */

import type { StepData } from "../tour/fit";

/** The nearest of a sample: others, nearest first; of the same distance the one with the lower number. */
export function nearestOf({ screen, scale, dims, samples }: StepData, sample: number, k: number): number[] {
  const own = sample * dims;
  return smallest(samples, Math.min(k, samples - 1), (i) => {
    if (i === sample) return Infinity;
    let sum = 0;
    for (let d = 0, at = i * dims; d < dims; d++) {
      const difference = (screen[at + d] - screen[own + d]) * scale[d];
      sum += difference * difference;
    }
    return sum;
  });
}

/** Those nearest to the members' centroid, and those farthest from it: the most typical, and the most odd first. */
export function typicalAndOdd({ screen, scale, dims }: StepData, members: readonly number[], count: number): { typical: number[]; odd: number[] } {
  const center = new Float64Array(dims);
  for (const sample of members) for (let d = 0, at = sample * dims; d < dims; d++) center[d] += screen[at + d];
  for (let d = 0; d < dims; d++) center[d] /= members.length;
  const distances = Float64Array.from(members, (sample) => {
    let sum = 0;
    for (let d = 0, at = sample * dims; d < dims; d++) {
      const difference = (screen[at + d] - center[d]) * scale[d];
      sum += difference * difference;
    }
    return sum;
  });
  const typical = smallest(members.length, count, (i) => distances[i]);
  const odd = smallest(members.length, count, (i) => -distances[i]);
  return { typical: typical.map((i) => members[i]), odd: odd.map((i) => members[i]) };
}

/** The places of the smallest values, smallest first: a short list is kept sorted while all are gone through once. */
function smallest(count: number, k: number, value: (i: number) => number): number[] {
  const kept: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < count; i++) {
    const found = value(i);
    if (kept.length === k && !(found < values[k - 1])) continue;
    let place = Math.min(kept.length, k - 1);
    while (place > 0 && values[place - 1] > found) {
      if (place < k) {
        kept[place] = kept[place - 1];
        values[place] = values[place - 1];
      }
      place -= 1;
    }
    kept[place] = i;
    values[place] = found;
  }
  return kept;
}
