/** Sets of samples: lists of their numbers, ascending, each once. */

/** How a set joins the one that is there. */
export const COMBINATIONS = ["replace", "add", "subtract", "intersect"] as const;
export type Combination = (typeof COMBINATIONS)[number];

/** Some samples with those that are there; linear in the largest sample, for tens of thousands come at once. */
export function combined(there: readonly number[], samples: readonly number[], how: Combination): number[] {
  const size = 1 + Math.max(largest(there), largest(samples));
  return listed(combinedFlags(flagsOf(there, size), flagsOf(samples, size), how));
}

/** (sample,) of 0 and 1 each: the same of sets that are told by flags. */
export function combinedFlags(there: Uint8Array, samples: Uint8Array, how: Combination): Uint8Array {
  switch (how) {
    case "replace":
      return samples;
    case "add":
      return samples.map((one, i) => one | there[i]);
    case "subtract":
      return samples.map((one, i) => there[i] & (1 - one));
    case "intersect":
      return samples.map((one, i) => one & there[i]);
  }
}

/** Are these the same samples, in whichever order? */
export function isSame(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  const size = 1 + Math.max(largest(a), largest(b));
  const flags = flagsOf(a, size);
  return b.every((sample) => flags[sample] === 1) && listed(flags).length === listed(flagsOf(b, size)).length;
}

/** Samples whose number lies from the first to the second, both included. */
export interface InRange {
  readonly values: ArrayLike<number>;
  readonly range: readonly [number, number];
}

/** (sample,): 1 for those that pass a filter, are of the groups and in the range; null lets all pass. */
export function shownSamples(
  samples: number,
  filter: readonly number[] | null,
  groups: readonly number[] | null,
  of: ArrayLike<number> | null,
  inRange: InRange | null = null,
): Uint8Array {
  const shown = new Uint8Array(samples).fill(filter ? 0 : 1);
  for (const sample of filter ?? []) shown[sample] = 1;
  if (groups && of) {
    const wanted = new Set(groups);
    for (let i = 0; i < samples; i++) if (!wanted.has(of[i])) shown[i] = 0;
  }
  if (inRange) {
    const { values, range } = inRange;
    // What is no number is in no range.
    for (let i = 0; i < samples; i++) if (!(values[i] >= range[0] && values[i] <= range[1])) shown[i] = 0;
  }
  return shown;
}

/** How many are flagged. */
export function countOf(flags: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < flags.length; i++) count += flags[i];
  return count;
}

/** The numbers of those that are flagged. */
export function listed(flags: Uint8Array): number[] {
  const list: number[] = [];
  for (let i = 0; i < flags.length; i++) if (flags[i]) list.push(i);
  return list;
}

/** (sample,): 1 for those that are listed; what lies beyond `size` is left out. */
export function flagsOf(samples: readonly number[], size: number): Uint8Array {
  const flags = new Uint8Array(size);
  for (const sample of samples) flags[sample] = 1;
  return flags;
}

function largest(samples: readonly number[]): number {
  let largest = -1;
  for (const sample of samples) if (sample > largest) largest = sample;
  return largest;
}
