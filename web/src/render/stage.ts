/** The stage: a context, its passes, and the size of it all. Draws when it is told to. */

import type { Rgb } from "../theme/palette";
import type { Frame } from "../tour/motion";
import { AxesOverlay } from "./axes-overlay";
import { Gl } from "./gl";
import { pointDiameter, PointsPass } from "./points-pass";

/** The half side of the square that a fitted cloud is drawn in, as a share of the stage's shorter side. */
const FILLED = 0.47;

export class Stage {
  private readonly context: Gl;
  private readonly points: PointsPass;
  private readonly axes: AxesOverlay;
  private samples = 0;
  /** In CSS pixels. */
  width = 1;
  height = 1;
  ratio = 1;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    under: SVGSVGElement,
    over: SVGSVGElement,
  ) {
    this.context = new Gl(canvas);
    this.points = new PointsPass(this.context);
    this.axes = new AxesOverlay(under, over);
  }

  /** CSS pixels that a fitted length of 1 takes. */
  get halfSide(): number {
    return FILLED * Math.min(this.width, this.height);
  }

  resize(width: number, height: number, ratio: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.ratio = ratio;
    const [w, h] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    if (this.canvas.width !== w) this.canvas.width = w;
    if (this.canvas.height !== h) this.canvas.height = h;
  }

  setClasses(classes: Uint16Array): void {
    this.samples = classes.length;
    this.points.setClasses(classes);
  }

  setShown(shown: Uint8Array): void {
    this.points.setShown(shown);
  }

  setColors(colors: readonly Rgb[], lit: number | null): void {
    this.points.setColors(colors, lit);
  }

  draw(frame: Frame | null): void {
    const { gl } = this.context;
    const { width, height } = this.canvas;
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    // The canvas has whole pixels and the stage need not: the drawing keeps the stage's own scale.
    const [w, h] = [this.width * this.ratio, this.height * this.ratio];
    if (frame) this.points.draw(frame, this.halfSide * this.ratio, w, h, pointDiameter(this.samples) * this.ratio);
    this.axes.draw(frame, this.halfSide, this.width, this.height);
  }

  free(): void {
    this.axes.free();
    this.context.free();
  }
}
