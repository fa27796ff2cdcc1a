/** A tree of clusters as lines: each merge has two ends that begin where its clusters lie, and a line across at its height. */

import type { Merge } from "./similarity";

export interface Branch {
  /** The place of the merge in the tree. */
  readonly merge: number;
  /** Where both clusters lie across, the lesser first, and at what height each was made: 0 for a leaf. */
  readonly places: readonly [number, number];
  readonly heights: readonly [number, number];
  readonly height: number;
}

/**
 * The branches that are drawn of a tree whose leaves lie at `placeOf`, null for those that are left out: where of a merge
 * one side alone is drawn, its line goes on.
 */
export function branchesOf(tree: readonly Merge[], leaves: number, placeOf: (leaf: number) => number | null): Branch[] {
  const made: ({ place: number; height: number } | null)[] = [];
  const end = (cluster: number): { place: number; height: number } | null => {
    if (cluster >= leaves) return made[cluster - leaves];
    const place = placeOf(cluster);
    return place === null ? null : { place, height: 0 };
  };
  const branches: Branch[] = [];
  tree.forEach(({ a, b, height }, merge) => {
    const [one, two] = [end(a), end(b)];
    if (!one || !two) {
      made.push(one ?? two);
      return;
    }
    const [low, high] = one.place <= two.place ? [one, two] : [two, one];
    branches.push({ merge, places: [low.place, high.place], heights: [low.height, high.height], height });
    made.push({ place: (low.place + high.place) / 2, height });
  });
  return branches;
}

/** The leaves under a merge, in order. */
export function leavesUnder(tree: readonly Merge[], leaves: number, merge: number): number[] {
  const found: number[] = [];
  const open = [merge + leaves];
  for (let cluster = open.pop(); cluster !== undefined; cluster = open.pop()) {
    if (cluster < leaves) found.push(cluster);
    else open.push(tree[cluster - leaves].a, tree[cluster - leaves].b);
  }
  return found.sort((x, y) => x - y);
}

/**
 * The merge whose line across is nearest to a point, within `reach` of it in units of the drawing; null for none.
 *
 * `place` is a share of `across`, `away` the distance from the foot; `high` says how far a height reaches.
 */
export function branchAt(branches: readonly Branch[], place: number, away: number, across: number, high: (height: number) => number, reach: number): Branch | null {
  let best: Branch | null = null;
  let least = reach;
  for (const branch of branches) {
    const beside = Math.max(0, branch.places[0] - place, place - branch.places[1]) * across;
    const distance = Math.hypot(beside, high(branch.height) - away);
    if (distance < least) [best, least] = [branch, distance];
  }
  return best;
}
