/**
 * What a person searches for, from text to a tree:
 *
 *     label = 3 · label = "Ankle boot" · prediction != label · confidence < 0.5 · text contains "snow" · id in 5..20
 *     in "a saved selection" · and, or, not, parentheses; words by themselves are looked for in texts and class names
 */

import { nearest } from "./nearest";
import { isKeyword, type Keyword, LONGEST_QUERY, type Operator, QueryError, type Token, wordsOf, written } from "./query-words";

export type Value =
  | { readonly kind: "number"; readonly value: number; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "column"; readonly name: string };

export type Query =
  | { readonly kind: "and" | "or"; readonly left: Query; readonly right: Query }
  | { readonly kind: "not"; readonly of: Query }
  | { readonly kind: "compare"; readonly column: string; readonly operator: Operator; readonly value: Value }
  | { readonly kind: "contains"; readonly column: string; readonly text: string }
  | { readonly kind: "within"; readonly column: string; readonly from: number; readonly to: number }
  | { readonly kind: "saved"; readonly name: string }
  | { readonly kind: "word"; readonly text: string };

/** What can be named in a search. */
export interface Vocabulary {
  readonly columns: readonly string[];
  /** Names of saved selections. */
  readonly saved: readonly string[];
}

/** Read a search; null where nothing is typed. Raises `QueryError`. */
export function parseQuery(typed: string, vocabulary: Vocabulary): Query | null {
  if (typed.length > LONGEST_QUERY) throw new QueryError("a search is short", `${typed.length} characters`, `write up to ${LONGEST_QUERY}`);
  const tokens = wordsOf(typed);
  if (!tokens.length) return null;
  const parser = new Parser(tokens, vocabulary);
  const query = parser.either();
  parser.end();
  return query;
}

/** The columns that a search names. */
export function columnsIn(query: Query): Set<string> {
  const found = new Set<string>();
  const visit = (node: Query): void => {
    if (node.kind === "and" || node.kind === "or") {
      visit(node.left);
      visit(node.right);
    } else if (node.kind === "not") visit(node.of);
    else if (node.kind === "compare" || node.kind === "contains" || node.kind === "within") {
      found.add(node.column);
      if (node.kind === "compare" && node.value.kind === "column") found.add(node.value.name);
    }
  };
  visit(query);
  return found;
}

/** Does it look for words by themselves? */
export function hasWords(query: Query): boolean {
  if (query.kind === "and" || query.kind === "or") return hasWords(query.left) || hasWords(query.right);
  return query.kind === "not" ? hasWords(query.of) : query.kind === "word";
}

