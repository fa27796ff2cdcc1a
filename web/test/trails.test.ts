import { describe, expect, it } from "vitest";
import { trailOrder } from "../src/render/trail-order";
import { stretches } from "../src/render/trails-vector";
import { paced } from "../src/render/frame-budget";
import { toOklab } from "../src/theme/scales";
import { classColors, toRgb } from "../src/theme/palette";
import { SHADES, timeColor, timeColors } from "../src/theme/time-colors";
import { driftOf, extentOf, headsAt, largest, momentOf, nearestHead, nearestTrail, type Trails, wayOf, weightsOf } from "../src/tour/trails";

/** So many trails of random places; bundles are other random places. */
function made(samples: number, times: number[], seed = 1): Trails {
  let state = seed;
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const places = (): Int16Array => Int16Array.from({ length: samples * times.length * 2 }, () => Math.round((random() - 0.5) * 60000));
  return {
    samples,
    points: times.length,
    times: Float32Array.from(times),
    scale: [0.001, 0.002],
    raw: places(),
    class: places(),
    together: places(),
    classes: true,
    traveled: null,
    switches: null,
  };
}

const TIMES = [0, 0.5, 1, 1.25, 2];

/** By definition: the place of a point, and between two points the straight line. */
function placeAt(trails: Trails, sample: number, now: number, strength: number, together: number): [number, number] {
  const at = (point: number): [number, number] =>
    [0, 1].map((k) => {
      const i = 2 * (sample * trails.points + point) + k;
      const bundled = trails.class[i] + together * (trails.together[i] - trails.class[i]);
      return (trails.raw[i] + strength * (bundled - trails.raw[i])) * trails.scale[k];
    }) as [number, number];
  const times = [...trails.times];
  let after = times.findIndex((time) => time >= now);
  if (after < 0) after = times.length - 1;
  if (after === 0) return at(0);
  const [a, b] = [at(after - 1), at(after)];
  const share = Math.min(1, (now - times[after - 1]) / (times[after] - times[after - 1]));
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
}

