import { describe, expect, it } from "vitest";
import { type Known, suggestionsFor } from "../src/data/suggestions";

const known: Known = {
  columns: [
    { name: "label", kind: "category" },
    { name: "text", kind: "text" },
    { name: "confidence", kind: "number" },
    { name: "loss", kind: "number" },
    { name: "id", kind: "number" },
  ],
  values: (column) => (column === "label" ? ["Sneaker", "Ankle boot", "Bag"] : []),
  classNames: ["Sneaker", "Ankle boot", "Bag"],
  saved: ["odd ones"],
};

function offered(typed: string, caret = typed.length): string[] {
  return suggestionsFor(typed, caret, known).options.map(({ text }) => text);
}

describe("suggestions", () => {
  it.each([
    ["", ["label", "text", "confidence", "loss", "id", 'in "odd ones"', "not"]],
    ["l", ["label", "loss"]],
    ["an", ['label = "Ankle boot"']],
    ["label ", ["=", "!=", "contains"]],
    ["confidence ", ["=", "!=", "<", "<=", ">", ">=", "in"]],
    ["label = ", ["Sneaker", '"Ankle boot"', "Bag", "text"]],
    ["label = an", ['"Ankle boot"']],
    ['label = "ank', ['"Ankle boot"']],
    ["loss > ", ["confidence", "id"]],
    ["label = Bag ", ["and", "or"]],
    ["label = Bag a", ["and"]],
    ["label = Bag and c", ["confidence"]],
    ["not (lo", ["loss"]],
    ["o", ['in "odd ones"']],
    ["in ", ['"odd ones"']],
    ["id in ", []],
    ["text contains ", []],
    ["label", []],
  ])("behind “%s”", (typed, options) => {
    expect(offered(typed)).toEqual(options);
  });

  it("take the place of what is being typed", () => {
    expect(suggestionsFor("la = 3", 2, known)).toMatchObject({ from: 0, to: 2, options: [{ text: "label" }] });
  });
});
