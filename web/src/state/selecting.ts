/** The tools that select by regions of the stage: what is drawn now, how it joins the selection, and the filter to it. */

import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type Combination, combinedFlags, countOf, flagsOf, listed } from "../data/sample-sets";
import { type Region, samplesIn, takeStroke } from "../tour/regions";
import type { AppState } from "./app-state";
import type { Pane } from "./pane";

export const TOOLS = ["move", "lasso", "rectangle", "brush"] as const;
export type Tool = (typeof TOOLS)[number];

/** Radius of the brush in CSS pixels: the limits, where it begins, and the factor of a step. */
export const BRUSH = { least: 3, most: 200, first: 20, step: 1.25 };

/** CSS pixels that a pointer may move in a click. */
const STILL = 5;
/** CSS pixels between two places of a lasso. */
const APART = 1.5;

/** The keys that are held down with the pointer or with another key. */
export interface HeldKeys {
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** What draws regions on a stage in place of moving it. Places are in CSS pixels of the stage. */
export interface Pen {
  /** A pointer goes down: whether that is for the pen. */
  readonly begin: (x: number, y: number, keys: HeldKeys) => boolean;
  readonly drawTo: (x: number, y: number) => void;
  /** It is let go: false where that was a click. */
  readonly end: () => boolean;
  readonly cancel: () => void;
  /** The pointer is there and not down, or has left; whether it points at samples. */
  readonly point: (at: readonly [number, number] | null) => boolean;
}

export class Selecting {
  readonly tool: Signal<Tool> = signal("move");
  readonly combine: Signal<Combination> = signal("replace");
  readonly brush: Signal<number> = signal(BRUSH.first);
  /** What is drawn now, by the pointer or by keys; null while nothing is. */
  readonly region: Signal<Region | null> = signal(null);
  /** Samples in it. */
  readonly inside: Signal<number> = signal(0);
  /** Where the pointer is while it draws nothing. */
  readonly pointer: Signal<readonly [number, number] | null> = signal(null);
  /** How the keys that are held down would have it. */
  readonly held: Signal<Combination | null> = signal(null);
  /** The picture that one draws on, or points at. */
  readonly on: Signal<Pane>;

  /** A pointer that is down, and may yet be a click. */
  private down: { readonly x: number; readonly y: number; readonly kind: Tool; moved: boolean } | null = null;
  /** Does a Shift that is let go still hold? It does where it alone made a lasso of a movement. */
  private sticky = false;
  /** What the brush has passed over. */
  private readonly stroke: Signal<{ readonly flags: Uint8Array } | null> = signal(null);

  constructor(private readonly state: AppState) {
    this.on = signal(state);
  }

  /** What the hand on the stage of a picture draws with. */
  penOn(pane: Pane): Pen {
    return {
      begin: (x, y, keys) => this.begin(pane, x, y, keys),
      drawTo: (x, y) => this.drawTo(x, y),
      end: () => this.end(),
      cancel: () => this.cancel(),
      point: (at) => this.point(pane, at),
    };
  }

  /** How what is drawn joins the selection. */
  readonly how: ReadonlySignal<Combination> = computed(() => this.held.value ?? (this.tool.value === "move" ? "replace" : this.combine.value));

  /** Is something being drawn? The tour waits. */
  readonly drawing: ReadonlySignal<boolean> = computed(() => this.region.value !== null);

  private readonly kept: ReadonlySignal<Uint8Array> = computed(() =>
    flagsOf(this.state.marked.value, this.state.recording.value?.store.index.samples ?? 0),
  );

  /** (sample,): 1 for those that are selected (or that a chart points at), or are under the brush's way so far. */
  readonly selected: ReadonlySignal<Uint8Array> = computed(() => {
    const stroke = this.stroke.value;
    return stroke ? combinedFlags(this.kept.value, stroke.flags, this.how.value) : this.kept.value;
  });

  /** Take a tool into the hand. */
  take(tool: Tool): void {
    this.cancel();
    this.pointer.value = null;
    this.tool.value = tool;
  }

  resize(by: number): void {
    this.brush.value = Math.round(Math.min(BRUSH.most, Math.max(BRUSH.least, this.brush.peek() * by)));
    const region = this.region.peek();
    if (region?.kind === "stroke" && !this.down) this.region.value = { ...region, radius: this.brush.peek() };
  }

  /** The pointer is there and not down, or has left; whether it points at samples. */
  point(pane: Pane, at: readonly [number, number] | null): boolean {
    const brushes = this.tool.peek() === "brush";
    if (!this.region.peek()) {
      batch(() => {
        this.on.value = pane;
        this.pointer.value = brushes ? at : null;
      });
    }
    return !brushes;
  }

