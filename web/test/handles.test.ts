import { describe, expect, it } from "vitest";
import { asHandles } from "../src/state/given-handles";
import { quantized } from "../src/tour/fit";
import { axisNames, type Handle, pointOf, shownHandles } from "../src/tour/handles";
import { TourMotion } from "../src/tour/motion";
import { type Scene, spaceOf } from "../src/tour/scene";

const AXES = ["cat", "dog", "fox"];
const COLORING = { by: "label", of: Uint16Array.of(0, 1, 0, 1, 2), names: ["cat", "dog", "none of it"] };
const VALUES = Float32Array.from([5, 1, 0, 0, 7, 1, 4, 2, -1, 1, 6, 0, 0, 0, 3]);
const OTHER = VALUES.map((x, i) => 2 * x + i);

function scene(weight = 1): Scene {
  const parts = [{ step: quantized(VALUES, 5, 3), weight }];
  if (weight < 1) parts.push({ step: quantized(OTHER, 5, 3), weight: 1 - weight });
  return { key: "a", dims: 3, space: "3 units", parts, axes: AXES, instant: true };
}

describe("the point of a handle", () => {
  it("is the mean of its samples, less the center, also between two checkpoints", () => {
    const handle: Handle = { kind: "samples", samples: [1, 4], name: "", pinned: false };
    const ofClass: Handle = { kind: "class", group: 1, of: "label", name: "", pinned: false };
    for (const weight of [1, 0.25]) {
      const mean = (samples: readonly number[], k: number): number => {
        const of = (values: Float32Array): number => {
          const center = [0, 1, 2, 3, 4].reduce((sum, i) => sum + values[3 * i + k] / 5, 0);
          return samples.reduce((sum, i) => sum + (values[3 * i + k] - center) / samples.length, 0);
        };
        return weight * of(VALUES) + (1 - weight) * of(OTHER);
      };
      for (const [point, samples] of [
        [pointOf(handle, scene(weight), COLORING), [1, 4]],
        [pointOf(ofClass, scene(weight), COLORING), [1, 3]],
      ] as const) {
        point?.forEach((x, k) => expect(x).toBeCloseTo(mean(samples, k), 2));
      }
    }
  });

  it("is where the end of the axis is drawn", () => {
    const motion = new TourMotion();
    const here = scene(0.25);
    motion.show(here);
    const frame = motion.frame();
    const [ends, radius, basis] = [frame?.axes[0].ends ?? [], frame?.radius ?? 0, motion.basis(spaceOf(3, true), 3)];
    for (let axis = 0; axis < 3; axis++) {
      const point = pointOf({ kind: "axis", axis, of: null, name: "", pinned: false }, here, null) ?? [];
      for (const side of [0, 1]) {
        const projected = [...point].reduce((sum, x, k) => sum + x * basis[3 * k + side], 0);
        expect(projected / radius).toBeCloseTo(ends[2 * axis + side], 6);
      }
    }
  });
});

describe("the handles on the stage", () => {
  const listed: Handle[] = [
    { kind: "samples", samples: [2], name: "sample 2", pinned: false },
    { kind: "axis", axis: 1, of: "dog", name: "hound", pinned: true },
    { kind: "class", group: 1, of: "label", name: "dog", pinned: false },
    { kind: "class", group: 1, of: "prediction", name: "dog", pinned: false },
    { kind: "axis", axis: 0, of: "unit 0", name: "unit 0", pinned: false },
  ];

  it("are those of the axes, then those of the list that belong here", () => {
    const names = shownHandles(listed, AXES, COLORING, true).map(({ handle, listed: at }) => [handle.name, at]);
    expect(names).toEqual([["cat", null], ["hound", 1], ["fox", null], ["sample 2", 0], ["dog", 2]]);
    expect(shownHandles(listed, AXES, COLORING, false).map(({ listed: at }) => at)).toEqual([1, 0, 2]);
    expect(shownHandles(listed, null, COLORING, true).map(({ listed: at }) => at)).toEqual([0, 2]);
  });

  it("name the axes", () => {
    expect(axisNames(AXES, shownHandles(listed, AXES, COLORING, true))).toEqual(["cat", "hound", "fox"]);
    // The same list as long as nobody named one: the stage measures each name once.
    expect(axisNames(AXES, shownHandles([], AXES, COLORING, true))).toBe(AXES);
  });

  it("keep their keys when they are named", () => {
    const [first] = shownHandles(listed, null, null, false);
    const [again] = shownHandles([{ ...listed[0], name: "odd" }], null, null, false);
    expect(again.key).toBe(first.key);
  });
});

describe("handles from a script", () => {
  it("are completed", () => {
    expect(asHandles([{ kind: "axis", axis: 3 }, { kind: "class", group: 2, of: "label", name: "two" }, { kind: "samples", samples: [1, 2] }], 5)).toEqual([
      { kind: "axis", axis: 3, of: null, name: "axis 3", pinned: false },
      { kind: "class", group: 2, of: "label", name: "two", pinned: false },
      { kind: "samples", samples: [1, 2], name: "2 samples", pinned: false },
    ]);
  });

  it.each([
    [7],
    [[{ kind: "sample", samples: [1] }]],
    [[{ kind: "samples", samples: [] }]],
    [[{ kind: "samples", samples: [5] }]],
    [[{ kind: "axis", axis: -1 }]],
    [[{ kind: "class", group: 0.5 }]],
    [[{ kind: "axis", axis: 0, pinned: "yes" }]],
    [[{ kind: "axis", axis: 0, name: " " }]],
  ])("are refused: %j", (value) => {
    expect(asHandles(value, 5)).toBeTypeOf("string");
  });
});

describe("the motion", () => {
  it("goes back to a basis bit for bit, by a turn that ends there", () => {
    const motion = new TourMotion();
    motion.show(scene());
    motion.frame();
    motion.advance(0.05, true, 1);
    const before = motion.bases();
    for (let i = 0; i < 70; i++) motion.advance(0.05, true, 1);
    motion.restore(before);
    expect([...motion.basis(spaceOf(3, true), 3)]).toEqual([...(before.get("3 units") ?? [])]);
    expect(motion.moving).toBe(true);
    for (let i = 0; i < 20; i++) motion.advance(0.05, false, 1);
    expect([...(motion.seen?.basis ?? [])]).toEqual([...(before.get("3 units") ?? [])]);
  });
});
