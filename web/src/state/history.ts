/** What can be undone: the basis, the selection, the filter, the handles. A step keeps what it changed, as it was and as it became. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Handle } from "../tour/handles";

/** All that undo goes back to. */
export interface Moment {
  /** The basis of each space, row-major. */
  readonly bases: ReadonlyMap<string, Float64Array>;
  readonly selection: readonly number[];
  /** The samples that alone are drawn; null is all. */
  readonly filter: readonly number[] | null;
  readonly handles: readonly Handle[];
}

/** What one step changed, to be set again; and the layer that it was done on. */
export interface Change extends Partial<Moment> {
  readonly layer: string;
}

interface Step {
  readonly before: Partial<Moment>;
  readonly after: Partial<Moment>;
  readonly layer: string;
  readonly merging: string | null;
}

/** Steps that are kept. */
const MOST = 200;
/** Samples that the selections of all kept steps may have together: some tens of megabytes. */
const MOST_SAMPLES = 10_000_000;

export class History {
  private steps: Step[] = [];
  /** Steps that are done; those behind can be done again. */
  private done = 0;
  private readonly canUndo: Signal<boolean> = signal(false);
  private readonly canRedo: Signal<boolean> = signal(false);
  readonly undoable: ReadonlySignal<boolean> = this.canUndo;
  readonly redoable: ReadonlySignal<boolean> = this.canRedo;

  /**
   * Keep a step, if anything is other than before. `merging`: steps of one such name that follow each other are one,
   * as many presses of a key are one movement.
   */
  record(before: Moment, after: Moment, layer: string, merging: string | null = null): void {
    const [old, now] = difference(before, after);
    if (!Object.keys(now).length) return;
    const last = this.steps[this.done - 1];
    if (merging !== null && last?.merging === merging && this.done === this.steps.length) {
      const bases = old.bases && new Map([...old.bases, ...(last.before.bases ?? [])]);
      this.steps[this.done - 1] = { ...last, before: { ...old, ...last.before, ...(bases && { bases }) }, after: { ...last.after, ...now } };
      return;
    }
    this.steps = [...this.steps.slice(0, this.done), { before: old, after: now, layer, merging }].slice(-MOST);
    // The newest step is kept, be it large.
    for (let samples = 0, i = this.steps.length - 1; i >= 0; i--) {
      const { selection, filter } = this.steps[i].after;
      samples += (selection?.length ?? 0) + (filter?.length ?? 0);
      if (samples <= MOST_SAMPLES || i === this.steps.length - 1) continue;
      this.steps = this.steps.slice(i + 1);
      break;
    }
    this.done = this.steps.length;
    this.tell();
  }

  undo(): Change | null {
    const step = this.steps[this.done - 1];
    if (!step) return null;
    this.done -= 1;
    this.tell();
    return { ...step.before, layer: step.layer };
  }

  redo(): Change | null {
    const step = this.steps[this.done];
    if (!step) return null;
    this.done += 1;
    this.tell();
    return { ...step.after, layer: step.layer };
  }

  /** Let the next step begin anew, whatever it is called. */
  part(): void {
    const last = this.steps[this.done - 1];
    if (last?.merging != null) this.steps[this.done - 1] = { ...last, merging: null };
  }

  clear(): void {
    this.steps = [];
    this.done = 0;
    this.tell();
  }

  private tell(): void {
    this.canUndo.value = this.done > 0;
    this.canRedo.value = this.done < this.steps.length;
  }
}

/** What differs of two moments: as it was, and as it became. */
function difference(before: Moment, after: Moment): [Partial<Moment>, Partial<Moment>] {
  const old: { -readonly [K in keyof Moment]?: Moment[K] } = {};
  const now: { -readonly [K in keyof Moment]?: Moment[K] } = {};
  const turned = [...after.bases].filter(([space, basis]) => {
    const was = before.bases.get(space);
    return was !== undefined && !same(was, basis);
  });
  if (turned.length) {
    old.bases = new Map(turned.map(([space, basis]) => [space, before.bases.get(space) ?? basis]));
    now.bases = new Map(turned);
  }
  if (!same(before.selection, after.selection)) {
    old.selection = before.selection;
    now.selection = after.selection;
  }
  if (before.filter !== after.filter) {
    old.filter = before.filter;
    now.filter = after.filter;
  }
  if (before.handles !== after.handles) {
    old.handles = before.handles;
    now.handles = after.handles;
  }
  return [old, now];
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
