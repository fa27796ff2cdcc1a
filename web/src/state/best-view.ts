/**
 * Turns a picture to the view that shows most of what is chosen: groups apart, variance, or neighbors kept. The tour rests
 * there, undo goes back, and it is told how much was reached; where nothing better was found, the view stays.
 */

import { effect, type Signal, signal } from "@preact/signals";
import { isSameScene, type Scene } from "../tour/scene";
import type { AppState } from "./app-state";
import type { Pane } from "./pane";
import { part } from "./part";

export const BEST_VIEWS = ["classes", "variance", "neighbors"] as const;
export type BestViewOf = (typeof BEST_VIEWS)[number];

export interface Reached {
  readonly of: BestViewOf;
  readonly before: number;
  readonly after: number;
  /** Whose: "of 40 selected samples". */
  readonly whose: string;
  readonly pane: Pane;
  readonly scene: Scene;
  readonly basis: Float64Array;
}

/** What a view can be chosen for, measured: a basis, and how much it shows. */
export interface Better {
  readonly basis: Float64Array;
  readonly before: number;
  readonly after: number;
  readonly whose: string;
}

export interface Seen {
  readonly scene: Scene;
  readonly basis: Float64Array;
}

export class BestView {
  /** What was reached last, as long as the view is that one. */
  readonly reached: Signal<Reached | null> = signal(null);
  /** The picture for which one is being looked for. */
  readonly searching: Signal<Pane | null> = signal(null);
  /** The picture whose menu is open. */
  readonly menu: Signal<Pane | null> = signal(null);
  private asked = 0;

  constructor(private readonly state: AppState) {}

  /** Turn a picture to the best view; resolves when the turn begins, or was found not to be worth it. */
  async turn(pane: Pane, of: BestViewOf): Promise<void> {
    const { state } = this;
    const asked = ++this.asked;
    state.playing.value = false;
    state.halt();
    pane.motion.stay();
    const { seen } = pane.motion;
    if (!seen) {
      state.notice.value = "A view is chosen of one layer at a time: wait until the points have arrived.";
      return;
    }
    if (seen.scene.dims < 3) {
      state.notice.value = "This layout has two dimensions: every view of it shows the same.";
      return;
    }
    const started = pane.motion.basis(seen.scene.space, seen.scene.dims);
    // Whoever turns the view meanwhile, or goes elsewhere, wants another one.
    const wanted = (): boolean => {
      const now = pane.motion.seen;
      return asked === this.asked && !state.playing.peek() && !!now && isSameScene(now.scene, seen.scene) && isSame(now.basis, started);
    };
    this.searching.value = pane;
    this.reached.value = null;
    try {
      const { betterView } = await part(import("./better-view"));
      const found = await betterView(state, pane, of, { scene: seen.scene, basis: started }, wanted);
      if (asked !== this.asked) return;
      this.searching.value = null;
      if (typeof found === "string") state.notice.value = found;
      else if (found && wanted()) this.take(pane, of, seen.scene, found);
    } catch (error) {
      if (asked !== this.asked) return;
      this.searching.value = null;
      state.notice.value = error instanceof Error ? error.message : String(error);
    }
  }

  /** Forget what was reached once the view is another one. */
  private check(): void {
    const reached = this.reached.peek();
    if (!reached) return;
    const now = reached.pane.motion.seen;
    const { space, dims } = reached.scene;
    const there = now && isSameScene(now.scene, reached.scene) && isSame(reached.pane.motion.basis(space, dims), reached.basis);
    // A transition passes by; the basis that it leads to is what counts.
    if (now && !there) this.reached.value = null;
  }

  /** Look at each frame whether what is told still holds. */
  follow(): () => void {
    const { state } = this;
    return effect(() => {
      void [state.stage.value, state.scene.value, state.beside.stage.value, state.beside.scene.value];
      this.check();
    });
  }

  private take(pane: Pane, of: BestViewOf, scene: Scene, { basis, before, after, whose }: Better): void {
    this.state.handling.step(() => pane.motion.restore(new Map([[scene.space, basis]])));
    this.reached.value = { of, before, after, whose, pane, scene, basis };
  }
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
