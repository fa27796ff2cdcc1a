import { describe, expect, it } from "vitest";
import { displayed, labeled, rowAt, rowsBetween, runsOf, spansBetween, spansOf } from "../src/data/matrix-layout";
import { layoutOf } from "../src/render/matrix-layout";

const ORDER = [3, 1, 4, 0, 2];

describe("the rows of a matrix", () => {
  it("follow each other as they are, or in an order; of a part these alone", () => {
    expect(displayed(3, null, null)).toEqual([0, 1, 2]);
    expect(displayed(5, ORDER, null)).toEqual(ORDER);
    expect(displayed(5, ORDER, [0, 1, 2])).toEqual([1, 0, 2]);
  });

  it("fill the whole without a gap, in whatever order and part", () => {
    for (const [order, part] of [[null, null], [ORDER, null], [null, [1, 4]], [ORDER, [4, 2, 0]]] as const) {
      const { start, size } = spansOf(5, order, part);
      const shown = displayed(5, order, part);
      shown.forEach((row, place) => {
        expect(start[row]).toBeCloseTo(place / shown.length, 12);
        expect(start[row] + size[row]).toBeCloseTo((place + 1) / shown.length, 12);
        expect(rowAt(shown, start[row] + size[row] / 2)).toBe(row);
      });
      expect([...size].reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    }
  });

  it("which are left out shrink to nothing where they lay", () => {
    const { start, size } = spansOf(5, null, [0, 4]);
    expect([...size]).toEqual([0.5, 0, 0, 0, 0.5]);
    expect([...start]).toEqual([0, 0.5, 0.5, 0.5, 0.5]);
  });

  it("are on the way between two orders", () => {
    const [from, to] = [spansOf(5, null, null), spansOf(5, ORDER, null)];
    expect([...spansBetween(from, to, 0).start]).toEqual([...from.start]);
    expect([...spansBetween(from, to, 1).start]).toEqual([...to.start]);
    expect(spansBetween(from, to, 0.5).start[3]).toBeCloseTo((0.6 + 0) / 2, 12);
  });

  it("are found under a pointer, and none beside them", () => {
    const shown = [7, 5, 9];
    expect([0, 0.33, 0.34, 0.99].map((share) => rowAt(shown, share))).toEqual([7, 7, 5, 9]);
    expect([-0.01, 1, Number.NaN].map((share) => rowAt(shown, share))).toEqual([null, null, null]);
    expect(rowAt([], 0.5)).toBeNull();
  });

  it("are taken from one to another, whichever comes first", () => {
    expect(rowsBetween(ORDER, 1, 3)).toEqual([0, 1, 4]);
    expect(rowsBetween(ORDER, 3, 1)).toEqual([0, 1, 4]);
  });
});

describe("the names beside the rows", () => {
  it("stand once for all neighbors of a layer", () => {
    expect(runsOf([0, 1, 2, 5, 3], (row) => "aabbbb"[row])).toEqual([
      { name: "a", from: 0, to: 2 },
      { name: "b", from: 2, to: 5 },
    ]);
    expect(runsOf([], String)).toEqual([]);
  });

  it("keep apart; the longest runs are named first", () => {
    const runs = runsOf([...Array(30).keys()], (row) => (row < 20 ? "long" : String(row)));
    const kept = labeled(runs, 5, 12);
    expect(kept[0].name).toBe("long");
    const middles = kept.map(({ from, to }) => 2.5 * (from + to));
    middles.slice(1).forEach((middle, i) => expect(middle - middles[i]).toBeGreaterThanOrEqual(12));
    // With room for all, all are named.
    expect(labeled(runs, 13, 12)).toEqual(runs);
  });
});

describe("the places of the drawing", () => {
  it.each([[520, 420], [362, 351], [900, 300], [300, 900]])("stay inside a box of %i × %i", (width, height) => {
    for (const [rows, columns, symmetric] of [[109, 109, true], [13, 13, true], [54, 8, false], [5, 200, false]] as const) {
      const layout = layoutOf({ width, height }, 96, rows, columns, symmetric);
      expect(layout.left + layout.width + layout.rowTree).toBeLessThan(width);
      expect(layout.top + layout.height + layout.columnTree).toBeLessThan(height);
      expect(layout.width).toBeGreaterThan(0);
      if (symmetric) expect(layout.width).toBe(layout.height);
      const [wide, high] = [layout.width / columns, layout.height / rows];
      // Cells are never more than twice as long as wide, but for the rounding to whole pixels.
      if (!symmetric) expect(Math.max(wide / high, high / wide)).toBeLessThan(2 * 1.1);
    }
  });
});
