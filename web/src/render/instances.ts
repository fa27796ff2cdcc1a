/** The list of pictures as the graphics card draws it: which sample, from which cell, framed how, and since when. */

import { GROWING, HOVERED, SELECTED, WORDS } from "./images-pass";

/** Where the cell of a sample is; -1 where it is not there. */
export interface Cells {
  cellOf(sample: number): number;
}

export interface Marked {
  /** (sample,): the group that a frame has its color of. */
  readonly groups: Uint16Array;
  /** (sample,): 1 for those that are selected. */
  readonly selected: Uint8Array;
  readonly hovered: number | null;
}

export class Instances {
  words = new Uint32Array(0);
  count = 0;
  stale = true;
  /** When each appeared, in seconds of the clock below; 0: it was there from the beginning. */
  private since = new Map<number, number>();
  /** Those that go, and when they began to. */
  private going = new Map<number, number>();
  private order: number[] = [];
  private reachable: number[] = [];
  private lastChange = Number.NEGATIVE_INFINITY;
  private began: number | null = null;

  has(sample: number): boolean {
    return this.since.has(sample);
  }

  /** Does one of them appear or go right now? */
  growing(seconds: number): boolean {
    return seconds - this.lastChange < GROWING + 0.02;
  }

  /** Seconds as the instances have them: small enough for single precision, and never 0. */
  clock(seconds: number): number {
    this.began ??= seconds - 1;
    return seconds - this.began;
  }

  /**
   * The samples that have room for a picture, the one in front of all first. Without one that has a picture only while it
   * is pointed at: it is a point for the pointer, else nothing near it could be reached.
   */
  fromTop(): readonly number[] {
    return this.reachable;
  }

  clear(): void {
    this.words = new Uint32Array(0);
    this.count = 0;
    this.stale = true;
    this.order = this.reachable = [];
    this.since.clear();
    this.going.clear();
    this.lastChange = Number.NEGATIVE_INFINITY;
  }

  /** `chosen`: the first is drawn last. What is pointed at has a picture too, in front of all. */
  build(chosen: Uint32Array, cells: Cells, marked: Marked, seconds: number, still: boolean): void {
    this.stale = false;
    const now = this.clock(seconds);
    const { hovered } = marked;
    const first = hovered !== null && hovered < marked.groups.length ? [hovered] : [];
    const there = (sample: number): boolean => cells.cellOf(sample) >= 0;
    this.order = [...first, ...Array.from(chosen).filter((sample) => sample !== hovered)].filter(there);
    this.reachable = first.length && !chosen.includes(first[0]) ? this.order.filter((sample) => sample !== hovered) : this.order;

    const since = new Map<number, number>();
    for (const sample of this.order) {
      const old = this.since.get(sample);
      since.set(sample, old ?? (still ? 0 : now));
      if (old === undefined && !still) this.lastChange = seconds;
      this.going.delete(sample);
    }
    for (const [sample, began] of this.going) {
      if (now - began > GROWING || cells.cellOf(sample) < 0) this.going.delete(sample);
    }
    for (const sample of this.since.keys()) {
      if (since.has(sample) || still || cells.cellOf(sample) < 0) continue;
      this.going.set(sample, now);
      this.lastChange = seconds;
    }
    this.since = since;
    this.write(cells, marked);
  }

  private write(cells: Cells, { groups, selected, hovered }: Marked): void {
    this.count = this.going.size + this.order.length;
    if (this.words.length < WORDS * this.count) this.words = new Uint32Array(WORDS * this.count);
    const times = new Float32Array(this.words.buffer);
    let at = 0;
    const put = (sample: number, time: number): void => {
      const flags = (selected[sample] === 1 ? SELECTED : 0) | (sample === hovered ? HOVERED : 0);
      this.words[at] = sample;
      this.words[at + 1] = cells.cellOf(sample);
      this.words[at + 2] = groups[sample] | (flags << 16);
      times[at + 3] = time;
      at += WORDS;
    };
    for (const [sample, began] of this.going) put(sample, -began);
    for (let i = this.order.length - 1; i >= 0; i--) put(this.order[i], this.since.get(this.order[i]) ?? 0);
  }
}
