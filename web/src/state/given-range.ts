/** A range of numbers as it is told in JSON and in addresses, where nothing is infinite: null leaves an end open. */

export type GivenRange = [number | null, number | null] | null;

/** The range that is told; undefined where it is none. */
export function asRange(value: unknown): readonly [number, number] | null | undefined {
  if (value === null) return null;
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  if (!value.every((end) => end === null || (typeof end === "number" && Number.isFinite(end)))) return undefined;
  const [least, most] = [value[0] ?? -Infinity, value[1] ?? Infinity] as [number, number];
  if (least > most) return undefined;
  return least === -Infinity && most === Infinity ? null : [least, most];
}

export function rangeGiven(range: readonly [number, number] | null): GivenRange {
  return range && [Number.isFinite(range[0]) ? range[0] : null, Number.isFinite(range[1]) ? range[1] : null];
}

/** As in an address: `0.2_0.8`, `_0.5`. */
export function rangeText([least, most]: readonly [number | null, number | null]): string {
  return `${least ?? ""}_${most ?? ""}`;
}

export function rangeFrom(text: string): GivenRange {
  const ends = text.split("_").map((end) => (end === "" ? null : Number(end)));
  const range = asRange(ends);
  return range ? rangeGiven(range) : null;
}
