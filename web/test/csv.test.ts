import { describe, expect, it } from "vitest";
import { csvOf } from "../src/data/csv";
import { asColumn } from "../src/data/sample-columns";

describe("a table of samples", () => {
  it("is what RFC 4180 says", () => {
    const columns = [
      asColumn("label", Int32Array.of(0, 1, -1), ["cat, small", 'the "dog"']),
      asColumn("a,b", ["plain", "two\nlines", 'quote "it"'], null),
      asColumn("confidence", Float32Array.of(0.1, Number.NaN, 1 / 3), null),
      asColumn("weight", Float64Array.of(0.1, 1e-7, -2), null),
      asColumn("odd", [true, false, true], null),
    ];
    const lines = [
      'id,label,"a,b",confidence,weight,odd',
      '0,"cat, small",plain,0.1,0.1,true',
      '1,"the ""dog""","two\nlines",,1e-7,false',
      '2,,"quote ""it""",0.33333334,-2,true',
    ];
    expect(csvOf([0, 1, 2], columns)).toBe(`${lines.join("\r\n")}\r\n`);
    expect(csvOf([2], columns)).toBe(`${lines[0]}\r\n${lines[3]}\r\n`);
    expect(csvOf([], columns)).toBe(`${lines[0]}\r\n`);
  });

  it("keeps every float32 to the last bit", () => {
    const values = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i) * 10 ** ((i % 60) - 30));
    const rows = csvOf([...values.keys()], [asColumn("x", values, null)]).trim().split("\r\n").slice(1);
    expect(Float32Array.from(rows, (row) => Number(row.split(",")[1]))).toEqual(values);
  });
});
