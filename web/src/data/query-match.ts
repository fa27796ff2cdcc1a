/** Which samples a search finds. One pass over typed arrays a condition: 70,000 samples take a few milliseconds. */

import { offer, type Query, type Value } from "./query";
import { ID, type Operator, QueryError, written } from "./query-words";
import type { CategoryColumn, Column, NumberColumn, TextColumn } from "./sample-columns";

export interface Searched {
  readonly samples: number;
  /** The columns that the search needs, as they were read. */
  readonly columns: ReadonlyMap<string, Column>;
  /** Those that words by themselves are looked for in. */
  readonly worded: readonly (CategoryColumn | TextColumn)[];
  /** The samples of a saved selection. */
  readonly saved: (name: string) => readonly number[];
}

/** (sample,): 1 for those that are found. A sample that has no value is found by no comparison. Raises `QueryError`. */
export function matching(query: Query, searched: Searched): Uint8Array {
  const { samples } = searched;
  switch (query.kind) {
    case "and":
    case "or": {
      const found = matching(query.left, searched);
      const other = matching(query.right, searched);
      if (query.kind === "and") for (let i = 0; i < samples; i++) found[i] &= other[i];
      else for (let i = 0; i < samples; i++) found[i] |= other[i];
      return found;
    }
    case "not": {
      const found = matching(query.of, searched);
      for (let i = 0; i < samples; i++) found[i] ^= 1;
      return found;
    }
    case "saved": {
      const found = new Uint8Array(samples);
      for (const sample of searched.saved(query.name)) found[sample] = 1;
      return found;
    }
    case "word":
      return withWord(query.text, searched);
    case "contains":
      return containing(columnOf(query.column, searched), query.text);
    case "within": {
      const values = numbersOf(columnOf(query.column, searched), "a range");
      const [from, to] = [asStored(query.from, values), asStored(query.to, values)];
      return found(samples, (i) => values[i] >= from && values[i] <= to);
    }
    case "compare":
      return compared(columnOf(query.column, searched), query.operator, query.value, searched);
  }
}

function found(samples: number, test: (sample: number) => boolean): Uint8Array {
  const flags = new Uint8Array(samples);
  for (let i = 0; i < samples; i++) if (test(i)) flags[i] = 1;
  return flags;
}

function columnOf(name: string, { columns, samples }: Searched): Column {
  const column = columns.get(name);
  if (column) return column;
  if (name === ID) return { kind: "number", name, values: Int32Array.from({ length: samples }, (_, i) => i) };
  throw new Error(`the column ${name} was not read`);
}

/** Numbers to compare: of classes, their places. */
function numbersOf(column: Column, what: string): ArrayLike<number> {
  if (column.kind === "number") return column.values;
  if (isOfClasses(column)) return column.codes;
  throw new QueryError(`${column.name} holds no numbers`, what, `write ${column.name} = "…"`);
}

/** Classes have an order, their numbers; the categories that strings make have none. */
function isOfClasses(column: Column): column is CategoryColumn {
  return column.kind === "category" && (column.name === "label" || column.name === "prediction");
}

function sizeOf(column: Column): number {
  return column.kind === "category" ? column.codes.length : column.values.length;
}

function compared(column: Column, operator: Operator, value: Value, searched: Searched): Uint8Array {
  if (value.kind === "column") return comparedWith(column, operator, columnOf(value.name, searched));
  if (column.kind === "number") return withNumber(column, operator, value);
  if (column.kind === "category") return withCategory(column, operator, value);
  if (operator !== "=" && operator !== "!=") throw new QueryError(`${column.name} holds texts`, operator, `write ${column.name} contains ${written(value.text, true)}`);
  const wanted = value.text.toLowerCase();
  const texts = lowered(column);
  return operator === "=" ? found(texts.length, (i) => texts[i] === wanted) : found(texts.length, (i) => texts[i] !== wanted);
}

function withNumber({ name, values }: NumberColumn, operator: Operator, value: Value): Uint8Array {
  if (value.kind !== "number") throw new QueryError(`${name} is a number`, value.kind === "text" ? written(value.text, true) : value.name, `write ${name} ${operator} 0.5 or the like`);
  const number = asStored(value.value, values);
  return numbersAgainst(values, operator, () => number);
}

/** A float32 is compared as one: 0.1 is found by = 0.1. */
function asStored(number: number, values: ArrayLike<number>): number {
  return values instanceof Float32Array ? Math.fround(number) : number;
}

