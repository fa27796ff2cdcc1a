import { describe, expect, it } from "vitest";
import { confusionOf, frequentErrors, samplesOfCell } from "../src/data/confusion";
import { cellAt, layoutOf } from "../src/views/confusion-drawing";

const label = Int32Array.of(0, 0, 1, 1, 2, -1, 2, 2);
const prediction = Int32Array.of(0, 1, 1, 0, 0, 0, 0, 2);
const all = new Uint8Array(8).fill(1);

describe("the confusion matrix", () => {
  it("counts labels by predictions, of what is shown", () => {
    const confusion = confusionOf(label, prediction, 3, all);
    expect([...confusion.counts]).toEqual([1, 1, 0, 1, 1, 0, 2, 0, 1]);
    expect(confusion).toMatchObject({ total: 7, right: 3, worst: 2 });
    const some = confusionOf(label, prediction, 3, Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 1));
    expect([...some.counts]).toEqual([1, 0, 0, 1, 1, 0, 1, 0, 1]);
  });

  it("finds the samples of a cell, a row, a column", () => {
    expect(samplesOfCell(label, prediction, { label: 2, prediction: 0 }, all)).toEqual([4, 6]);
    expect(samplesOfCell(label, prediction, { label: 2, prediction: null }, all)).toEqual([4, 6, 7]);
    expect(samplesOfCell(label, prediction, { label: null, prediction: 1 }, all)).toEqual([1, 2]);
    expect(samplesOfCell(label, prediction, { label: 2, prediction: 0 }, Uint8Array.of(1, 1, 1, 1, 0, 1, 1, 1))).toEqual([6]);
  });

  it("tells the most frequent errors first", () => {
    const errors = frequentErrors(confusionOf(label, prediction, 3, all), 2);
    expect(errors).toEqual([{ label: 2, prediction: 0, count: 2 }, { label: 0, prediction: 1, count: 1 }]);
  });

  it("is pointed at: cells, and the strips before them", () => {
    const names = ["a", "b", "c"];
    const layout = layoutOf(200, names);
    const { gutter, cell } = layout;
    expect(gutter + 3 * cell).toBeCloseTo(200);
    expect(cellAt(layout, 3, gutter + 2.5 * cell, gutter + 0.5 * cell)).toEqual({ label: 0, prediction: 2 });
    expect(cellAt(layout, 3, 2, gutter + 1.5 * cell)).toEqual({ label: 1, prediction: null });
    expect(cellAt(layout, 3, gutter + 1, 2)).toEqual({ label: null, prediction: 0 });
    expect(cellAt(layout, 3, 2, 2)).toBeNull();
    expect(cellAt(layout, 3, 200, 50)).toBeNull();
    expect(cellAt(layout, 3, 199.99, 199.99)).toEqual({ label: 2, prediction: 2 });
  });
});
