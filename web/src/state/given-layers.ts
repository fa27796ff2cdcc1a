/** The Layers view in an address: which similarity, in which order, and the part of it that is drawn. */

export interface GivenRange {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

export interface GivenLayers {
  readonly name: string;
  readonly order?: string;
  readonly range?: GivenRange | null;
}

/** Rows that a link names. */
const LONGEST = 100_000;

/** `3-17.20`: the numbers from 3 to 17, and 20. Ascending ones in, ascending ones out. */
export function runsText(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs[runs.length - 1];
    if (last && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(".");
}

export function runsFrom(text: string): number[] | null {
  if (!/^\d+(-\d+)?(\.\d+(-\d+)?)*$/.test(text)) return null;
  const numbers: number[] = [];
  for (const run of text.split(".")) {
    const [from, to = from] = run.split("-").map(Number);
    if (to < from || to > LONGEST || numbers.length + to - from > LONGEST) return null;
    for (let number = from; number <= to; number++) numbers.push(number);
  }
  return numbers;
}

export function layersText({ name, order, range }: GivenLayers): string {
  const part = range ? [runsText(range.rows), runsText(range.columns)] : [];
  return [encodeURIComponent(name), order ?? "", ...part].join(";");
}

export function layersFrom(text: string | null): GivenLayers | null {
  if (!text) return null;
  const [name, order, ...part] = text.split(";");
  const [rows, columns] = part.map(runsFrom);
  try {
    return { name: decodeURIComponent(name), ...(order && { order }), range: rows && columns ? { rows, columns } : null };
  } catch {
    return null; // no name that was encoded
  }
}
