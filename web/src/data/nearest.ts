/** The names most like a misspelled one. */

/** The nearest of the choices, best first; those that are too unlike are left out. */
export function nearest(name: string, choices: readonly string[], count = 3): string[] {
  const wanted = name.toLowerCase();
  return choices
    .map((choice) => ({ choice, unlike: unlikeness(wanted, choice.toLowerCase()) }))
    .filter(({ unlike }) => unlike <= 0.5)
    .sort((a, b) => a.unlike - b.unlike)
    .slice(0, count)
    .map(({ choice }) => choice);
}

/** From 0, the same, to 1, nothing in common; the beginning of a name is near to it. */
function unlikeness(a: string, b: string): number {
  if (b.startsWith(a)) return 0.3 * (1 - a.length / b.length);
  return edits(a, b) / Math.max(a.length, b.length, 1);
}

/** Letters to insert, remove or change; two that changed places count once (Damerau's distance, optimal string alignment). */
function edits(a: string, b: string): number {
  let older: number[] = [];
  let old = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(old[j] + 1, row[j - 1] + 1, old[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], older[j - 2] + 1);
    }
    [older, old] = [old, row];
  }
  return old[b.length];
}
