/** What a person does with handles: takes them, moves them, names, pins and removes them; and undoes what was done. */

import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { isOfClasses } from "../data/steps";
import { dragged, type Reach, reachOf, viewOf } from "../tour/dragging";
import { axisNames, type Handle, membersOf, pointOf, samplesName, type ShownHandle, shownHandles } from "../tour/handles";
import type { AppState } from "./app-state";
import { type Change, History, type Moment } from "./history";

/** Named axes up to this number are taken hold of without being asked for. */
const FEW_AXES = 12;
/** Groups that get a handle at once: each is an element of the page that moves with every frame. */
const MOST_CLASSES = 100;
/** CSS pixels that a handle may be off where it could be reached. */
const CLOSE = 0.5;

/** Where a handle can't follow: how far it can go, where it is and where the pointer is, in aligned coordinates. */
export interface Limit {
  readonly reach: Reach;
  readonly handle: readonly [number, number];
  readonly pointer: readonly [number, number];
}

interface Held {
  readonly key: string;
  readonly before: Moment;
  /** In CSS pixels of the stage: where the handle is wanted. */
  at: readonly [number, number] | null;
}

export class Handling {
  readonly history = new History();
  readonly handles: Signal<readonly Handle[]> = signal([]);
  /** Whether the axes have handles; null leaves it to the layer: class names have. */
  readonly axes: Signal<boolean | null> = signal(null);
  /** The handle that the keyboard should be on once it is there. */
  readonly focused: Signal<string | null> = signal(null);
  /** Whether the pointer holds a handle: the tour waits. */
  readonly holding: ReadonlySignal<boolean>;
  limit: Limit | null = null;
  /** The sample at a place in CSS pixels of the stage; the stage tells how. */
  pick: ((x: number, y: number) => number | null) | null = null;

  private readonly held: Signal<Held | null> = signal(null);
  private readonly sceneAxes = computed(() => this.state.scene.value?.axes ?? null);

  constructor(private readonly state: AppState) {
    this.holding = computed(() => this.held.value !== null);
    state.motion.naming = (axes) => (axes === this.sceneAxes.peek() ? (this.names.peek() ?? axes) : axes);
  }

  readonly hasAxes: ReadonlySignal<boolean> = computed(() => this.sceneAxes.value !== null);

  readonly axesShown: ReadonlySignal<boolean> = computed(() => {
    const axes = this.sceneAxes.value;
    const { recording, steps } = this.state;
    if (!axes || !recording.value || !steps.value) return false;
    return this.axes.value ?? (axes.length <= FEW_AXES && isOfClasses(recording.value.store.index, steps.value.embedding));
  });

  readonly shown: ReadonlySignal<readonly ShownHandle[]> = computed(() =>
    shownHandles(this.handles.value, this.sceneAxes.value, this.state.coloring.value, this.axesShown.value),
  );

  private readonly names = computed(() => this.sceneAxes.value && axisNames(this.sceneAxes.value, this.shown.value));

