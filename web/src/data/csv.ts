/** Samples as a table of comma-separated values, as RFC 4180 has it: lines end in CR LF, a mark inside is doubled. */

import type { Column } from "./sample-columns";

/** One line a sample: its number and every column; classes by their names, what is not there is left empty. */
export function csvOf(samples: readonly number[], columns: readonly Column[]): string {
  const lines = [["id", ...columns.map((column) => field(column.name))].join(",")];
  const values = columns.map(valuesOf);
  for (const sample of samples) {
    let line = String(sample);
    for (const value of values) line += `,${value(sample)}`;
    lines.push(line);
  }
  return `${lines.join("\r\n")}\r\n`;
}

function valuesOf(column: Column): (sample: number) => string {
  if (column.kind === "text") return (sample) => field(column.values[sample]);
  if (column.kind === "category") {
    const names = column.names.map(field);
    return (sample) => names[column.codes[sample]] ?? "";
  }
  const { values } = column;
  // The shortest digits that give the same float32 again, and not those of the float64 that it is read as.
  const text = values instanceof Float32Array ? shortest : String;
  return (sample) => (Number.isNaN(values[sample]) ? "" : text(values[sample]));
}

function shortest(value: number): string {
  for (const digits of [6, 7, 8]) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
