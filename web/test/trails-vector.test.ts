import { describe, expect, it } from "vitest";
import { piecesOf } from "../src/render/trails-vector";

/** Four steps, five points from each to the next. */
const times = Float32Array.from({ length: 16 }, (_, i) => i / 5);

describe("the pieces of trails in a picture of vectors", () => {
  it.each([0.3, 1, 1.9, 2.5, 3])("join without a gap up to %d", (now) => {
    const pieces = piecesOf(times, now);
    expect(pieces[0].from).toBe(0);
    pieces.slice(1).forEach((piece, i) => expect(piece.from).toBe(pieces[i].to));
    const last = pieces[pieces.length - 1].to;
    expect(times[last]).toBeGreaterThanOrEqual(now - 1e-6);
    expect(times[last - 1]).toBeLessThan(now);
    for (const { from, to, time } of pieces) {
      expect(to).toBeGreaterThan(from);
      expect(time).toBeGreaterThan(times[from]);
      expect(time).toBeLessThanOrEqual(now);
    }
  });

  it("end at every step, where the next stretch of all lies over this one", () => {
    const ends = piecesOf(times, 3).map(({ to }) => to);
    for (const step of [5, 10, 15]) expect(ends).toContain(step);
  });

  it("are as fine as colors can be told apart, and no finer than the points", () => {
    expect(piecesOf(times, 3).length).toBeGreaterThanOrEqual(15);
    expect(piecesOf(Float32Array.of(0, 1, 2), 2)).toHaveLength(2);
    expect(piecesOf(times, 0)).toHaveLength(0);
  });
});
