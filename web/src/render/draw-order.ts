/**
 * Which samples are drawn, and after which others: one list of indices on the graphics card. A sample that is not drawn costs
 * nothing, and a software renderer pays for each point by itself.
 */

import type { Gl } from "./gl";

/** A part of the list. */
export interface Part {
  readonly first: number;
  readonly count: number;
}

const NOTHING: Part = { first: 0, count: 0 };
const NOWHERE = 3;

export class DrawOrder {
  /** Those of the faded groups, which lie beneath all; the others; and on top what is selected. Each in the order of the samples. */
  beneath = NOTHING;
  plain = NOTHING;
  selected = NOTHING;
  /** Is any of those that are drawn selected? Then the others are faded. */
  anySelected = false;

  private readonly buffer: WebGLBuffer;
  private list = new Uint32Array(0);
  private groups: Uint16Array = new Uint16Array(0);
  private faded: Uint8Array = new Uint8Array(0);
  private shown: Uint8Array = new Uint8Array(0);
  private ringed: Uint8Array = new Uint8Array(0);
  private stale = true;

  constructor(private readonly context: Gl) {
    this.buffer = context.buffer();
  }

  /** (sample,): the group of each. */
  setGroups(groups: Uint16Array): void {
    this.groups = groups;
    this.stale = true;
  }

  /** (group,): 1 for those that are faded. */
  setFaded(faded: Uint8Array): void {
    this.faded = faded;
    this.stale = true;
  }

  /** (sample,): 1 for those that are drawn. */
  setShown(shown: Uint8Array): void {
    this.shown = shown;
    this.stale = true;
  }

  /** (sample,): 1 for those with a ring. */
  setSelected(selected: Uint8Array): void {
    this.ringed = selected;
    this.stale = true;
  }

  /** Make the list the elements of the vertex array that is bound. */
  bind(): void {
    const { gl } = this.context;
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffer);
    if (!this.stale) return;
    this.stale = false;
    const { groups, faded, shown, ringed } = this;
    const partOf = (sample: number): number => (shown[sample] !== 1 ? NOWHERE : faded[groups[sample]] === 1 ? 0 : ringed[sample] === 1 ? 2 : 1);
    const counts = [0, 0, 0, 0];
    this.anySelected = false;
    for (let i = 0; i < groups.length; i++) {
      counts[partOf(i)] += 1;
      if (shown[i] === 1 && ringed[i] === 1) this.anySelected = true;
    }
    const next = [0, counts[0], counts[0] + counts[1], 0];
    [this.beneath, this.plain, this.selected] = [0, 1, 2].map((part) => ({ first: next[part], count: counts[part] }));
    if (this.list.length < groups.length) this.list = new Uint32Array(groups.length);
    for (let i = 0; i < groups.length; i++) {
      const part = partOf(i);
      if (part !== NOWHERE) this.list[next[part]++] = i;
    }
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, this.list.subarray(0, next[2]), gl.DYNAMIC_DRAW);
  }
}