describe("where a trail is", () => {
  it("finds the point before a time, and the share of the way to the next", () => {
    expect(momentOf(TIMES, -1)).toEqual({ point: 0, share: 0 });
    expect(momentOf(TIMES, 0.25)).toEqual({ point: 0, share: 0.5 });
    expect(momentOf(TIMES, 1)).toEqual({ point: 2, share: 0 });
    expect(momentOf(TIMES, 1.125)).toEqual({ point: 2, share: 0.5 });
    expect(momentOf(TIMES, 9)).toEqual({ point: 4, share: 0 });
  });

  it("has weights that add up to 1", () => {
    for (const strength of [0, 0.3, 1]) for (const together of [0, 0.4, 1]) expect(weightsOf({ strength, together }).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(weightsOf({ strength: 0, together: 0.7 })).toEqual([1, 0, 0]);
  });

  it("has heads on the straight line between two points, mixed from raw and bundled", () => {
    const trails = made(7, TIMES);
    for (const now of [0, 0.1, 0.5, 0.9, 1.2, 1.9, 2]) {
      for (const [strength, together] of [[0, 0], [1, 0], [1, 1], [0.4, 0.25]]) {
        const heads = headsAt(trails, now, { strength, together });
        for (let sample = 0; sample < trails.samples; sample++) {
          const [x, y] = placeAt(trails, sample, now, strength, together);
          expect(heads[2 * sample]).toBeCloseTo(x, 3);
          expect(heads[2 * sample + 1]).toBeCloseTo(y, 3);
        }
      }
    }
  });

  it("goes from the beginning to the head", () => {
    const trails = made(3, TIMES);
    const mix = { strength: 0.6, together: 0.3 };
    for (const now of [0, 0.6, 1, 2]) {
      const heads = headsAt(trails, now, mix);
      for (let sample = 0; sample < 3; sample++) {
        const way = wayOf(trails, sample, now, mix);
        expect(way[way.length - 2]).toBeCloseTo(heads[2 * sample], 4);
        expect(way[way.length - 1]).toBeCloseTo(heads[2 * sample + 1], 4);
        expect(way[0]).toBeCloseTo(placeAt(trails, sample, 0, 0.6, 0.3)[0], 3);
      }
    }
    expect(wayOf(trails, 0, 0, mix)).toHaveLength(2);
    expect(wayOf(trails, 0, 1.1, mix)).toHaveLength(2 * 4);
  });
});

describe("what is under the pointer", () => {
  const trails = made(40, TIMES, 5);
  const mix = { strength: 0.5, together: 0 };
  const shown = new Uint8Array(40).fill(1);

  /** By definition: the least distance of a place from the pieces of a trail. */
  function distance(sample: number, now: number, x: number, y: number): number {
    const way = wayOf(trails, sample, now, mix);
    let least = Math.hypot(way[0] - x, way[1] - y);
    for (let at = 2; at < way.length; at += 2) {
      for (let share = 0; share <= 1; share += 1 / 4096) {
        least = Math.min(least, Math.hypot(way[at - 2] + share * (way[at] - way[at - 2]) - x, way[at - 1] + share * (way[at + 1] - way[at - 1]) - y));
      }
    }
    return least;
  }

  it("is the trail whose line is nearest, up to now", () => {
    for (const now of [0.2, 1.1, 2]) {
      for (const [x, y] of [[0, 0], [10, -20], [-25, 40]]) {
        const hit = nearestTrail(trails, shown, now, mix, x, y, 100);
        const distances = Array.from(shown, (_, sample) => distance(sample, now, x, y));
        expect(hit?.distance).toBeCloseTo(Math.min(...distances), 1);
        expect(distances[hit?.sample ?? 0]).toBeCloseTo(Math.min(...distances), 1);
      }
    }
  });

  it("is nothing out of reach, and nothing that is not drawn", () => {
    expect(nearestTrail(trails, shown, 2, mix, 500, 500, 10)).toBeNull();
    const first = nearestTrail(trails, shown, 2, mix, 0, 0, 100);
    const others = shown.slice();
    others[first?.sample ?? 0] = 0;
    expect(nearestTrail(trails, others, 2, mix, 0, 0, 100)?.sample).not.toBe(first?.sample);
  });

  it("is the head that is nearest, of those drawn", () => {
    const heads = headsAt(trails, 1.3, mix);
    expect(nearestHead(heads, shown, heads[24], heads[25], 1)).toEqual({ sample: 12, distance: 0 });
    const others = shown.slice();
    others[12] = 0;
    expect(nearestHead(heads, others, heads[24], heads[25], 1e-3)).toBeNull();
  });
});

describe("what bundling moves", () => {
  it("is the farthest and the middle of the distances", () => {
    const trails = made(9, TIMES);
    const lengths: number[] = [];
    for (let i = 0; i < trails.raw.length; i += 2) {
      lengths.push(Math.hypot((trails.together[i] - trails.raw[i]) * 0.001, (trails.together[i + 1] - trails.raw[i + 1]) * 0.002));
    }
    lengths.sort((a, b) => a - b);
    const drift = driftOf(trails, "together");
    expect(drift.farthest).toBeCloseTo(lengths[lengths.length - 1], 4);
    expect(drift.median).toBeCloseTo(lengths[lengths.length >> 1], 4);
    expect(driftOf({ ...trails, class: trails.raw }, "class")).toEqual({ farthest: 0, median: 0 });
  });

  it("stays in the picture", () => {
    const trails = made(30, TIMES);
    const { middle, half } = extentOf(trails);
    for (const strength of [0, 0.5, 1]) {
      for (const now of [0, 0.7, 2]) {
        const heads = headsAt(trails, now, { strength, together: strength });
        heads.forEach((value, i) => expect(Math.abs(value - middle[i & 1])).toBeLessThanOrEqual(half[i & 1] + 1e-3));
      }
    }
  });
});

describe("the order of drawing", () => {
  const groups = Uint16Array.from({ length: 1000 }, (_, i) => Math.floor(i / 100));
  const faded = new Uint8Array(11);
  faded[3] = 1;
  const shown = Uint8Array.from({ length: 1000 }, (_, i) => (i % 5 ? 1 : 0));
  const selected = Uint8Array.from({ length: 1000 }, (_, i) => (i % 7 ? 0 : 1));
  const { list, beneath, plain, selected: top } = trailOrder(groups, faded, shown, selected);
  const samples = (part: { first: number; count: number }): number[] => Array.from({ length: part.count }, (_, i) => list[2 * (part.first + i)]);

  it("has every sample that is drawn once, in its part, with its group", () => {
    const all = [beneath, plain, top].flatMap(samples);
    expect(all.slice().sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i).filter((i) => shown[i]));
    expect(all).toHaveLength(list.length / 2);
    expect(samples(top).every((i) => selected[i] === 1)).toBe(true);
    expect(samples(beneath).every((i) => groups[i] === 3)).toBe(true);
    for (let i = 0; i < list.length; i += 2) expect(list[i + 1]).toBe(groups[list[i]]);
  });

  it("mixes groups that follow each other in the data: none lies over all others", () => {
    const last = samples(plain).slice(-100).map((i) => groups[i]);
    for (const group of [0, 1, 2, 4, 5, 6, 7, 8, 9]) expect(last.filter((g) => g === group).length).toBeLessThan(25);
  });

  it("goes stretch by stretch, each beginning where the one before ended", () => {
    const times = Float32Array.from({ length: 19 }, (_, i) => i / 6);
    expect(stretches(times, 18)).toEqual([[0, 6], [6, 12], [12, 18]]);
    expect(stretches(times, 8)).toEqual([[0, 6], [6, 8]]);
    expect(stretches(times, 0)).toEqual([]);
    expect(stretches([0, 1, 2], 2)).toEqual([[0, 1], [1, 2]]);
  });
});

