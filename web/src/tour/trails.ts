/**
 * The mathematics of trails: where a sample is at a time, between the place it really has and the one it was bundled to;
 * and which trail is under the pointer. Lengths are in units of the picture, y up, unless they say pixels.
 */

/** How trails are bundled: those of a class with each other, or all together. */
export const BUNDLINGS = ["class", "together"] as const;
export type Bundling = (typeof BUNDLINGS)[number];

/** N trails of P points each. A place is int16 · scale. */
export interface Trails {
  readonly samples: number;
  readonly points: number;
  /** (point,): place of each point among the steps, ascending from 0. */
  readonly times: Float32Array;
  readonly scale: readonly [number, number];
  /** (sample, point, 2) each. */
  readonly raw: Int16Array;
  readonly class: Int16Array;
  readonly together: Int16Array;
  /** Are the bundles by class others than those of all together? */
  readonly classes: boolean;
  /** (sample,): the length of each trail, and how often its cluster changed. */
  readonly traveled: Float32Array | null;
  readonly switches: Int32Array | null;
}

/** How trails are drawn: 0 to 1 from raw to bundled, and 0 to 1 from by class to together. */
export interface Mix {
  readonly strength: number;
  readonly together: number;
}

/** Where a time lies: the last point before it or at it, and the share of the way to the next. */
export interface Moment {
  readonly point: number;
  readonly share: number;
}

export function momentOf(times: ArrayLike<number>, now: number): Moment {
  const last = times.length - 1;
  if (!(now > times[0])) return { point: 0, share: 0 };
  if (now >= times[last]) return { point: last, share: 0 };
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= now) low = middle;
    else high = middle;
  }
  return { point: low, share: (now - times[low]) / (times[high] - times[low]) };
}

/** The weights of raw, of bundled by class and of bundled together: they add up to 1. */
export function weightsOf({ strength, together }: Mix): readonly [number, number, number] {
  return [1 - strength, strength * (1 - together), strength * together];
}

/** (sample, 2): where all samples are at a time. */
export function headsAt(trails: Trails, now: number, mix: Mix, into = new Float32Array(2 * trails.samples)): Float32Array {
  const { samples, points, times, raw, scale } = trails;
  const { point, share } = momentOf(times, now);
  const [own, byClass, together] = weightsOf(mix);
  const step = share > 0 ? 2 : 0;
  for (let i = 0; i < samples; i++) {
    const at = 2 * (i * points + point);
    for (let k = 0; k < 2; k++) {
      const here = own * raw[at + k] + byClass * trails.class[at + k] + together * trails.together[at + k];
      const next = own * raw[at + step + k] + byClass * trails.class[at + step + k] + together * trails.together[at + step + k];
      into[2 * i + k] = (here + share * (next - here)) * scale[k];
    }
  }
  return into;
}

/** (point, 2): the way of one sample up to a time, its place then included. */
export function wayOf(trails: Trails, sample: number, now: number, mix: Mix): Float32Array {
  const { points, times, raw, scale } = trails;
  const { point, share } = momentOf(times, now);
  const [own, byClass, together] = weightsOf(mix);
  const count = point + 1 + (share > 0 ? 1 : 0);
  const way = new Float32Array(2 * count);
  for (let j = 0; j < 2 * count; j++) {
    const at = 2 * sample * points + j;
    way[j] = (own * raw[at] + byClass * trails.class[at] + together * trails.together[at]) * scale[j & 1];
  }
  if (share > 0) {
    for (let k = 0; k < 2; k++) way[2 * point + 2 + k] = way[2 * point + k] + share * (way[2 * point + 2 + k] - way[2 * point + k]);
  }
  return way;
}

/** What the picture reaches over, raw: its middle, and half its width and height. */
export interface Extent {
  readonly middle: readonly [number, number];
  readonly half: readonly [number, number];
}

export function extentOf({ raw, class: byClass, together, scale }: Trails): Extent {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const places of [raw, byClass, together]) {
    for (let at = 0; at < places.length; at += 2) {
      const [x, y] = [places[at], places[at + 1]];
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < low) low = y;
      if (y > high) high = y;
    }
  }
  const reach = (a: number, b: number, unit: number): number => Math.max(1e-6, ((b - a) / 2) * unit);
  return {
    middle: [((left + right) / 2) * scale[0], ((low + high) / 2) * scale[1]],
    half: [reach(left, right, scale[0]), reach(low, high, scale[1])],
  };
}

