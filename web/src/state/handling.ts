/** What a person does with handles: makes, names, pins and removes them; and undoes what was done. */

import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { isSame } from "../data/sample-sets";
import { type Handle, membersOf, samplesName, type ShownHandle } from "../tour/handles";
import type { AppState } from "./app-state";
import { Grip } from "./grip";
import { type Change, History, type Moment } from "./history";

/** Groups that get a handle at once: each is an element of the page that moves with every frame. */
const MOST_CLASSES = 100;
export class Handling {
  readonly history = new History();
  readonly handles: Signal<readonly Handle[]> = signal([]);
  /** Whether the axes have handles; null leaves it to the layer: class names have. */
  readonly axes: Signal<boolean | null> = signal(null);
  /** The handle that the keyboard should be on once it is there. */
  readonly focused: Signal<string | null> = signal(null);
  /** The hand on the handles of the first picture. */
  readonly grip: Grip;

  constructor(private readonly state: AppState) {
    this.grip = new Grip(state, state);
  }

  /** Has each group of the coloring a handle? */
  readonly classesShown: ReadonlySignal<boolean> = computed(() => {
    const there = new Set(this.grip.shown.value.map(({ handle }) => (handle.kind === "class" ? handle.group : -1)));
    const groups = this.groups();
    return groups.length > 0 && groups.every((group) => there.has(group));
  });

  /** Do something that can be undone. */
  step(change: () => void, merging: string | null = null): void {
    const before = this.moment();
    batch(() => {
      change();
      // A name that changed is drawn by the stage, which else would not know of it.
      this.state.woken.value += 1;
    });
    this.history.record(before, this.moment(), this.state.layer.peek(), merging);
  }

  undo(): void {
    this.restore(this.history.undo());
  }

  redo(): void {
    this.restore(this.history.redo());
  }

  /** The recording is another: its handles and what was done with them are gone. */
  forget(): void {
    this.grip.drop();
    this.history.clear();
    this.handles.value = [];
  }

  toggleAxes(): void {
    if (this.grip.hasAxes.peek()) this.axes.value = !this.grip.axesShown.peek();
    else this.state.notice.value = "This layer is laid out in directions of its own: axes have handles where units are shown as they are.";
  }

  /** A handle for each group of the coloring; or none, where all have one. */
  toggleClasses(): void {
    const coloring = this.state.grouping.peek();
    if (!coloring) {
      this.state.notice.value = "Numbers have no groups: color by label or another category to have a handle at the middle of each.";
      return;
    }
    const { by, names, none } = coloring;
    const of = (handle: Handle): boolean => handle.kind === "class" && (handle.of === null || handle.of === by);
    if (this.classesShown.peek()) {
      this.step(() => (this.handles.value = this.handles.peek().filter((handle) => !of(handle))));
      return;
    }
    const there = new Set(this.handles.peek().map((handle) => (handle.kind === "class" && of(handle) ? handle.group : -1)));
    const added = this.groups()
      .filter((group) => !there.has(group))
      .map((group): Handle => ({ kind: "class", group, of: by, name: names[group] ?? none, pinned: false }));
    this.step(() => (this.handles.value = [...this.handles.peek(), ...added]));
    if (names.length > MOST_CLASSES) this.state.notice.value = `The first ${MOST_CLASSES} groups have handles.`;
  }

  /** A handle for the samples that are selected. */
  addSelection(): void {
    const samples = [...this.state.selection.peek()];
    if (!samples.length) {
      this.state.notice.value = "Nothing is selected: click a point, with Shift more of them, then press d.";
      return;
    }
    const same = this.grip.shown.peek().find(({ handle }) => handle.kind === "samples" && isSame(handle.samples, samples));
    if (!same) this.step(() => (this.handles.value = [...this.handles.peek(), { kind: "samples", samples, name: samplesName(samples), pinned: false }]));
    const shown = this.grip.shown.peek();
    this.focused.value = (same ?? shown[shown.length - 1])?.key ?? null;
  }

  rename(shown: ShownHandle, name: string): void {
    this.change(shown, { name });
  }

  pin(shown: ShownHandle): void {
    this.change(shown, { pinned: !shown.handle.pinned });
  }

  remove({ listed }: ShownHandle): void {
    if (listed === null) this.state.notice.value = "The ends of the axes are hidden all together: press a.";
    else this.step(() => (this.handles.value = this.handles.peek().filter((_, i) => i !== listed)));
  }

  removeAll(): void {
    this.step(() => (this.handles.value = []));
  }

  /** Keep what was done since as one step. */
  record(before: Moment): void {
    this.history.record(before, this.moment(), this.state.layer.peek());
  }

  private change({ handle, listed }: ShownHandle, change: { name?: string; pinned?: boolean }): void {
    const changed: Handle = { ...handle, ...change };
    const handles = this.handles.peek();
    // An axis as it is by itself need not be listed.
    const plain = changed.kind === "axis" && changed.name === changed.of && !changed.pinned && this.grip.axesShown.peek();
    this.step(() => {
      if (listed === null) this.handles.value = plain ? handles : [...handles, changed];
      else if (plain) this.handles.value = handles.filter((_, i) => i !== listed);
      else this.handles.value = handles.map((other, i) => (i === listed ? changed : other));
    });
  }

  /** The groups of the coloring that have samples. */
  private groups(): number[] {
    const coloring = this.state.grouping.value;
    if (!coloring) return [];
    return coloring.names
      .slice(0, MOST_CLASSES)
      .map((_, group) => group)
      .filter((group) => membersOf(coloring, group).length > 0);
  }

  moment(): Moment {
    return { bases: this.state.basesNow(), selection: this.state.selection.peek(), filter: this.state.filter.peek(), handles: this.handles.peek() };
  }

  private restore(change: Change | null): void {
    const { selection, filter, layer, layers, woken } = this.state;
    if (!change || this.state.held.peek()) return;
    batch(() => {
      if (change.selection) selection.value = change.selection;
      if (change.filter !== undefined) filter.value = change.filter;
      if (change.handles) this.handles.value = change.handles;
      if (change.bases) {
        // What is undone is seen where it was done.
        if (layers.peek().includes(change.layer) && change.layer !== layer.peek()) this.state.going.toLayer(change.layer);
        this.state.turnBack(change.bases);
      }
      woken.value += 1;
    });
  }
}