  /** Keys are held down, or let go: Shift adds, Alt takes away, both leave what is in both. */
  hold({ shiftKey, altKey }: HeldKeys): void {
    // With a region that the keys move, Shift is for its size.
    if (this.region.peek() && !this.down) return;
    const held = shiftKey && altKey ? "intersect" : shiftKey ? "add" : altKey ? "subtract" : null;
    if (held || !this.sticky) this.held.value = held;
  }

  /** A pointer goes down on the stage: whether that is for a tool. */
  begin(pane: Pane, x: number, y: number, keys: HeldKeys): boolean {
    const tool = this.tool.peek();
    if (tool === "move" && !keys.shiftKey) return false;
    this.cancel();
    this.sticky = tool === "move";
    this.hold(keys);
    this.on.value = pane;
    this.pointer.value = null;
    this.down = { x, y, kind: tool === "move" ? "lasso" : tool, moved: false };
    if (tool === "brush") this.drawTo(x, y);
    return true;
  }

  /** The pointer that is down moves. */
  drawTo(x: number, y: number): void {
    const { down } = this;
    if (!down) return;
    const region = this.region.peek();
    if (down.kind === "brush") {
      const path = region?.kind === "stroke" ? region.path : [];
      this.paint([...path.slice(-2), x, y]);
      this.region.value = { kind: "stroke", path: [x, y], radius: this.brush.peek() };
    } else if (!down.moved && Math.hypot(x - down.x, y - down.y) <= STILL) {
      return;
    } else if (down.kind === "rectangle") {
      this.region.value = { kind: "rectangle", from: [down.x, down.y], to: [x, y] };
    } else {
      const path = region?.kind === "lasso" ? region.path : [down.x, down.y];
      const [lastX, lastY] = path.slice(-2);
      if (Math.hypot(x - lastX, y - lastY) >= APART) this.region.value = { kind: "lasso", path: [...path, x, y] };
    }
    down.moved = true;
    this.state.hover.value = null;
    this.count();
  }

  /** The pointer is let go: false where that was a click. */
  end(): boolean {
    const { down } = this;
    if (!down) return true;
    const region = this.region.peek();
    if (region && down.moved) this.join(this.stroke.peek()?.flags ?? this.flagsIn(region));
    else this.cancel();
    return down.moved;
  }

  /** Leave what is drawn. */
  cancel(): void {
    batch(() => {
      this.down = null;
      this.region.value = null;
      this.stroke.value = null;
      if (this.sticky) this.held.value = null;
    });
    this.sticky = false;
  }

  /** Leave what is drawn, or else the tool; whether there was one. */
  leave(): boolean {
    if (this.region.peek()) this.cancel();
    else if (this.tool.peek() !== "move") this.take("move");
    else return false;
    return true;
  }

  /** A click on a sample. */
  click(sample: number, more: boolean): void {
    const how = this.tool.peek() === "move" ? "replace" : this.combine.peek();
    if (how === "replace") this.state.select(sample, more);
    else this.state.combineSelection([sample], how);
  }

  /** Take what a region has that was set up without a pointer. */
  takeRegion(how: Combination): void {
    const region = this.region.peek();
    if (!region) return;
    this.held.value = how;
    this.join(this.flagsIn(region));
    this.held.value = null;
  }

  /** Count what is inside anew: the picture is another. */
  count(): void {
    const region = this.region.peek();
    if (region) this.inside.value = countOf(this.stroke.peek()?.flags ?? this.flagsIn(region));
  }

  /** Show the selection alone, or all again. */
  toggleFilter(): void {
    const { selection, filter, handling, notice } = this.state;
    if (filter.peek()) handling.step(() => (filter.value = null));
    else if (selection.peek().length) handling.step(() => (filter.value = selection.peek()));
    else notice.value = "Nothing is selected: there is nothing to show alone.";
  }

  /** Neither a filter, nor groups or a range of the coloring. */
  showAll(): void {
    const { filter, groups, range, handling } = this.state;
    handling.step(() => (filter.value = groups.value = range.value = null));
  }

  private paint(path: readonly number[]): void {
    const placed = this.on.peek().placed?.();
    if (!placed) return;
    const flags = this.stroke.peek()?.flags ?? new Uint8Array(placed.shown.length);
    takeStroke(flags, path, this.brush.peek(), placed);
    this.stroke.value = { flags };
  }

  private flagsIn(region: Region): Uint8Array {
    const placed = this.on.peek().placed?.();
    return placed ? samplesIn(region, placed) : new Uint8Array(0);
  }

  private join(flags: Uint8Array): void {
    batch(() => {
      this.state.combineSelection(listed(flags), this.how.peek());
      this.cancel();
    });
  }
}
