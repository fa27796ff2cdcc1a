/** By what the points are colored: groups of samples, each with a name, a count and a color. */

import { classColors, RIGHT, UNLABELED, WRONG } from "../theme/palette";
import { type Classes, classesOf } from "./columns";
import type { Scores } from "./samples";

export type ColorBy = "label" | "prediction" | "correctness";
export const COLOR_BY: readonly ColorBy[] = ["label", "prediction", "correctness"];

export interface Coloring extends Classes {
  readonly by: ColorBy;
  /** A color a group, and last the one of samples in none. */
  readonly colors: readonly string[];
  /** What the samples in no group are called. */
  readonly none: string;
}

export function byLabel(classes: Classes): Coloring {
  return { ...classes, by: "label", colors: [...classColors(classes.names.length), UNLABELED], none: "no label" };
}

/** By the class that the model names; the classes have the colors that their labels have. */
export function byPrediction(scores: Scores, classes: Classes): Coloring {
  const prediction = scores.prediction ?? new Int32Array(classes.of.length).fill(-1);
  const groups = classesOf(prediction, classes.names);
  return { ...groups, by: "prediction", colors: [...classColors(groups.names.length), UNLABELED], none: "no prediction" };
}

/** By whether the prediction is the label; a sample without one of them is in no group. */
export function byCorrectness(scores: Scores, classes: Classes): Coloring {
  const { prediction } = scores;
  const right = Int32Array.from(classes.of, (label, i) => {
    const known = label < classes.names.length && prediction !== null && prediction[i] >= 0;
    return known ? (prediction[i] === label ? 0 : 1) : -1;
  });
  return { ...classesOf(right, ["right", "wrong"]), by: "correctness", colors: [RIGHT, WRONG, UNLABELED], none: "no label" };
}
