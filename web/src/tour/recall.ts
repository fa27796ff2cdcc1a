/** How much of each sample's neighborhood a plane keeps: what of the picture itself can be trusted. */

import { PlanarGrid } from "./planar-grid";
import type { Scene } from "./scene";

/** Samples gone through between two places where the work may be broken off. */
const SLICE = 64;
/** Rows that are projected so. */
const ROWS = 20_000;

/** Whose neighborhoods are looked at, in which company. */
export interface Company {
  /** The samples that are drawn, ascending. */
  readonly pool: Int32Array;
  /** Places in the pool: those that are measured. */
  readonly measured: Int32Array;
  /** The neighbors of each measured sample in the data that are drawn, as places in the pool, nearest first. */
  readonly near: readonly Int32Array[];
}

/** At most so many of a list, evenly over it. */
export function evenlyOf(count: number, most: number): Int32Array {
  const some = Math.min(count, most);
  return Int32Array.from({ length: some }, (_, i) => Math.floor((i * count) / some));
}

/** The coordinates of some samples that a basis projects: (n, dims), row-major. */
export function coordinatesOf({ parts, dims }: Scene, samples: ArrayLike<number>): Float64Array {
  const rows = new Float64Array(samples.length * dims);
  for (const { step, weight } of parts) {
    for (let i = 0, at = 0; i < samples.length; i++) {
      for (let k = 0, from = samples[i] * dims; k < dims; k++, at++) rows[at] += weight * step.screen[from + k] * step.scale[k];
    }
  }
  return rows;
}

/** Where some samples lie on the plane of the first two columns of a basis (dims, dims). */
export function* projected(scene: Scene, basis: ArrayLike<number>, pool: Int32Array): Generator<void, readonly [Float64Array, Float64Array]> {
  const { dims } = scene;
  const [x, y] = [new Float64Array(pool.length), new Float64Array(pool.length)];
  for (let start = 0; start < pool.length; start += ROWS) {
    const rows = coordinatesOf(scene, pool.subarray(start, start + ROWS));
    for (let i = 0, at = 0; at < rows.length; i++) {
      let [px, py] = [0, 0];
      for (let k = 0; k < dims; k++, at++) {
        px += rows[at] * basis[k * dims];
        py += rows[at] * basis[k * dims + 1];
      }
      x[start + i] = px;
      y[start + i] = py;
    }
    yield;
  }
  return [x, y];
}

/** The neighbors that a graph (sample, k) tells of, those alone that are drawn: fewer than k where some are not. */
export function nearInGraph(indices: ArrayLike<number>, stored: number, k: number, pool: Int32Array, measured: Int32Array, samples: number): Int32Array[] {
  const place = new Int32Array(samples).fill(-1);
  pool.forEach((sample, i) => (place[sample] = i));
  return Array.from(measured, (own) => {
    const row = pool[own] * stored;
    const kept: number[] = [];
    for (let j = 0; j < Math.min(k, stored); j++) {
      // Approximate searches may find fewer, and mark the rest by -1.
      const there = indices[row + j] >= 0 ? place[indices[row + j]] : -1;
      if (there >= 0 && there !== own) kept.push(there);
    }
    return Int32Array.from(kept);
  });
}

/** The k nearest of each measured sample in all dimensions of the scene, among those that are drawn. */
export function* nearInScene(scene: Scene, k: number, pool: Int32Array, measured: Int32Array): Generator<void, Int32Array[]> {
  const { dims } = scene;
  const rows = coordinatesOf(scene, pool);
  const most = Math.min(k, pool.length - 1);
  const lists: Int32Array[] = [];
  const distances = new Float64Array(most);
  for (const own of measured) {
    const kept = new Int32Array(most);
    let count = 0;
    for (let other = 0, at = 0; other < pool.length; other++, at += dims) {
      if (other === own) continue;
      const limit = count === most ? distances[most - 1] : Infinity;
      let distance = 0;
      for (let d = 0; d < dims; d++) {
        const difference = rows[at + d] - rows[own * dims + d];
        distance += difference * difference;
      }
      // Of the same distance the one that comes first stays.
      if (!(distance < limit)) continue;
      let place = count < most ? count++ : most - 1;
      while (place > 0 && distances[place - 1] > distance) {
        distances[place] = distances[place - 1];
        kept[place] = kept[place - 1];
        place -= 1;
      }
      distances[place] = distance;
      kept[place] = other;
    }
    lists.push(kept.subarray(0, count));
    yield;
  }
  return lists;
}

/** The mean share of the measured samples' neighbors that are among as many nearest on the plane; NaN where none has any. */
export function recallOn(x: Float64Array, y: Float64Array, { measured, near }: Pick<Company, "measured" | "near">): number {
  const most = longest(near);
  const grid = new PlanarGrid(x, y, most);
  const found = new Int32Array(most);
  let [sum, count] = [0, 0];
  for (let i = 0; i < measured.length; i++) {
    if (!near[i].length) continue;
    sum += shareKept(grid, measured[i], near[i], found);
    count += 1;
  }
  return sum / count;
}

export interface Kept {
  /** NaN where no sample has a neighbor. */
  readonly recall: number;
  /** Of the labeled samples' nearest on the plane, the share with the same label; null where there are none. */
  readonly hit: number | null;
}

/** The same in slices, and how many of the nearest on the plane have the same label. `labels`: by place in the pool, -1 none. */
export function* keptOn(x: Float64Array, y: Float64Array, { measured, near }: Company, labels: Int32Array, hitK: number): Generator<void, Kept> {
  const most = Math.max(longest(near), Math.min(hitK, x.length - 1));
  const grid = new PlanarGrid(x, y, most);
  const found = new Int32Array(most);
  let [sum, count, same, labeled] = [0, 0, 0, 0];
  for (let i = 0; i < measured.length; i++) {
    if (near[i].length) {
      sum += shareKept(grid, measured[i], near[i], found);
      count += 1;
    }
    const label = labels[measured[i]];
    const seen = label < 0 ? 0 : grid.nearest(measured[i], Math.min(hitK, x.length - 1), found);
    if (seen) {
      let hits = 0;
      for (let j = 0; j < seen; j++) if (labels[found[j]] === label) hits += 1;
      same += hits / seen;
      labeled += 1;
    }
    if (i % SLICE === SLICE - 1) yield;
  }
  return { recall: sum / count, hit: labeled ? same / labeled : null };
}

function longest(near: readonly Int32Array[]): number {
  return near.reduce((most, { length }) => Math.max(most, length), 1);
}

function shareKept(grid: PlanarGrid, own: number, near: Int32Array, found: Int32Array): number {
  const seen = grid.nearest(own, near.length, found);
  let kept = 0;
  for (let j = 0; j < seen; j++) if (near.includes(found[j])) kept += 1;
  return kept / near.length;
}
