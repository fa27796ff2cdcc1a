import { describe, expect, it } from "vitest";
import { branchAt, branchesOf, leavesUnder } from "../src/data/dendrogram";

// (0, 1) at 0.1 → 5; (3, 4) at 0.2 → 6; (5, 2) at 0.4 → 7; (7, 6) at 0.9
const TREE = [
  { a: 0, b: 1, height: 0.1 },
  { a: 3, b: 4, height: 0.2 },
  { a: 5, b: 2, height: 0.4 },
  { a: 7, b: 6, height: 0.9 },
];

describe("a tree of clusters", () => {
  it("joins two clusters in the middle of each, higher and higher", () => {
    const branches = branchesOf(TREE, 5, (leaf) => leaf);
    expect(branches.map(({ places }) => places)).toEqual([[0, 1], [3, 4], [0.5, 2], [1.25, 3.5]]);
    expect(branches.map(({ heights }) => heights)).toEqual([[0, 0], [0, 0], [0.1, 0], [0.4, 0.2]]);
    expect(branches.map(({ height }) => height)).toEqual([0.1, 0.2, 0.4, 0.9]);
  });

  it("has the lesser place first, wherever the leaves lie", () => {
    for (const { places } of branchesOf(TREE, 5, (leaf) => [4, 0, 3, 1, 2][leaf])) expect(places[0]).toBeLessThanOrEqual(places[1]);
  });

  it("goes on past what is left out, and is nothing of one leaf", () => {
    const some = branchesOf(TREE, 5, (leaf) => (leaf === 0 || leaf === 2 || leaf === 4 ? leaf : null));
    expect(some.map(({ merge, places, heights }) => [merge, places, heights])).toEqual([[2, [0, 2], [0, 0]], [3, [1, 4], [0.4, 0]]]);
    expect(branchesOf(TREE, 5, (leaf) => (leaf === 3 ? 3 : null))).toEqual([]);
  });

  it("tells the leaves under a merge", () => {
    expect([0, 1, 2, 3].map((merge) => leavesUnder(TREE, 5, merge))).toEqual([[0, 1], [3, 4], [0, 1, 2], [0, 1, 2, 3, 4]]);
  });

  it("has a branch under a pointer that is near its line across", () => {
    const branches = branchesOf(TREE, 5, (leaf) => (leaf + 0.5) / 5);
    const high = (height: number): number => 100 * height;
    expect(branchAt(branches, 0.25, 41, 200, high, 9)?.merge).toBe(2);
    expect(branchAt(branches, 0.25, 88, 200, high, 9)).toBeNull();
    expect(branchAt(branches, 0.6, 92, 200, high, 9)?.merge).toBe(3);
    expect(branchAt([], 0.5, 0, 200, high, 9)).toBeNull();
  });
});
