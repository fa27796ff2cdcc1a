/** How much the graphics card draws within a frame: measured, so that a picture too large for one is drawn over many. */

/** Milliseconds within which something drawn is to be there: a frame or two, with what the page around it takes. */
const FRAME = 40;
/** What took no longer leaves room for more. */
const QUICK = 22;
/** How often it is looked for: a screen's frames would be too coarse a clock. */
const LOOK = 6;
/**
 * What is tried first; and the least: what a renderer in software draws in some 50 ms. Less would hardly be quicker there, for
 * the rest of the page takes its time too.
 */
const FIRST = 60_000;
const LEAST = 20_000;
/** By how much more is tried while nothing was slow yet, and afterwards. */
const GROWTH = { first: 4, later: 1.25 };

/** What this page's graphics card was found to do: the next stage begins with it. */
const known = { budget: FIRST, slow: false };

export class FrameBudget {
  private fence: WebGLSync | null = null;
  private began = 0;
  /** When it was seen last that the card is still at it. */
  private busy = 0;
  private pending = 0;

  constructor(private readonly gl: WebGL2RenderingContext) {}

  /** Units of work that are drawn in about a frame. */
  get work(): number {
    this.look();
    return known.budget;
  }

  /** Is all drawn that was asked for? */
  get idle(): boolean {
    this.look();
    return this.fence === null;
  }

  /** So much was asked for just now. */
  asked(work: number): void {
    this.look();
    if (this.fence || work <= 0) return;
    const { gl } = this;
    this.fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    this.began = this.busy = performance.now();
    this.pending = work;
    this.watch();
  }

  /** Nobody draws any more. */
  end(): void {
    if (this.fence) this.gl.deleteSync(this.fence);
    this.fence = null;
  }

  private watch(): void {
    setTimeout(() => {
      this.look();
      if (this.fence) this.watch();
    }, LOOK);
  }

  private look(): void {
    const { gl, fence, pending } = this;
    if (!fence) return;
    const now = performance.now();
    if (!gl.isContextLost() && gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED) {
      this.busy = now;
      return;
    }
    this.end();
    const next = paced(known.budget, known.slow, pending, [this.busy - this.began, now - this.began]);
    known.slow ||= next < known.budget;
    known.budget = next;
  }
}

/** The budget once so much work took some milliseconds: at least and at most, for the page may have been too busy to look. */
export function paced(budget: number, slow: boolean, work: number, [least, most]: readonly [number, number]): number {
  // Of a small picture nothing is learned of large ones.
  if (2 * work < Math.min(budget, LEAST)) return budget;
  if (least > QUICK) return Math.max(LEAST, Math.min(budget, (work * FRAME) / least));
  return most > QUICK || 2 * work < budget ? budget : budget * (slow ? GROWTH.later : GROWTH.first);
}
