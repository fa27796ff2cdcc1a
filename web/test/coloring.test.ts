import { describe, expect, it } from "vitest";
import { byCorrectness, byLabel, byPrediction } from "../src/data/coloring";
import { classesOf } from "../src/data/columns";

const classes = classesOf(new Int32Array([0, 1, 2, -1, 1]), ["a", "b", "c"]);
const scores = { prediction: new Int32Array([0, 2, 2, 1, 1]), confidence: null };

describe("colorings", () => {
  it("by label has a color a class and one for none", () => {
    const coloring = byLabel(classes);
    expect([...coloring.of]).toEqual([0, 1, 2, 3, 1]);
    expect(coloring.colors).toHaveLength(4);
    expect([coloring.counts, coloring.unlabeled]).toEqual([[1, 2, 1], 1]);
  });

  it("by prediction gives a class the color that its label has", () => {
    const coloring = byPrediction(scores, classes);
    expect([...coloring.of]).toEqual([0, 2, 2, 1, 1]);
    expect(coloring.colors).toEqual(byLabel(classes).colors);
  });

  it("by correctness leaves out what has no label", () => {
    const coloring = byCorrectness(scores, classes);
    expect([...coloring.of]).toEqual([0, 1, 0, 2, 0]);
    expect([coloring.names, coloring.counts, coloring.unlabeled]).toEqual([["right", "wrong"], [3, 1], 1]);
  });

  it("without predictions nothing is right or wrong", () => {
    expect(byCorrectness({ prediction: null, confidence: null }, classes).unlabeled).toBe(5);
  });
});
