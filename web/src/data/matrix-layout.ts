/** Where the rows (or columns) of a matrix lie: in one of two orders, all of them or a part, and on the way from one to another. */

/** The places that are drawn, as they follow each other: in the given order, or as they are; of a part these alone. */
export function displayed(count: number, order: readonly number[] | null, part: readonly number[] | null): number[] {
  const all = order ? [...order] : Array.from({ length: count }, (_, i) => i);
  if (!part) return all;
  const kept = new Set(part);
  return all.filter((i) => kept.has(i));
}

/** Of each row: where it begins and how high it is, as shares of the whole. */
export interface Spans {
  readonly start: Float64Array;
  readonly size: Float64Array;
}

/** Those of the part are equally high and fill the whole; the others are nothing, where they lie between them. */
export function spansOf(count: number, order: readonly number[] | null, part: readonly number[] | null): Spans {
  const start = new Float64Array(count);
  const size = new Float64Array(count);
  const shown = displayed(count, order, part);
  const there = new Set(shown);
  const high = 1 / Math.max(1, shown.length);
  let before = 0;
  for (const i of order ?? Array.from({ length: count }, (_, k) => k)) {
    start[i] = before * high;
    if (!there.has(i)) continue;
    size[i] = high;
    before += 1;
  }
  return { start, size };
}

/** On the way from one arrangement to another. */
export function spansBetween(from: Spans, to: Spans, share: number): Spans {
  const mixed = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + share * (b[i] - value));
  return { start: mixed(from.start, to.start), size: mixed(from.size, to.size) };
}

/** The row at a share of the height; null outside. */
export function rowAt(shown: readonly number[], share: number): number | null {
  if (!(share >= 0 && share < 1) || !shown.length) return null;
  return shown[Math.min(shown.length - 1, Math.floor(share * shown.length))];
}

/** The rows between two places of the display, both included, whichever comes first. */
export function rowsBetween(shown: readonly number[], a: number, b: number): number[] {
  const [from, to] = a < b ? [a, b] : [b, a];
  return shown.slice(Math.max(0, from), to + 1).sort((x, y) => x - y);
}

/** Neighbors in the display that are of one layer. */
export interface Run {
  readonly name: string;
  /** Places in the display: the first, and the one behind the last. */
  readonly from: number;
  readonly to: number;
}

export function runsOf(shown: readonly number[], nameOf: (row: number) => string): Run[] {
  const runs: { name: string; from: number; to: number }[] = [];
  shown.forEach((row, place) => {
    const name = nameOf(row);
    const last = runs[runs.length - 1];
    if (last?.name === name) last.to = place + 1;
    else runs.push({ name, from: place, to: place + 1 });
  });
  return runs;
}

/** Which of some labels have room: the longest runs first, each `apart` from those that have their place already. */
export function labeled(runs: readonly Run[], unit: number, apart: number): Run[] {
  const middle = ({ from, to }: Run): number => ((from + to) / 2) * unit;
  const kept: Run[] = [];
  for (const run of [...runs].sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from)) {
    if (kept.every((other) => Math.abs(middle(other) - middle(run)) >= apart)) kept.push(run);
  }
  return kept.sort((a, b) => a.from - b.from);
}