/** How far bundling draws points from their places: the farthest, and the middle one of all. */
export interface Drift {
  readonly farthest: number;
  readonly median: number;
}

/** Distances that are sorted for the middle one: of more, so many are taken from all over. */
const SORTED = 20_000;

/** At full strength; a weaker one is that share of it. */
export function driftOf(trails: Trails, bundling: Bundling): Drift {
  const { raw, scale } = trails;
  const bundled = trails[bundling];
  const count = raw.length / 2;
  // Odd, so that it does not fall in step with the points of the trails.
  const stride = Math.floor(count / SORTED) | 1;
  const some = new Float32Array(Math.ceil(count / stride));
  let farthest = 0;
  for (let i = 0; i < count; i++) {
    const [x, y] = [(bundled[2 * i] - raw[2 * i]) * scale[0], (bundled[2 * i + 1] - raw[2 * i + 1]) * scale[1]];
    const length = Math.sqrt(x * x + y * y);
    if (length > farthest) farthest = length;
    if (i % stride === 0) some[i / stride] = length;
  }
  some.sort();
  return { farthest, median: some[some.length >> 1] ?? 0 };
}

/** A trail that was found, and how far it is. */
export interface Hit {
  readonly sample: number;
  readonly distance: number;
}

/** The nearest of some places within a reach. */
export function nearestHead(heads: Float32Array, shown: Uint8Array, x: number, y: number, reach: number): Hit | null {
  let best = -1;
  let closest = reach * reach;
  for (let i = 0; i < shown.length; i++) {
    const distance = (heads[2 * i] - x) ** 2 + (heads[2 * i + 1] - y) ** 2;
    if (distance <= closest && shown[i] === 1) {
      closest = distance;
      best = i;
    }
  }
  return best < 0 ? null : { sample: best, distance: Math.sqrt(closest) };
}

/** The nearest trail within a reach, as it is drawn up to a time. */
export function nearestTrail(trails: Trails, shown: Uint8Array, now: number, mix: Mix, x: number, y: number, reach: number): Hit | null {
  const { samples, points, times, raw, class: byClass, together, scale } = trails;
  const { point, share } = momentOf(times, now);
  const [own, ofClass, ofAll] = weightsOf(mix);
  const last = point + (share > 0 ? 1 : 0);
  let best = -1;
  let closest = reach * reach;
  for (let i = 0; i < samples; i++) {
    if (shown[i] !== 1) continue;
    let [ax, ay] = [0, 0];
    for (let j = 0; j <= last; j++) {
      const at = 2 * (i * points + j);
      let bx = (own * raw[at] + ofClass * byClass[at] + ofAll * together[at]) * scale[0];
      let by = (own * raw[at + 1] + ofClass * byClass[at + 1] + ofAll * together[at + 1]) * scale[1];
      if (j > point) {
        bx = ax + share * (bx - ax);
        by = ay + share * (by - ay);
      }
      if (j > 0) {
        const [dx, dy] = [bx - ax, by - ay];
        const length = dx * dx + dy * dy;
        const along = length > 0 ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
        const distance = (ax + along * dx - x) ** 2 + (ay + along * dy - y) ** 2;
        if (distance <= closest) {
          closest = distance;
          best = i;
        }
      }
      ax = bx;
      ay = by;
    }
  }
  return best < 0 ? null : { sample: best, distance: Math.sqrt(closest) };
}

/** The samples with the largest values among those that are shown, the largest first; of equal ones the earlier. */
export function largest(values: ArrayLike<number>, shown: Uint8Array, count: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < shown.length; i++) {
    if (shown[i] !== 1 || !(values[i] > 0)) continue;
    if (found.length === count && !(values[i] > values[found[count - 1]])) continue;
    let at = found.length;
    while (at > 0 && values[found[at - 1]] < values[i]) at--;
    found.splice(at, 0, i);
    if (found.length > count) found.pop();
  }
  return found;
}