  /** Has each group of the coloring a handle? */
  readonly classesShown: ReadonlySignal<boolean> = computed(() => {
    const there = new Set(this.shown.value.map(({ handle }) => (handle.kind === "class" ? handle.group : -1)));
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
    this.drop();
    this.history.clear();
    this.handles.value = [];
  }

  toggleAxes(): void {
    if (this.hasAxes.peek()) this.axes.value = !this.axesShown.peek();
    else this.state.notice.value = "This layer is laid out in directions of its own: axes have handles where units are shown as they are.";
  }

  /** A handle for each group of the coloring; or none, where all have one. */
  toggleClasses(): void {
    const coloring = this.state.coloring.peek();
    if (!coloring) return;
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
    const named = samples.slice().sort((a, b) => a - b).join();
    const same = this.shown.peek().find(({ handle }) => handle.kind === "samples" && handle.samples.slice().sort((a, b) => a - b).join() === named);
    if (!same) this.step(() => (this.handles.value = [...this.handles.peek(), { kind: "samples", samples, name: samplesName(samples), pinned: false }]));
    const shown = this.shown.peek();
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

  /** A click on the end of an axis is one on the sample there: that is where those of a class gather. */
  tap(x: number, y: number, more: boolean, hovers: boolean): void {
    const sample = this.pick?.(x, y) ?? null;
    if (hovers) this.state.hover.value = sample;
    if (sample !== null) this.state.select(sample, more);
  }

  /** The pointer is on a handle, and on no sample. */
  point(): void {
    this.state.hover.value = null;
  }

  /** Take hold of a handle. */
  take(shown: ShownHandle): void {
    this.held.value = { key: shown.key, before: this.moment(), at: null };
    this.state.hover.value = null;
    this.state.motion.stay();
  }

  /** Move what is held to a place in CSS pixels of the stage. */
  dragTo(x: number, y: number): void {
    const held = this.held.peek();
    const shown = held && this.shown.peek().find(({ key }) => key === held.key);
    if (!held || !shown) return;
    held.at = [x, y];
    this.move(shown, x, y);
  }

  /** What is held stays under the pointer, be it that the scene or the camera changed. */
  hold(): void {
    const held = this.held.peek();
    const shown = held && this.shown.peek().find(({ key }) => key === held.key);
    if (!held?.at || !shown) return;
    const [x, y] = this.placeOf(shown) ?? held.at;
    if (Math.hypot(x - held.at[0], y - held.at[1]) > 0.01 && !(this.limit && this.isNear(this.limit.pointer, held.at))) {
      this.move(shown, ...held.at);
    }
  }

  /** Let go: one drag is one step. */
  drop(): void {
    const held = this.held.peek();
    this.limit = null;
    this.held.value = null;
    this.state.woken.value += 1;
    if (held) this.history.record(held.before, this.moment(), this.state.layer.peek());
  }

  /** Let go, and go back to where it was taken. */
  cancel(): void {
    const held = this.held.peek();
    if (held) this.state.motion.restore(held.before.bases);
    this.drop();
  }

  /** Move a handle by some CSS pixels: to the right, and down. Presses in a row are one step. */
  nudge(shown: ShownHandle, dx: number, dy: number): void {
    const place = this.placeOf(shown);
    if (!place || this.held.peek()) return;
    this.step(() => {
      this.state.motion.stay();
      this.move(shown, place[0] + dx, place[1] + dy);
    }, `nudge ${shown.key}`);
  }

  /** Where a handle is, in CSS pixels of the stage; null while it is nowhere. */
  placeOf({ handle }: ShownHandle): readonly [number, number] | null {
    const view = this.state.stage.peek();
    const seen = this.state.motion.seen;
    const point = seen && pointOf(handle, seen.scene, this.state.coloring.peek());
    if (!view || !seen || !point) return null;
    const [x, y] = viewOf(seen.basis, seen.scene.dims, point);
    return [view.center[0] + view.scale * x, view.center[1] - view.scale * y];
  }

  private move(shown: ShownHandle, x: number, y: number): void {
    const { motion, stage, coloring, woken } = this.state;
    const view = stage.peek();
    const seen = motion.seen;
    const point = seen && pointOf(shown.handle, seen.scene, coloring.peek());
    if (!view || !seen || !point) return;
    const { dims } = seen.scene;
    const pinned = this.shown
      .peek()
      .filter(({ key, handle }) => handle.pinned && key !== shown.key)
      .map(({ handle }) => pointOf(handle, seen.scene, coloring.peek()))
      .filter((p): p is Float64Array => p !== null);
    const target = [(x - view.center[0]) / view.scale, (view.center[1] - y) / view.scale] as const;
    const basis = dragged(seen.basis, dims, point, target, pinned);
    motion.restore(new Map([[seen.scene.space, basis]]), false);
    const [nowX, nowY] = viewOf(basis, dims, point);
    const missed = Math.hypot(nowX - target[0], nowY - target[1]) * view.scale > CLOSE;
    this.limit = missed ? { reach: reachOf(basis, dims, point, pinned), handle: [nowX, nowY], pointer: target } : null;
    woken.value += 1;
  }

  private isNear(place: readonly [number, number], at: readonly [number, number]): boolean {
    const view = this.state.stage.peek();
    if (!view) return false;
    const [x, y] = [view.center[0] + view.scale * place[0], view.center[1] - view.scale * place[1]];
    return Math.hypot(x - at[0], y - at[1]) < 0.01;
  }

  private change({ handle, listed }: ShownHandle, change: { name?: string; pinned?: boolean }): void {
    const changed: Handle = { ...handle, ...change };
    const handles = this.handles.peek();
    // An axis as it is by itself need not be listed.
    const plain = changed.kind === "axis" && changed.name === changed.of && !changed.pinned && this.axesShown.peek();
    this.step(() => {
      if (listed === null) this.handles.value = plain ? handles : [...handles, changed];
      else if (plain) this.handles.value = handles.filter((_, i) => i !== listed);
      else this.handles.value = handles.map((other, i) => (i === listed ? changed : other));
    });
  }

  /** The groups of the coloring that have samples. */
  private groups(): number[] {
    const coloring = this.state.coloring.value;
    if (!coloring) return [];
    return coloring.names
      .slice(0, MOST_CLASSES)
      .map((_, group) => group)
      .filter((group) => membersOf(coloring, group).length > 0);
  }

  private moment(): Moment {
    return { bases: this.state.motion.bases(), selection: this.state.selection.peek(), handles: this.handles.peek() };
  }

  private restore(change: Change | null): void {
    const { motion, selection, layer, layers, woken } = this.state;
    if (!change || this.held.peek()) return;
    batch(() => {
      if (change.selection) selection.value = change.selection;
      if (change.handles) this.handles.value = change.handles;
      if (change.bases) {
        // What is undone is seen where it was done.
        if (layers.peek().includes(change.layer) && change.layer !== layer.peek()) this.state.setLayer(change.layer);
        motion.restore(change.bases);
      }
      woken.value += 1;
    });
  }
}
