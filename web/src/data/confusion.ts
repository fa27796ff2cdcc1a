/** How often each label was predicted as each class. */

export interface Confusion {
  readonly classes: number;
  /** (label, prediction), row by row. */
  readonly counts: Uint32Array;
  /** Samples that have both. */
  readonly total: number;
  readonly right: number;
  /** The most frequent error. */
  readonly worst: number;
}

/** Count those that are shown; one without a label or a prediction is left out. */
export function confusionOf(label: ArrayLike<number>, prediction: ArrayLike<number>, classes: number, shown: ArrayLike<number>): Confusion {
  const counts = new Uint32Array(classes * classes);
  let total = 0;
  let right = 0;
  for (let i = 0; i < label.length; i++) {
    if (!shown[i] || !isClass(label[i], classes) || !isClass(prediction[i], classes)) continue;
    counts[label[i] * classes + prediction[i]] += 1;
    total += 1;
    if (label[i] === prediction[i]) right += 1;
  }
  let worst = 0;
  counts.forEach((count, i) => {
    if (i % (classes + 1) !== 0 && count > worst) worst = count;
  });
  return { classes, counts, total, right, worst };
}

/** A cell, a whole row (every prediction) or a whole column (every label). */
export interface Cell {
  readonly label: number | null;
  readonly prediction: number | null;
}

/** The samples of a cell among those that are shown. */
export function samplesOfCell(label: ArrayLike<number>, prediction: ArrayLike<number>, { label: row, prediction: column }: Cell, shown: ArrayLike<number>): number[] {
  const found: number[] = [];
  for (let i = 0; i < label.length; i++) {
    if (shown[i] && (row === null || label[i] === row) && (column === null || prediction[i] === column)) found.push(i);
  }
  return found;
}

/** The most frequent errors, most frequent first. */
export function frequentErrors({ classes, counts }: Confusion, most: number): { label: number; prediction: number; count: number }[] {
  const errors: { label: number; prediction: number; count: number }[] = [];
  counts.forEach((count, i) => {
    if (count && i % (classes + 1) !== 0) errors.push({ label: Math.floor(i / classes), prediction: i % classes, count });
  });
  return errors.sort((a, b) => b.count - a.count).slice(0, most);
}

function isClass(value: number, classes: number): boolean {
  return value >= 0 && value < classes;
}
