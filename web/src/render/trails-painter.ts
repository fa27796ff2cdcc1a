/**
 * Draws a picture of trails so that the page answers in the next frame, however slow the graphics card: what it can't draw
 * within a frame is first some of the trails, and at rest all of them, part by part out of sight.
 */

import type { Gl } from "./gl";
import { FrameBudget } from "./frame-budget";
import { Offscreen } from "./offscreen";
import { BEGINNING, type Place, type TrailsLayer, type TrailsLook, type TrailsPass } from "./trails-pass";

export interface TrailsPicture {
  readonly look: TrailsLook;
  /** The layers with some share of their trails; 1: all. */
  readonly layers: (share: number) => readonly TrailsLayer[];
  /** Drawn over them: the trail that the pointer is on. */
  readonly lit: readonly TrailsLayer[];
  /** Pictures of one key have the same layers. */
  readonly key: string;
  /** The whole now, however long it takes. */
  readonly atOnce: boolean;
}

/** A whole picture is drawn at once again for a trail that is lit, if it is not far too much. */
const AGAIN = 3;
/** Frames' worth that is drawn out of sight in one: there nobody waits for it, and each frame has its own cost. */
const HIDDEN = 2;
/** Milliseconds without a change that are rest: a hand that goes on finds the card free. */
const REST = 150;

export class TrailsPainter {
  /** The share of the trails that is in sight. */
  share = 1;

  private readonly budget: FrameBudget;
  private readonly hidden: Offscreen;
  private changed = 0;
  private key = "";
  private lit = "";
  /** How far the hidden picture is; null: it is whole. */
  private place: Place | null = BEGINNING;

  constructor(
    private readonly context: Gl,
    private readonly pass: TrailsPass,
  ) {
    this.budget = new FrameBudget(context.gl);
    this.hidden = new Offscreen(context);
  }

  get whole(): boolean {
    return this.share === 1;
  }

  /** Draw, or go on drawing. Is there something new to see? */
  paint({ look, layers, lit, key, atOnce }: TrailsPicture): boolean {
    const { pass, budget } = this;
    const isOther = key !== this.key;
    const isLit = lit.map(({ part }) => part.first).join(" ");
    if (isOther) this.place = BEGINNING;
    const all = layers(1);
    const work = pass.work(look, all);
    const most = budget.work * (!isOther && this.whole ? AGAIN : 1);
    if (this.place === null && !atOnce) this.show(look, lit);
    else if (atOnce || (work <= most && this.place === BEGINNING)) {
      this.clear();
      pass.draw(look, all);
      pass.draw(look, lit);
      budget.asked(work);
      this.share = 1;
    } else if (isOther || isLit !== this.lit) {
      const share = Math.min(1, budget.work / work);
      const some = layers(share);
      this.clear();
      pass.draw(look, some);
      pass.draw(look, lit);
      budget.asked(pass.work(look, some));
      this.share = share;
      this.changed = performance.now();
    } else if (!this.whole && budget.idle && performance.now() - this.changed >= REST) {
      this.goOn(look, all);
      if (this.place !== null) return false;
      this.show(look, lit);
    } else return false;
    this.key = key;
    this.lit = isLit;
    return true;
  }

  /** Nothing is drawn any more. */
  end(): void {
    this.budget.end();
  }

  /** The canvas is empty. */
  forget(): void {
    this.key = this.lit = "";
    this.share = 1;
  }

  private goOn(look: TrailsLook, layers: readonly TrailsLayer[]): void {
    const { width, height } = this.context.gl.canvas;
    const work = HIDDEN * this.budget.work;
    if (this.place === BEGINNING) this.hidden.begin(width, height);
    else this.hidden.resume();
    this.place = this.pass.draw(look, layers, this.place ?? BEGINNING, work);
    this.hidden.leave();
    // The last part is smaller than was asked for: it would look quick.
    if (this.place !== null) this.budget.asked(work);
  }

  private show(look: TrailsLook, lit: readonly TrailsLayer[]): void {
    this.clear();
    this.hidden.show();
    this.pass.draw(look, lit);
    this.share = 1;
  }

  private clear(): void {
    const { gl } = this.context;
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }
}
