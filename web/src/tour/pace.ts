/** When to choose anew what is drawn as a picture: as soon as the view rests, and now and then while it moves. */

/** Milliseconds without a movement that are rest. */
const REST = 150;
/** Milliseconds between two choices while more to choose from is on its way. */
const PATIENCE = 300;
/** Milliseconds between two choices on the move. */
const INTERVAL = 500;

export type Due = "rest" | "moving" | null;

export class Pace {
  private changed = true;
  private lastMove = Number.NEGATIVE_INFINITY;
  private lastChoice = Number.NEGATIVE_INFINITY;
  private notBefore = Number.NEGATIVE_INFINITY;

  /** The view is another one than before. */
  move(now: number): void {
    this.changed = true;
    this.lastMove = now;
  }

  /** What can be chosen is something else than before; not to be chosen before some time, where one is given. */
  change(notBefore = Number.NEGATIVE_INFINITY): void {
    this.changed = true;
    this.notBefore = notBefore;
  }

  /** Whether to choose now; then it counts as chosen. `loading`: more is on its way. */
  take(now: number, loading = false): Due {
    if (!this.changed || now < this.notBefore) return null;
    const resting = now - this.lastMove >= REST;
    if (now - this.lastChoice < (resting ? (loading ? PATIENCE : 0) : INTERVAL)) return null;
    this.lastChoice = now;
    if (resting) this.changed = false;
    return resting ? "rest" : "moving";
  }

  /** Milliseconds until it will rest if nothing moves; null where nothing is left to choose. */
  wait(now: number, loading = false): number | null {
    return this.changed ? Math.max(0, this.lastMove + REST - now, this.notBefore - now, loading ? this.lastChoice + PATIENCE - now : 0) : null;
  }
}
