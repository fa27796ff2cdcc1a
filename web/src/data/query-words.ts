/** A search, word by word. */

/** The sample's own number, which every recording has. */
export const ID = "id";

/** Characters of a search: more is no search that a person wrote. */
export const LONGEST_QUERY = 2000;

/** What is wrong with a search: what, what was there instead, what to write. */
export class QueryError extends Error {
  override name = "QueryError";
  constructor(what: string, got: string, remedy: string) {
    super(`${what}; got ${got}; ${remedy}`);
  }
}

interface Placed {
  /** Where it begins and ends in what was typed. */
  readonly at: number;
  readonly end: number;
  /** As it was typed; of a quoted text, what stands between the marks. */
  readonly text: string;
}

export interface Word extends Placed {
  readonly kind: "word" | "quoted" | "(" | ")";
}

export interface NumberWord extends Placed {
  readonly kind: "number";
  readonly value: number;
}

export interface RangeWord extends Placed {
  readonly kind: "range";
  /** Both ends belong to it. */
  readonly from: number;
  readonly to: number;
}

export const OPERATORS = ["=", "!=", "<", "<=", ">", ">="] as const;
export type Operator = (typeof OPERATORS)[number];

export interface OperatorWord extends Placed {
  readonly kind: "operator";
  readonly operator: Operator;
}

export type Token = Word | NumberWord | RangeWord | OperatorWord;

const SPELLINGS: Readonly<Record<string, Operator>> = { "==": "=", "≠": "!=", "<>": "!=", "≤": "<=", "≥": ">=" };
const NUMBER = String.raw`[-+]?(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][-+]?\d+)?%?`;
const RANGE = new RegExp(String.raw`(${NUMBER})?\s*\.\.\s*(${NUMBER})?(?=[\s()]|$)`, "y");
const WHOLE_NUMBER = new RegExp(String.raw`${NUMBER}(?=[\s()=<>!≠≤≥]|$)`, "y");
const OPERATOR = /!=|<>|<=|>=|==|[=<>≠≤≥]/y;
const WORD = /(?:(?!!=)[^\s()=<>≠≤≥"“”„])+/y;
/** A mark inside is written twice. */
const QUOTED = /["“„]((?:""|[^"”])*)(["”]?)/y;
/** A single mark begins a text only where one ends it: it is an apostrophe else. */
const SINGLE = /'([^']*)'(?=[\s()]|$)/y;
const SPACE = /\s+/y;

/** Cut a search into words. A text whose closing mark is missing goes to the end: it is being typed. */
export function wordsOf(typed: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(typed);
  };
  while (at < typed.length) {
    const space = take(SPACE);
    if (space) {
      at += space[0].length;
      continue;
    }
    const token = nextOf(typed, at, take);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function nextOf(typed: string, at: number, take: (pattern: RegExp) => RegExpExecArray | null): Token {
  const placed = (text: string, length = text.length): Placed => ({ at, end: at + length, text });
  const first = typed[at];
  if (first === "(" || first === ")") return { ...placed(first), kind: first };
  const quoted = take(QUOTED);
  if (quoted) return { ...placed(quoted[1].replaceAll('""', '"'), quoted[0].length), kind: "quoted" };
  const single = take(SINGLE);
  if (single) return { ...placed(single[1], single[0].length), kind: "quoted" };
  const range = take(RANGE);
  if (range) {
    const [whole, from, to] = range;
    return { ...placed(whole), kind: "range", from: from ? numberOf(from) : -Infinity, to: to ? numberOf(to) : Infinity };
  }
  const number = take(WHOLE_NUMBER);
  if (number) return { ...placed(number[0]), kind: "number", value: numberOf(number[0]) };
  const operator = take(OPERATOR);
  if (operator) return { ...placed(operator[0]), kind: "operator", operator: SPELLINGS[operator[0]] ?? (operator[0] as Operator) };
  // Whatever is left over is a word of one letter: nothing is passed over.
  return { ...placed(take(WORD)?.[0] ?? first), kind: "word" };
}

function numberOf(text: string): number {
  return text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
}

/** A text as it is written in a search: with marks, where it would else be several words or another thing. */
export function written(text: string, quoted = false): string {
  const [token, ...more] = wordsOf(text);
  const plain = token?.kind === "word" && !more.length && !isKeyword(text) && token.text === text;
  return plain && !quoted ? text : `"${text.replaceAll('"', '""')}"`;
}

export const KEYWORDS = ["and", "or", "not", "in", "contains"] as const;
export type Keyword = (typeof KEYWORDS)[number];

export function isKeyword(text: string): boolean {
  return KEYWORDS.some((word) => word === text.toLowerCase());
}
