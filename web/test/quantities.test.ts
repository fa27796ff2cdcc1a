import { describe, expect, it } from "vitest";
import { extentOf, histogram, lengthScale, lossScale, numberAt, positionOn, type Scale, scaleOf, SHARE, stepsOn, tickText, ticksOf, upToOne, written } from "../src/data/quantities";
import { asRange, rangeFrom, rangeGiven, rangeText } from "../src/state/given-range";

const log: Scale = { domain: [1e-4, 10], spacing: "log", diverging: false, share: false };

describe("a scale", () => {
  it("of what is 1 at best begins where nearly all of it does", () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => 0.83 + (0.17 * i) / 999);
    expect(upToOne(values).domain).toEqual([0.8, 1]);
    expect(upToOne(values.map((x, i) => (i === 0 ? -0.9 : x))).domain).toEqual([0.8, 1]);
    expect(upToOne(Float32Array.of(1, 1, Number.NaN)).domain).toEqual([0.95, 1]);
    expect(upToOne(Float32Array.of(Number.NaN)).domain).toEqual([0, 1]);
    expect(upToOne(Float32Array.of(-0.42, 0.3)).domain).toEqual([-0.45, 1]);
  });

  it("places numbers, and gives them back", () => {
    for (const scale of [SHARE, log, { ...SHARE, domain: [-3, 3] as const }]) {
      for (const place of [0, 0.1, 0.5, 0.77, 1]) expect(positionOn(scale, numberAt(scale, place))).toBeCloseTo(place, 12);
    }
    expect([positionOn(log, 0), positionOn(log, 1e9), positionOn(SHARE, -1)]).toEqual([0, 1, 0]);
    expect(positionOn(SHARE, Number.NaN)).toBeNaN();
  });

  it("has 256 steps, of which the last holds the end", () => {
    expect([...stepsOn(SHARE, Float32Array.of(0, 1 / 256, 0.999, 1, 2, Number.NaN))]).toEqual([0, 1, 255, 255, 255, 256]);
    expect(histogram(Uint16Array.of(0, 3, 4, 255, 256), 64)).toEqual([2, 1, ...new Array(61).fill(0), 1]);
  });

  it("has round ticks", () => {
    expect(ticksOf(SHARE)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(ticksOf(log).map((tick) => written(log, tick))).toEqual(["0.0001", "0.001", "0.01", "0.1", "1", "10"]);
    expect(ticksOf({ ...log, domain: [1e-12, 1e6] }).map((tick) => tickText(log, tick))).toEqual(["10⁻¹²", "10⁻⁸", "10⁻⁴", "1", "10⁴"]);
    expect([0.5, 1000].map((tick) => tickText(log, tick))).toEqual(["0.5", "1000"]);
    expect(ticksOf({ ...SHARE, domain: [1987, 2024] })).toEqual([1990, 2000, 2010, 2020]);
    for (let power = -8; power < 9; power++) {
      for (const factor of [1, 1.7, 3.3, 9.99]) {
        const scale = { ...SHARE, domain: [0, factor * 10 ** power] as const };
        const ticks = ticksOf(scale);
        expect(ticks.length).toBeGreaterThan(2);
        expect(ticks.length).toBeLessThan(7);
      }
    }
  });

  it("of losses is one for all checkpoints that are usual", () => {
    expect(lossScale(Float32Array.of(0, 2.3, 6.1)).domain).toEqual([1e-4, 10]);
    expect(lossScale(Float32Array.of(0.001)).domain).toEqual([1e-4, 10]);
    expect(lossScale(Float32Array.of(30, Number.NaN)).domain).toEqual([1e-4, 100]);
    expect(lossScale(new Float32Array(0)).domain).toEqual([1e-4, 10]);
  });

  it("is not stretched by a few", () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => (i === 7 ? 1000 : 1 + (i % 10) / 10));
    expect(lengthScale(values).domain[1]).toBeCloseTo(1.9, 5);
    expect(lengthScale(Float32Array.of(1, 2, 3)).domain).toEqual([0, 3]);
    expect(lengthScale(new Float32Array(5)).domain).toEqual([0, 1]);
  });

  it("of unknown numbers lies about zero, in powers, or from the least to the most", () => {
    expect(scaleOf(Float64Array.of(-2, 1, Number.NaN))).toMatchObject({ domain: [-2, 2], diverging: true });
    expect(scaleOf(Float64Array.of(0.01, 0.1, 1, 10, 5000))).toMatchObject({ spacing: "log", domain: [0.01, 1e4] });
    expect(scaleOf(Int32Array.of(20, 30, 70))).toMatchObject({ spacing: "linear", domain: [20, 70], diverging: false });
    expect(scaleOf(Int32Array.of(5, 5)).domain).toEqual([5, 10]);
    expect(scaleOf(Float32Array.of(Number.NaN)).domain).toEqual([0, 1]);
    expect(extentOf(Float32Array.of(Number.NaN, 2, Infinity))).toEqual({ least: 2, most: 2, count: 1 });
  });

  it("is written as a person does", () => {
    const plain = { share: false };
    expect([0, 1.23456, 1998, 123456, 2.5e-7, -0.004, 3e9].map((n) => written(plain, n))).toEqual(["0", "1.23", "1998", "123,456", "2.5e-7", "-0.004", "3.0e9"]);
    expect([0.5, 0.9997, 1].map((n) => written({ share: true }, n))).toEqual(["50%", "99.97%", "100%"]);
    expect(written(plain, Number.NaN)).toBe("none");
  });
});

describe("a range in JSON and in addresses", () => {
  it("goes there and back", () => {
    for (const range of [[0.25, 0.5], [null, 3], [-2, null]] as const) {
      const inside = asRange(range);
      expect(inside && rangeGiven(inside)).toEqual(range);
      expect(rangeFrom(rangeText(range))).toEqual(range);
    }
  });

  it("is none where it makes no sense", () => {
    for (const wrong of ["a", [1], [2, 1], [Number.NaN, 1], ["1", 2], { 0: 1, 1: 2 }]) expect(asRange(wrong)).toBeUndefined();
    for (const wrong of ["", "_", "a_b", "3_1"]) expect(rangeFrom(wrong)).toBeNull();
  });
});
