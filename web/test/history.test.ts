import { describe, expect, it } from "vitest";
import { History, type Moment } from "../src/state/history";
import type { Handle } from "../src/tour/handles";

const NONE: readonly Handle[] = [];

function moment(basis: readonly number[], selection: readonly number[] = [], handles = NONE): Moment {
  return { bases: new Map([["2", Float64Array.from(basis)], ["3", new Float64Array(9)]]), selection, filter: null, handles };
}

describe("the history", () => {
  it("keeps what a step changed, and nothing else", () => {
    const history = new History();
    history.record(moment([1, 0, 0, 1]), moment([1, 0, 0, 1]), "fc1");
    expect(history.undoable.value).toBe(false);
    history.record(moment([1, 0, 0, 1], [4]), moment([0, 1, 1, 0], [4]), "fc1");
    expect([history.undoable.value, history.redoable.value]).toEqual([true, false]);
    const back = history.undo();
    expect(Object.keys(back ?? {}).sort()).toEqual(["bases", "layer"]);
    expect([...(back?.bases ?? [])]).toEqual([["2", Float64Array.from([1, 0, 0, 1])]]);
    expect([history.undoable.value, history.redoable.value]).toEqual([false, true]);
    expect(history.redo()?.bases?.get("2")).toEqual(Float64Array.from([0, 1, 1, 0]));
    expect(history.redo()).toBeNull();
  });

  it("goes back step by step, and a new step takes the place of what was undone", () => {
    const history = new History();
    for (let i = 0; i < 3; i++) history.record(moment([], [i]), moment([], [i + 1]), "fc1");
    expect(history.undo()?.selection).toEqual([2]);
    expect(history.undo()?.selection).toEqual([1]);
    history.record(moment([], [1]), moment([], [9]), "fc2");
    expect(history.redo()).toBeNull();
    expect(history.undo()).toEqual({ selection: [1], layer: "fc2" });
    expect(history.undo()?.selection).toEqual([0]);
    expect(history.undo()).toBeNull();
  });

  it("joins steps of one name until it is parted", () => {
    const history = new History();
    for (let i = 0; i < 4; i++) history.record(moment([i]), moment([i + 1]), "fc1", "nudge");
    history.part();
    history.record(moment([4]), moment([5]), "fc1", "nudge");
    expect(history.undo()?.bases?.get("2")).toEqual(Float64Array.of(4));
    expect(history.undo()?.bases?.get("2")).toEqual(Float64Array.of(0));
    expect(history.redo()?.bases?.get("2")).toEqual(Float64Array.of(4));
  });

  it("tells a last bit of the basis from none", () => {
    const history = new History();
    history.record(moment([1]), moment([1 + Number.EPSILON]), "fc1");
    expect(history.undo()?.bases?.get("2")).toEqual(Float64Array.of(1));
  });

  it("forgets all when it is cleared, and the oldest when there are many", () => {
    const history = new History();
    for (let i = 0; i < 250; i++) history.record(moment([], [i]), moment([], [i + 1]), "fc1");
    let undone = 0;
    while (history.undo()) undone += 1;
    expect(undone).toBe(200);
    history.clear();
    expect(history.redoable.value).toBe(false);
  });

  it("keeps the filter, and that there was none", () => {
    const history = new History();
    history.record({ ...moment([]), filter: null }, { ...moment([]), filter: [3, 4] }, "fc1");
    expect(history.undo()).toEqual({ filter: null, layer: "fc1" });
    expect(history.redo()).toEqual({ filter: [3, 4], layer: "fc1" });
  });

  it("forgets the oldest of many large selections", () => {
    const history = new History();
    const selections = Array.from({ length: 8 }, (_, i) => new Array<number>(2_000_000).fill(i));
    for (let i = 0; i < 7; i++) history.record(moment([], selections[i]), moment([], selections[i + 1]), "fc1");
    let undone = 0;
    while (history.undo()) undone++;
    expect(undone).toBe(5);
  });
});