function numbersAgainst(values: ArrayLike<number>, operator: Operator, other: (sample: number) => number): Uint8Array {
  const count = values.length;
  switch (operator) {
    case "=":
      return found(count, (i) => values[i] === other(i));
    case "!=":
      // Not a number is unequal to everything, and still no value.
      return found(count, (i) => values[i] < other(i) || values[i] > other(i));
    case "<":
      return found(count, (i) => values[i] < other(i));
    case "<=":
      return found(count, (i) => values[i] <= other(i));
    case ">":
      return found(count, (i) => values[i] > other(i));
    case ">=":
      return found(count, (i) => values[i] >= other(i));
  }
}

function withCategory(column: CategoryColumn, operator: Operator, value: Value): Uint8Array {
  const { codes } = column;
  if (operator !== "=" && operator !== "!=") {
    const code = isOfClasses(column) && value.kind === "number" ? value.value : Number.NaN;
    if (Number.isNaN(code)) throw new QueryError(`${column.name} has no order`, operator, `write ${column.name} = … or ${column.name} != …`);
    const flags = numbersAgainst(codes, operator, () => code);
    return flags.map((flag, i) => (codes[i] < 0 ? 0 : flag));
  }
  const code = categoryOf(column, value);
  return operator === "=" ? found(codes.length, (i) => codes[i] === code) : found(codes.length, (i) => codes[i] !== code && codes[i] >= 0);
}

/** The category that a value names: by its name, or by its number. */
function categoryOf({ name, names }: CategoryColumn, value: Value): number {
  const text = value.kind === "column" ? value.name : value.text;
  const exact = names.indexOf(text);
  const code = exact >= 0 ? exact : names.findIndex((n) => n.toLowerCase() === text.toLowerCase());
  if (code >= 0) return code;
  if (value.kind === "number" && Number.isInteger(value.value) && value.value >= 0 && value.value < names.length) return value.value;
  throw new QueryError(`${name} is never that`, written(text, true), offer(text, names, `it is one of ${names.length}: ${names.slice(0, 8).join(", ")} …`));
}

function comparedWith(left: Column, operator: Operator, right: Column): Uint8Array {
  if (left.kind === "number" && right.kind === "number") {
    return numbersAgainst(left.values, operator, (i) => right.values[i]);
  }
  if (left.kind === "number" || right.kind === "number") {
    const [number, other] = left.kind === "number" ? [left.name, right.name] : [right.name, left.name];
    throw new QueryError("a number and a name can't be compared", `${left.name} ${operator} ${right.name}`, `${number} is a number, ${other} is not`);
  }
  if (operator !== "=" && operator !== "!=") throw new QueryError(`${left.name} and ${right.name} have no order`, operator, "write = or !=");
  const wanted = operator === "=";
  if (left.kind === "category" && right.kind === "category") {
    const same = right.names.map((name) => left.names.indexOf(name));
    const [a, b] = [left.codes, right.codes];
    return found(a.length, (i) => a[i] >= 0 && b[i] >= 0 && (a[i] === same[b[i]]) === wanted);
  }
  const [a, b] = [textsOf(left), textsOf(right)];
  return found(sizeOf(left), (i) => a(i) !== null && b(i) !== null && (a(i) === b(i)) === wanted);
}

function textsOf(column: Column): (sample: number) => string | null {
  if (column.kind === "text") return (i) => column.values[i];
  if (column.kind === "category") return (i) => column.names[column.codes[i]] ?? null;
  return (i) => String(column.values[i]);
}

function containing(column: Column, text: string): Uint8Array {
  if (column.kind === "number") throw new QueryError(`${column.name} is a number`, "contains", `write ${column.name} = 3 or the like`);
  const wanted = text.toLowerCase();
  if (column.kind === "category") {
    const has = column.names.map((name) => name.toLowerCase().includes(wanted));
    return found(column.codes.length, (i) => has[column.codes[i]] === true);
  }
  const texts = lowered(column);
  return found(texts.length, (i) => texts[i].includes(wanted));
}

function withWord(word: string, { worded, samples }: Searched): Uint8Array {
  if (!worded.length) throw new QueryError("there are no texts or class names to search", written(word, true), "compare a column: id = 3, or the like");
  const flags = new Uint8Array(samples);
  const lower = word.toLowerCase();
  // Of names that are numbers 1 is not 10.
  const named = (name: string): boolean => (/^\d+$/.test(name) ? name === word : name.toLowerCase().includes(lower));
  for (const column of worded) {
    if (column.kind === "category") {
      const has = column.names.map(named);
      for (let i = 0; i < samples; i++) if (has[column.codes[i]]) flags[i] = 1;
    } else {
      const some = containing(column, word);
      for (let i = 0; i < samples; i++) flags[i] |= some[i];
    }
  }
  return flags;
}

const low = new WeakMap<TextColumn, string[]>();
/** In lower case, made once: a search is run with every letter that is typed. */
function lowered(column: TextColumn): string[] {
  const known = low.get(column) ?? column.values.map((text) => text.toLowerCase());
  low.set(column, known);
  return known;
}
