import { describe, expect, it } from "vitest";
import { nearest } from "../src/data/nearest";
import { columnsIn, parseQuery } from "../src/data/query";
import { matching, type Searched } from "../src/data/query-match";
import { QueryError, wordsOf, written } from "../src/data/query-words";
import { asColumn, type CategoryColumn, type Column, type TextColumn } from "../src/data/sample-columns";

const NAMES = ["Sneaker", "Ankle boot", "Bag", "7"];
const label = asColumn("label", Int32Array.of(0, 1, 1, 2, -1, 3, 3, 0), NAMES) as CategoryColumn;
const text = asColumn("text", ["Snow falls", "don't", "", 'a "b" c', "SNOW", "rain", "hail", "fog"], null) as TextColumn;
const columns = new Map<string, Column>([
  ["label", label],
  ["prediction", asColumn("prediction", Int32Array.of(0, 1, 2, 2, 0, 3, 0, 1), NAMES)],
  ["confidence", asColumn("confidence", Float32Array.of(0.1, 0.2, 0.5, 0.9, 1, Number.NaN, 0.4, 0.3), null)],
  ["age of it", asColumn("age of it", BigInt64Array.of(3n, -4n, 5n, 6n, 7n, 8n, 9n, 20n), null)],
  ["odd", asColumn("odd", [true, false, true, false, true, false, true, false], null)],
  ["text", text],
]);
const vocabulary = { columns: [...columns.keys(), "id"], saved: ["odd ones", "rest"] };
const searched: Searched = {
  samples: 8,
  columns,
  worded: [label, text],
  saved: (name) => (name === "odd ones" ? [1, 3] : [0]),
};

function find(typed: string): number[] {
  const query = parseQuery(typed, vocabulary);
  expect(query).not.toBeNull();
  const flags = query ? matching(query, searched) : [];
  return [...flags].flatMap((flag, i) => (flag ? [i] : []));
}

describe("a search", () => {
  it.each([
    ["label = 1", [1, 2]],
    // A class that is called 7 is meant by its name, not by its number.
    ["label = 7", [5, 6]],
    ['label = "Ankle boot"', [1, 2]],
    ["label = 'ankle boot'", [1, 2]],
    ["LABEL == bag", [3]],
    ["label != 0", [1, 2, 3, 5, 6]],
    ["label >= 2", [3, 5, 6]],
    ["label < 1", [0, 7]],
    ["prediction != label", [2, 6, 7]],
    ["prediction ≠ label", [2, 6, 7]],
    ["prediction<>label", [2, 6, 7]],
    ["prediction = label", [0, 1, 3, 5]],
    ["confidence < 0.5", [0, 1, 6, 7]],
    ["confidence<50%", [0, 1, 6, 7]],
    ["confidence = .1", [0]],
    ["confidence ≤ 0.2", [0, 1]],
    ["confidence != 0.1", [1, 2, 3, 4, 6, 7]],
    ["confidence in 0.2..0.4", [1, 6, 7]],
    ["id in 5..20", [5, 6, 7]],
    ["id in 6 ..", [6, 7]],
    ["id in ..1", [0, 1]],
    ["id = 7", [7]],
    ['"age of it" > 6', [4, 5, 6, 7]],
    ['"age of it" = -4', [1]],
    ["confidence > id", [0]],
    ["odd = true and id < 3", [0, 2]],
    ['text contains "snow"', [0, 4]],
    ["text contains don't", [1]],
    ['text contains """b"""', [3]],
    ["text = rain", [5]],
    ['text != ""', [0, 1, 3, 4, 5, 6, 7]],
    ["label contains boot", [1, 2]],
    ["snow", [0, 4]],
    ["snow falls", [0]],
    ["bag", [3]],
    ["7", [5, 6]],
    ["not label = 1 and not label = 0", [3, 4, 5, 6]],
    ["label = 0 or label = 1 and id > 1", [0, 2, 7]],
    ["(label = 0 or label = 1) and id > 1", [2, 7]],
    ["not (label = 0 or label = 1)", [3, 4, 5, 6]],
    ['in "odd ones"', [1, 3]],
    ["not in rest and id < 3", [1, 2]],
  ])("%s", (typed, samples) => {
    expect(find(typed)).toEqual(samples);
  });

  it("of nothing is none", () => {
    expect(parseQuery("   ", vocabulary)).toBeNull();
  });

  it.each([
    ["confidance < 0.5", 'no such column; got "confidance"; did you mean confidence?'],
    ["labl = 3", "did you mean label?"],
    ["nothing = 3", "choose from label, prediction, confidence"],
    ["confidence <", "after < comes a value; got nothing"],
    ["confidence", "after confidence comes a comparison; got nothing"],
    ['confidence = "high"', 'confidence is a number; got "high"'],
    ["confidence contains 3", "confidence is a number; got contains"],
    ["text > 3", 'text holds texts; got >; write text contains "3"'],
    ["label = Ankel", "label is never that"],
    ['label = "Ankel boot"', 'did you mean "Ankle boot"?'],
    ["label = 12", 'label is never that; got "12"'],
    ["odd < true", "odd has no order"],
    ["confidence = label", "a number and a name can't be compared"],
    ["(label = 1", "a parenthesis is open; got nothing"],
    ["label = 1)", "the search ends before; got )"],
    ["label = 1 and", "here comes a column or a word; got nothing"],
    ["= 3", "here comes a column or a word; got ="],
    ["id in 5", "after id in comes a range; got 5; write id in 5..20"],
    ["id = 5..20", "a range goes with in; got 5..20; write id in 5..20"],
    ["in", "after in comes the name of a saved selection; got nothing"],
    ['in "odd one"', 'no such saved selection; got "odd one"; did you mean "odd ones"?'],
    ["x".repeat(2001), "a search is short; got 2001 characters"],
  ])("%s says what is wrong", (typed, message) => {
    const run = (): unknown => find(typed);
    expect(run).toThrow(QueryError);
    expect(run).toThrow(message);
  });

  it("names the columns that must be read", () => {
    const query = parseQuery("not (prediction != label or confidence < 1) id in 1..2 snow", vocabulary);
    expect(query && [...columnsIn(query)]).toEqual(["prediction", "label", "confidence", "id"]);
  });

  it("of words goes over in nothing: whatever is typed is cut without end or loss", () => {
    for (const typed of ['"', "a\"b", "!", "!!=", "..", "5...6", "-", "label=\"", "“x”", "((", "≠≠", "'", "1e5", "5.", "5%..6%"]) {
      const words = wordsOf(typed);
      expect(words.length).toBeGreaterThan(0);
      expect(words.map(({ at, end }) => typed.slice(at, end)).join("")).toBe(typed);
    }
  });

  it("writes texts so that they are read again", () => {
    for (const value of ["plain", "two words", 'with "marks"', "and", "5", "5..6", "a=b", "(x)", "", "it's"]) {
      const [token, ...more] = wordsOf(written(value));
      expect(more).toEqual([]);
      expect(token.text).toBe(value);
      expect(["word", "quoted"]).toContain(token.kind);
    }
  });
});

describe("a misspelled name", () => {
  it("is answered with the nearest ones", () => {
    expect(nearest("lable", ["loss", "label", "table"])[0]).toBe("label");
    expect(nearest("conf", ["loss", "confidence"])).toEqual(["confidence"]);
    expect(nearest("zzz", ["loss", "confidence"])).toEqual([]);
  });
});
