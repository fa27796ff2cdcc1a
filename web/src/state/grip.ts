/** The hand on the handles of one picture: takes them, moves them, and turns the view by what they hold. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { isOfClasses } from "../data/steps";
import { dragged, type Reach, reachOf, viewOf } from "../tour/dragging";
import { axisNames, pointOf, type ShownHandle, shownHandles } from "../tour/handles";
import type { AppState } from "./app-state";
import type { Moment } from "./history";
import type { Pane } from "./pane";

/** Named axes up to this number are taken hold of without being asked for. */
const FEW_AXES = 12;
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

export class Grip {
  /** Whether the pointer holds a handle: the tour waits. */
  readonly holding: ReadonlySignal<boolean>;
  limit: Limit | null = null;
  /** Told of a drag, in CSS pixels from the place of the coordinates' zero: the other picture may mirror it. */
  onMoved: ((shown: ShownHandle, right: number, down: number) => void) | null = null;

  private readonly held: Signal<Held | null> = signal(null);
  private readonly sceneAxes = computed(() => this.pane.scene.value?.axes ?? null);

  constructor(
    private readonly state: AppState,
    readonly pane: Pane,
    /** Is it the second picture's? */
    readonly beside = false,
  ) {
    this.holding = computed(() => this.held.value !== null);
    pane.motion.naming = (axes) => (axes === this.sceneAxes.peek() ? (this.names.peek() ?? axes) : axes);
  }

  readonly hasAxes: ReadonlySignal<boolean> = computed(() => this.sceneAxes.value !== null);

  readonly axesShown: ReadonlySignal<boolean> = computed(() => {
    const axes = this.sceneAxes.value;
    const { recording, steps } = this.pane;
    if (!axes || !recording.value || !steps.value) return false;
    return this.state.handling.axes.value ?? (axes.length <= FEW_AXES && isOfClasses(recording.value.store.index, steps.value.embedding));
  });

  readonly shown: ReadonlySignal<readonly ShownHandle[]> = computed(() =>
    shownHandles(this.state.handling.handles.value, this.sceneAxes.value, this.pane.grouping.value, this.axesShown.value),
  );

  private readonly names = computed(() => this.sceneAxes.value && axisNames(this.sceneAxes.value, this.shown.value));

  /** A click on the end of an axis is one on the sample there: that is where those of a class gather. */
  tap(x: number, y: number, more: boolean, hovers: boolean): void {
    const sample = this.pane.pick?.(x, y) ?? null;
    if (hovers) this.state.hover.value = sample;
    if (sample !== null) this.state.select(sample, more);
  }

  /** The pointer is on a handle, and on no sample. */
  point(): void {
    this.state.hover.value = null;
  }

  /** Take hold of a handle. */
  take(shown: ShownHandle): void {
    this.held.value = { key: shown.key, before: this.state.handling.moment(), at: null };
    this.state.hover.value = null;
    this.pane.motion.stay();
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
    if (held) this.state.handling.record(held.before);
  }

  /** Let go, and go back to where it was taken. */
  cancel(): void {
    const held = this.held.peek();
    if (held) this.state.turnBack(held.before.bases);
    this.drop();
  }

  /** Move a handle by some CSS pixels: to the right, and down. Presses in a row are one step. */
  nudge(shown: ShownHandle, dx: number, dy: number): void {
    const place = this.placeOf(shown);
    if (!place || this.held.peek()) return;
    this.state.handling.step(() => {
      this.pane.motion.stay();
      this.move(shown, place[0] + dx, place[1] + dy);
    }, `nudge ${shown.key}`);
  }

  /** Where a handle is, in CSS pixels of the stage; null while it is nowhere. */
  placeOf({ handle }: ShownHandle): readonly [number, number] | null {
    const view = this.pane.stage.peek();
    const { seen } = this.pane.motion;
    const point = seen && pointOf(handle, seen.scene, this.pane.grouping.peek());
    if (!view || !seen || !point) return null;
    const [x, y] = viewOf(seen.basis, seen.scene.dims, point);
    return [view.center[0] + view.scale * x, view.center[1] - view.scale * y];
  }

  /** Turn the view so that the same handle lies as far from the zero of these coordinates, where a rotation can. */
  mirror(shown: ShownHandle, right: number, down: number): void {
    const view = this.pane.stage.peek();
    const same = this.shown.peek().find(({ key }) => key === shown.key);
    if (!view || !same) return;
    this.pane.motion.stay();
    this.turnTo(same, [right / view.scale, -down / view.scale]);
  }

  private move(shown: ShownHandle, x: number, y: number): void {
    const view = this.pane.stage.peek();
    if (!view) return;
    const target = [(x - view.center[0]) / view.scale, (view.center[1] - y) / view.scale] as const;
    const turned = this.turnTo(shown, target);
    if (!turned) return;
    const { basis, dims, point, pinned } = turned;
    const [nowX, nowY] = viewOf(basis, dims, point);
    const missed = Math.hypot(nowX - target[0], nowY - target[1]) * view.scale > CLOSE;
    this.limit = missed ? { reach: reachOf(basis, dims, point, pinned), handle: [nowX, nowY], pointer: target } : null;
    this.onMoved?.(shown, x - view.center[0], y - view.center[1]);
    this.state.woken.value += 1;
  }

  private turnTo(
    shown: ShownHandle,
    target: readonly [number, number],
  ): { basis: Float64Array; dims: number; point: Float64Array; pinned: Float64Array[] } | null {
    const { motion, grouping } = this.pane;
    const { seen } = motion;
    const point = seen && pointOf(shown.handle, seen.scene, grouping.peek());
    if (!seen || !point) return null;
    const { dims } = seen.scene;
    const pinned = this.shown
      .peek()
      .filter(({ key, handle }) => handle.pinned && key !== shown.key)
      .map(({ handle }) => pointOf(handle, seen.scene, grouping.peek()))
      .filter((p): p is Float64Array => p !== null);
    const basis = dragged(seen.basis, dims, point, target, pinned);
    motion.restore(new Map([[seen.scene.space, basis]]), false);
    return { basis, dims, point, pinned };
  }

  private isNear(place: readonly [number, number], at: readonly [number, number]): boolean {
    const view = this.pane.stage.peek();
    if (!view) return false;
    const [x, y] = [view.center[0] + view.scale * place[0], view.center[1] - view.scale * place[1]];
    return Math.hypot(x - at[0], y - at[1]) < 0.01;
  }
}
