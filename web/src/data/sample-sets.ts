/** Sets of samples: lists of their numbers, ascending, each once. */

/** How a set joins the one that is there. */
export const COMBINATIONS = ["replace", "add", "subtract", "intersect"] as const;
export type Combination = (typeof COMBINATIONS)[number];

/** Some samples with those that are there; linear in the largest sample, for tens of thousands come at once. */
export function combined(there: readonly number[], samples: readonly number[], how: Combination): number[] {
  const size = 1 + Math.max(largest(there), largest(samples));
  const now = flags(samples, size);
  if (how === "replace") return listed(now);
  const before = flags(there, size);
  for (let i = 0; i < size; i++) {
    if (how === "add") now[i] |= before[i];
    else if (how === "subtract") now[i] = before[i] & (1 - now[i]);
    else now[i] &= before[i];
  }
  return listed(now);
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

/** The numbers of those that are flagged. */
export function listed(flags: Uint8Array): number[] {
  const list: number[] = [];
  for (let i = 0; i < flags.length; i++) if (flags[i]) list.push(i);
  return list;
}

function flags(samples: readonly number[], size: number): Uint8Array {
  const flags = new Uint8Array(size);
  for (const sample of samples) flags[sample] = 1;
  return flags;
}

function largest(samples: readonly number[]): number {
  let largest = -1;
  for (const sample of samples) if (sample > largest) largest = sample;
  return largest;
}
