import { describe, expect, it } from "vitest";
import { flagsOf } from "../src/data/sample-sets";
import { meanColors } from "../src/data/pictures";
import { GROWING, HOVERED, imageSides, SELECTED, WORDS } from "../src/render/images-pass";
import { Instances } from "../src/render/instances";
import { shortened } from "../src/render/text-labels";
import { Pace } from "../src/tour/pace";

describe("the pace of choosing", () => {
  it("chooses at once at rest, and once", () => {
    const pace = new Pace();
    expect(pace.take(1000)).toBe("rest");
    expect(pace.take(1001)).toBeNull();
    expect(pace.wait(1001)).toBeNull();
    pace.change();
    expect(pace.take(1002)).toBe("rest");
  });

  it("lets the frame go first that answers a selection", () => {
    const pace = new Pace();
    pace.change(1060);
    expect(pace.take(1000)).toBeNull();
    expect(pace.wait(1000)).toBe(60);
    expect(pace.take(1060)).toBe("rest");
    expect(pace.wait(1060)).toBeNull();
  });

  it("chooses twice a second on the move, and once more behind it", () => {
    const pace = new Pace();
    const found: string[] = [];
    for (let now = 0; now <= 1000; now += 10) {
      pace.move(now);
      const due = pace.take(now);
      if (due) found.push(`${now} ${due}`);
    }
    expect(found).toEqual(["0 moving", "500 moving", "1000 moving"]);
    expect(pace.wait(1000)).toBe(150);
    expect(pace.take(1149)).toBeNull();
    expect(pace.take(1150)).toBe("rest");
    expect(pace.wait(1150)).toBeNull();
  });
});

it("has patience while pages come, and chooses at once behind the last", () => {
  const pace = new Pace();
  expect(pace.take(1000, true)).toBe("rest");
  pace.change();
  expect(pace.take(1100, true)).toBeNull();
  expect(pace.wait(1100, true)).toBe(200);
  expect(pace.take(1300, true)).toBe("rest");
  pace.change();
  expect(pace.take(1301, false)).toBe("rest");
});

describe("the list of pictures", () => {
  const cells = { cellOf: (sample: number) => (sample === 9 ? -1 : 100 + sample) };
  const groups = Uint16Array.from({ length: 20 }, (_, i) => i % 3);
  const rows = (instances: Instances): number[][] =>
    Array.from({ length: instances.count }, (_, i) => [...instances.words.subarray(WORDS * i, WORDS * i + 3)]);

  it("draws the first last, what is pointed at in front of all, and nothing whose page is not there", () => {
    const instances = new Instances();
    instances.build(Uint32Array.of(4, 9, 2), cells, { groups, selected: flagsOf([2], groups.length), hovered: 7 }, 10, true);
    expect(rows(instances)).toEqual([
      [2, 102, 2 | (SELECTED << 16)],
      [4, 104, 1],
      [7, 107, 1 | (HOVERED << 16)],
    ]);
    expect(instances.fromTop()).toEqual([4, 2]);
    instances.build(Uint32Array.of(4, 9, 2), cells, { groups, selected: flagsOf([], groups.length), hovered: 2 }, 10, true);
    expect(instances.fromTop()).toEqual([2, 4]);
    expect(instances.has(7)).toBe(false);
    expect(instances.has(9)).toBe(false);
    expect(instances.growing(10)).toBe(false);
  });

  it("lets pictures grow, stay as they are, and go", () => {
    const instances = new Instances();
    const marked = { groups, selected: flagsOf([], groups.length), hovered: null };
    instances.build(Uint32Array.of(4, 2), cells, marked, 10, false);
    expect(instances.growing(10.1)).toBe(true);
    expect(instances.growing(10.1 + GROWING)).toBe(false);
    instances.build(Uint32Array.of(4), cells, marked, 20, false);
    const times = new Float32Array(instances.words.buffer);
    expect(rows(instances).map(([sample]) => sample)).toEqual([2, 4]);
    expect(times[3]).toBeCloseTo(-instances.clock(20));
    expect(times[WORDS + 3]).toBeCloseTo(instances.clock(10));
    instances.build(Uint32Array.of(4), cells, marked, 30, false);
    expect(rows(instances).map(([sample]) => sample)).toEqual([4]);
  });
});

it("means each cell of a sheet by itself", () => {
  // Two columns of cells 2 high and 3 wide; the third cell lies in the second row.
  const [width, height] = [6, 4];
  const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
  const paint = (x: number, y: number, color: readonly number[]): void => pixels.set(color, 4 * (y * width + x));
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) paint(x, y, x < 3 ? [10 * y, 60, 0] : [200, x, y]);
  expect([...meanColors(pixels, width, [2, 3], 2, 3)]).toEqual([5, 60, 0, 200, 4, 1, 25, 60, 0]);
});

it("makes images larger from near, up to twice their size, and keeps their shape", () => {
  expect(imageSides(2000, 1, [28, 28])).toEqual([14, 14]);
  expect(imageSides(2000, 4, [28, 28])).toEqual([28, 28]);
  expect(imageSides(2000, 200, [28, 28])).toEqual([56, 56]);
  expect(imageSides(2000, 200, [8, 8])).toEqual([56, 56]);
  expect(imageSides(70_000, 1, [28, 28])).toEqual([14, 14]);
  expect(imageSides(100, 1, [32, 32])[0]).toBeGreaterThan(25);
  expect(imageSides(2000, 4, [16, 32])).toEqual([28, 14]);
});

it("begins texts with whole words", () => {
  expect(shortened("short\n  enough ")).toBe("short enough");
  expect(shortened("the quick brown fox jumps over the lazy dog")).toBe("the quick brown fox jumps…");
  expect([...shortened("x".repeat(99))]).toHaveLength(26);
  expect(shortened("ä".repeat(26))).toBe("ä".repeat(26));
});