class Parser {
  private at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly vocabulary: Vocabulary,
  ) {}

  either(): Query {
    let left = this.both();
    while (this.takes("or")) left = { kind: "or", left, right: this.both() };
    return left;
  }

  end(): void {
    const token = this.tokens[this.at];
    if (token) throw new QueryError("the search ends before", said(token), token.kind === ")" ? "open a parenthesis, or take this one away" : "join it by and, or");
  }

  private both(): Query {
    let left = this.single();
    // Words side by side must all be there.
    while (this.takes("and") || this.begins()) left = { kind: "and", left, right: this.single() };
    return left;
  }

  private begins(): boolean {
    const token = this.tokens[this.at];
    if (!token || token.kind === ")" || token.kind === "operator") return false;
    return !["and", "or", "contains"].some((word) => this.isWord(token, word));
  }

  private single(): Query {
    if (this.takes("not")) return { kind: "not", of: this.single() };
    const token = this.tokens[this.at];
    if (token?.kind === "(") {
      this.at += 1;
      const inside = this.either();
      if (this.tokens[this.at]?.kind !== ")") throw new QueryError("a parenthesis is open", said(this.tokens[this.at]), "close it by )");
      this.at += 1;
      return inside;
    }
    if (this.takes("in")) return this.saved();
    return this.comparison();
  }

  private saved(): Query {
    const token = this.tokens[this.at];
    const { saved } = this.vocabulary;
    if (!token || token.kind === "(" || token.kind === ")" || token.kind === "operator") {
      throw new QueryError("after in comes the name of a saved selection", said(token), saved.length ? `write in ${written(saved[0], true)}` : "save one first");
    }
    this.at += 1;
    const name = saved.find((n) => n === token.text) ?? saved.find((n) => n.toLowerCase() === token.text.toLowerCase());
    if (name === undefined) throw new QueryError("no such saved selection", quote(token.text), offer(token.text, saved, "none is saved yet"));
    return { kind: "saved", name };
  }

  private comparison(): Query {
    const token = this.tokens[this.at];
    if (!token || token.kind === ")" || token.kind === "operator" || this.isWord(token, "and", "or", "contains")) {
      throw new QueryError("here comes a column or a word", said(token), "write label = 3 or the like");
    }
    this.at += 1;
    const next = this.tokens[this.at];
    if (next?.kind === "operator") {
      const column = this.column(token);
      this.at += 1;
      return { kind: "compare", column, operator: next.operator, value: this.value(column, next.text) };
    }
    if (this.takes("contains")) return { kind: "contains", column: this.column(token), text: this.text(token.text) };
    if (next && this.isWord(next, "in") && this.known(token.text) !== undefined) {
      this.at += 1;
      return this.within(this.column(token));
    }
    if (token.kind === "word" && this.known(token.text) !== undefined) {
      throw new QueryError(`after ${token.text} comes a comparison`, said(next), `write ${token.text} = … or, to search for the word, ${quote(token.text)}`);
    }
    return { kind: "word", text: token.text };
  }

  private within(column: string): Query {
    const token = this.tokens[this.at];
    if (token?.kind === "range") {
      this.at += 1;
      return { kind: "within", column, from: token.from, to: token.to };
    }
    throw new QueryError(`after ${column} in comes a range`, said(token), `write ${column} in 5..20`);
  }

  private value(column: string, operator: string): Value {
    const token = this.tokens[this.at];
    if (!token || token.kind === "(" || token.kind === ")" || token.kind === "operator" || this.isWord(token, "and", "or")) {
      throw new QueryError(`after ${operator} comes a value`, said(token), `write ${column} ${operator} 3 or the like`);
    }
    if (token.kind === "range") throw new QueryError("a range goes with in", said(token), `write ${column} in ${token.text}`);
    this.at += 1;
    if (token.kind === "number") return { kind: "number", value: token.value, text: token.text };
    const name = token.kind === "word" ? this.known(token.text) : undefined;
    return name === undefined ? { kind: "text", text: token.text } : { kind: "column", name };
  }

  private text(column: string): string {
    const token = this.tokens[this.at];
    if (!token || token.kind === "(" || token.kind === ")" || token.kind === "operator" || (token.kind === "quoted" && !token.text)) {
      throw new QueryError("after contains comes a text", said(token), `write ${column} contains "snow"`);
    }
    this.at += 1;
    return token.text;
  }

  private column(token: Token): string {
    const name = this.known(token.text);
    if (name !== undefined) return name;
    const { columns } = this.vocabulary;
    throw new QueryError("no such column", quote(token.text), offer(token.text, columns, `choose from ${columns.join(", ")}`));
  }

  private known(name: string): string | undefined {
    const { columns } = this.vocabulary;
    return columns.find((column) => column === name) ?? columns.find((column) => column.toLowerCase() === name.toLowerCase());
  }

  private takes(word: Keyword): boolean {
    const token = this.tokens[this.at];
    if (!token || !this.isWord(token, word)) return false;
    this.at += 1;
    return true;
  }

  private isWord(token: Token, ...words: readonly string[]): boolean {
    return token.kind === "word" && isKeyword(token.text) && words.includes(token.text.toLowerCase());
  }
}

function quote(text: string): string {
  return written(text, true);
}

function said(token: Token | undefined): string {
  return token ? (token.kind === "quoted" ? quote(token.text) : token.text) : "nothing";
}

/** The nearest names as a remedy. */
export function offer(name: string, choices: readonly string[], otherwise: string): string {
  const near = nearest(name, choices);
  if (near.length) return `did you mean ${near.map((n) => written(n)).join(" or ")}?`;
  return choices.length && choices.length <= 12 ? `choose from ${choices.map((n) => written(n)).join(", ")}` : otherwise;
}
