/** How well a model does on some samples. */

import type { Column } from "./sample-columns";

export interface SelectionScores {
  /** The share whose prediction is the label; null where none has both, or they are of different classes. */
  readonly accuracy: number | null;
  /** The mean confidence; null where it was not recorded. */
  readonly confidence: number | null;
}

export function scoresOf(samples: readonly number[], columns: ReadonlyMap<string, Column>, comparable = true): SelectionScores {
  const [label, prediction, confidence] = ["label", "prediction", "confidence"].map((name) => columns.get(name));
  let [known, right, sure, sum] = [0, 0, 0, 0];
  for (const sample of samples) {
    if (comparable && label?.kind === "category" && prediction?.kind === "category" && label.codes[sample] >= 0 && prediction.codes[sample] >= 0) {
      known += 1;
      if (label.codes[sample] === prediction.codes[sample]) right += 1;
    }
    if (confidence?.kind === "number" && !Number.isNaN(confidence.values[sample])) {
      sure += 1;
      sum += confidence.values[sample];
    }
  }
  return { accuracy: known ? right / known : null, confidence: sure ? sum / sure : null };
}
