/** What may come next in a search that is being typed. */

import type { ColumnKind } from "./sample-columns";
import { isKeyword, OPERATORS, type Token, wordsOf, written } from "./query-words";

export interface Suggestion {
  /** What takes the place of what is being typed. */
  readonly text: string;
  readonly note: string;
  /** The name that is begun to be typed, where it is another than the text. */
  readonly name?: string;
}

export interface Suggestions {
  /** The part that a suggestion takes the place of. */
  readonly from: number;
  readonly to: number;
  readonly options: readonly Suggestion[];
}

export interface Known {
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[];
  /** The values of a column of categories, as far as they were read. */
  readonly values: (column: string) => readonly string[];
  readonly classNames: readonly string[];
  readonly saved: readonly string[];
}

/** Suggestions that are offered at once. */
const MOST = 8;

export function suggestionsFor(typed: string, caret: number, known: Known): Suggestions {
  const tokens = wordsOf(typed.slice(0, caret));
  const last = tokens[tokens.length - 1];
  const typing = last && last.end === caret && last.kind !== "operator" && last.kind !== "(" && last.kind !== ")" ? last : null;
  const before = typing ? tokens.slice(0, -1) : tokens;
  const begun = (typing?.text ?? "").toLowerCase();
  const fitting = next(before, begun, known).filter(({ text, name }) => isBegun((name ?? text).toLowerCase(), begun));
  return { from: typing?.at ?? caret, to: caret, options: fitting.slice(0, MOST) };
}

function isBegun(name: string, begun: string): boolean {
  return name !== begun && name.startsWith(begun);
}

function next(before: readonly Token[], begun: string, known: Known): Suggestion[] {
  const [left, previous] = [before[before.length - 2], before[before.length - 1]];
  const column = (token: Token | undefined) => known.columns.find(({ name }) => name.toLowerCase() === token?.text.toLowerCase());
  const compared = previous?.kind === "operator" ? column(left) : undefined;
  if (compared) return valuesOf(compared, known);
  const keyword = previous?.kind === "word" && isKeyword(previous.text) ? previous.text.toLowerCase() : null;
  if (keyword === "in" && !column(left)) return known.saved.map((name) => ({ text: written(name, true), note: "saved", name }));
  if (previous?.kind === "operator" || keyword === "in" || keyword === "contains") return [];
  if (!previous || previous.kind === "(" || keyword) return beginnings(begun, known);
  const isValue = left?.kind === "operator" || (left?.kind === "word" && isKeyword(left.text) && !["and", "or", "not"].includes(left.text.toLowerCase()));
  const here = column(previous);
  if (here && !isValue) return operatorsOf(here.kind);
  return [
    { text: "and", note: "both" },
    { text: "or", note: "one of the two" },
  ];
}

function beginnings(begun: string, { columns, classNames, saved }: Known): Suggestion[] {
  const named = columns.map(({ name, kind }) => ({ text: written(name), note: kind, name }));
  const classes = begun ? classNames.map((name) => ({ text: `label = ${written(name)}`, note: "class", name })) : [];
  const kept = saved.map((name) => ({ text: `in ${written(name, true)}`, note: "saved", name }));
  return [...named, ...classes, ...kept, { text: "not", note: "the others" }];
}

function operatorsOf(kind: ColumnKind): Suggestion[] {
  const equal = OPERATORS.slice(0, 2).map((text) => ({ text, note: text === "=" ? "is" : "is not" }));
  if (kind !== "number") return [...equal, { text: "contains", note: "a text" }];
  return [...OPERATORS.map((text) => ({ text, note: "" })), { text: "in", note: "a range: 5..20" }];
}

function valuesOf({ name, kind }: { name: string; kind: ColumnKind }, { columns, values }: Known): Suggestion[] {
  const others = columns.filter((other) => other.name !== name && (other.kind === "number") === (kind === "number"));
  return [...values(name).map((value) => ({ text: written(value), note: name, name: value })), ...others.map((other) => ({ text: written(other.name), note: "column", name: other.name }))];
}
