import { describe, expect, it } from "vitest";
import { byCategories, byCorrectness, byLabel, byNumbers, byPrediction, columnOf, MOST_GROUPS, painted, wordsFor } from "../src/data/coloring";
import { classesOf } from "../src/data/columns";
import { SHARE } from "../src/data/quantities";
import { noneColor, scaleColors } from "../src/theme/scales";

const classes = classesOf(new Int32Array([0, 1, 2, -1, 1]), ["a", "b", "c"]);
const scores = { prediction: new Int32Array([0, 2, 2, 1, 1]), confidence: null };
const look = { dark: false, scale: "viridis", own: new Map([["b", "#123456"]]) } as const;

describe("colorings by groups", () => {
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

  it("by a category are in the order of their names, as a person counts", () => {
    const codes = Int32Array.of(0, 1, 1, -1, 2);
    const coloring = byCategories("column:size", { kind: "category", name: "size", codes, names: ["10 m", "9 m", "100 m"] });
    expect(coloring.names).toEqual(["9 m", "10 m", "100 m"]);
    expect([...coloring.of]).toEqual([1, 0, 0, 3, 2]);
    expect([coloring.counts, coloring.unlabeled]).toEqual([[2, 1, 1], 1]);
  });

  it("by many texts keep the most frequent, and the rest is one group", () => {
    const values = Array.from({ length: 300 }, (_, i) => (i < 150 ? `n${i}` : `n${i % 90}`));
    const coloring = byCategories("column:file", { kind: "text", name: "file", values });
    expect(coloring.names).toHaveLength(MOST_GROUPS + 1);
    expect(coloring.names[MOST_GROUPS]).toBe("other");
    expect(coloring.names).toContain("n89");
    expect(coloring.counts.reduce((a, b) => a + b)).toBe(300);
    expect(coloring.counts[MOST_GROUPS]).toBe(50);
    expect(coloring.colors).toHaveLength(MOST_GROUPS + 2);
  });

  it("take the colors that people chose, by name; right and wrong are no classes", () => {
    expect(painted(byLabel(classes), look).colors).toEqual([byLabel(classes).colors[0], "#123456", ...byLabel(classes).colors.slice(2)]);
    const correctness = byCorrectness(scores, classes);
    expect(painted(correctness, { ...look, own: new Map([["right", "#123456"]]) })).toBe(correctness);
    // A name with an accent is one name however it is composed.
    const accented = byLabel(classesOf(new Int32Array([0]), ["cafe\u0301"]));
    expect(painted(accented, { ...look, own: new Map([["caf\u00e9", "#123456"]]) }).colors[0]).toBe("#123456");
  });
});

describe("colorings by numbers", () => {
  const coloring = byNumbers({ by: "confidence", values: Float32Array.of(0, 0.5, 1, Number.NaN, Infinity), scale: SHARE, gloss: "" });

  it("have a step of the scale for each sample, and the last color for none", () => {
    expect([...coloring.of]).toEqual([0, 128, 255, 256, 256]);
    expect(coloring.unlabeled).toBe(2);
    const { colors } = painted(coloring, { ...look, dark: true });
    expect(colors).toEqual([...scaleColors("viridis", true), noneColor(true)]);
  });

  it("say what they are of one sample, where it is not said anyway", () => {
    expect(wordsFor(coloring, 1)).toBeNull();
    const weight = { ...coloring, by: "column:weight" };
    expect(wordsFor(weight, 1)).toEqual({ name: "weight", value: "50%" });
    expect(wordsFor(weight, 3)).toEqual({ name: "weight", value: "no value" });
    expect([columnOf("column:a:b"), columnOf("loss")]).toEqual(["a:b", null]);
  });
});