describe("time as lightness", () => {
  it.each([false, true])("grows from dark to bright and keeps the hue, dark ground %s", (dark) => {
    for (const color of classColors(10)) {
      const shades = Array.from({ length: SHADES }, (_, i) => toOklab(timeColor(toRgb(color), i / (SHADES - 1), dark)));
      for (let i = 1; i < SHADES; i++) expect(shades[i][0]).toBeGreaterThan(shades[i - 1][0] - 0.004);
      expect(shades[SHADES - 1][0] - shades[0][0]).toBeGreaterThan(0.16);
      const hue = ([, a, b]: readonly number[]): number => Math.atan2(b, a);
      const [, a, b] = toOklab(toRgb(color));
      // The halfway shade, where no channel is cut off yet.
      if (Math.hypot(a, b) > 0.03) expect(Math.abs(Math.sin(hue(shades[SHADES >> 1]) - hue(toOklab(toRgb(color)))))).toBeLessThan(0.25);
    }
  });

  it.each([false, true])("ends in the color of the legend, dark ground %s", (dark) => {
    for (const color of [...classColors(20), "#000000", "#ffffff"]) timeColor(toRgb(color), 1, dark).forEach((byte, i) => expect(Math.abs(byte - toRgb(color)[i])).toBeLessThanOrEqual(1));
  });

  it("stands out from the ground at both ends", () => {
    for (const color of classColors(20)) {
      const lightness = (time: number, dark: boolean): number => toOklab(timeColor(toRgb(color), time, dark))[0];
      const near = toOklab([16, 18, 22])[0];
      expect(lightness(0, true) - near).toBeGreaterThan(0.13);
      expect(1 - lightness(1, false)).toBeGreaterThan(0.1);
    }
  });

  it("is a row of shades a group", () => {
    const bytes = timeColors(["#0072b2", "#e69f00"], false);
    expect(bytes).toHaveLength(2 * SHADES * 4);
    expect([...bytes.slice(4 * (2 * SHADES - 1), 4 * 2 * SHADES)]).toEqual([230, 159, 0, 255]);
  });
});

describe("who stands out", () => {
  it("has the largest first, of equal ones the earlier, and none of zero", () => {
    const values = [3, 9, 0, 9, 5, 1, 7];
    const shown = Uint8Array.from(values, () => 1);
    expect(largest(values, shown, 4)).toEqual([1, 3, 6, 4]);
    shown[1] = 0;
    expect(largest(values, shown, 10)).toEqual([3, 6, 4, 0, 5]);
  });
});

describe("the work of a frame", () => {
  it("grows in leaps until something was slow, then by little, and learns nothing from little", () => {
    expect(paced(80_000, false, 80_000, [4, 10])).toBe(320_000);
    expect(paced(80_000, true, 80_000, [4, 10])).toBe(100_000);
    expect(paced(80_000, false, 1_000, [4, 10])).toBe(80_000);
    expect(paced(800_000, true, 1_000, [30, 36])).toBe(800_000);
  });

  it("shrinks to what fits, but not to nothing", () => {
    expect(paced(800_000, false, 800_000, [160, 166])).toBe(200_000);
    expect(paced(800_000, true, 800_000, [60_000, 60_006])).toBe(20_000);
    expect(paced(100_000, true, 90_000, [30, 36])).toBe(100_000);
  });

  it("takes a page that was busy for no fault of the graphics card", () => {
    expect(paced(800_000, false, 800_000, [6, 900])).toBe(800_000);
  });
});
