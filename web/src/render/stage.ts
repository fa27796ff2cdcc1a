/** The stage: a context, its passes, and the size of it all. Draws when it is told to. */

import type { Rgb } from "../theme/palette";
import type { Frame } from "../tour/motion";
import { type Camera, WHOLE } from "../tour/camera";
import { AxesOverlay } from "./axes-overlay";
import { Gl } from "./gl";
import { MarkersOverlay, type Placing } from "./markers-overlay";
import { Picker, positionOf } from "./picker";
import { FADED, pointDiameter, PointsPass } from "./points-pass";
import type { DrawnPoints } from "./vector";

/** The half side of the square that a fitted cloud is drawn in, as a share of the stage's shorter side. */
const FILLED = 0.47;

export class Stage {
  private readonly context: Gl;
  private readonly points: PointsPass;
  private readonly axes: AxesOverlay;
  private readonly markers: MarkersOverlay;
  private readonly picker = new Picker();
  private shown: Uint8Array = new Uint8Array(0);
  private samples = 0;
  private classes: Uint16Array = new Uint16Array(0);
  private colors: readonly Rgb[] = [];
  private lit: number | null = null;
  /** The last picture and how it was looked at. */
  private frame: Frame | null = null;
  private camera: Camera = WHOLE;
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
    this.markers = new MarkersOverlay(over);
  }

  /** CSS pixels that a fitted length of 1 takes. */
  get halfSide(): number {
    return FILLED * Math.min(this.width, this.height);
  }

  /** Where the last picture lies, in CSS pixels. */
  get placing(): Placing {
    const { zoom, x, y } = this.camera;
    return { scale: this.halfSide * zoom, x: this.width / 2 + x * this.halfSide, y: this.height / 2 + y * this.halfSide };
  }

  /** The diameter of a point in CSS pixels. Nearer, points grow a little: they part faster than they grow. */
  private get diameter(): number {
    return pointDiameter(this.samples) * Math.min(2.2, Math.max(0.8, this.camera.zoom ** 0.3));
  }

  /** The points of the last picture; null where there is none. */
  get drawn(): DrawnPoints | null {
    if (!this.frame) return null;
    const { scale, x, y } = this.placing;
    const positions = this.picker.project(this.frame).map((fitted, i) => (i % 2 ? y - scale * fitted : x + scale * fitted));
    const { shown, classes, colors, lit } = this;
    return { positions, shown, of: classes, colors, lit, faded: FADED, radius: this.diameter / 2 };
  }

  /** The sample at a place in CSS pixels from the stage's upper left corner. */
  pick(x: number, y: number): number | null {
    if (!this.frame || this.shown.length !== this.frame.layers[0]?.step.samples) return null;
    const { scale, x: zeroX, y: zeroY } = this.placing;
    return this.picker.nearest(this.frame, this.shown, (x - zeroX) / scale, (zeroY - y) / scale, scale);
  }

  /** Where a sample is on the stage, in CSS pixels; null where none is drawn. */
  whereIs(sample: number): [number, number] | null {
    if (!this.frame || sample >= (this.frame.layers[0]?.step.samples ?? 0)) return null;
    const [x, y] = positionOf(this.frame, sample);
    const { scale, x: zeroX, y: zeroY } = this.placing;
    return [zeroX + scale * x, zeroY - scale * y];
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
    this.classes = classes;
    this.points.setClasses(classes);
  }

  setShown(shown: Uint8Array): void {
    this.shown = shown;
    this.points.setShown(shown);
  }

  setColors(colors: readonly Rgb[], lit: number | null, near = 0): void {
    this.colors = colors;
    // A part of a scale that is pointed at is lit on the stage, and not in what is kept of it.
    this.lit = near ? null : lit;
    this.points.setColors(colors, lit, near);
  }

  draw(frame: Frame | null, camera: Camera, selected: readonly number[], hovered: number | null): void {
    const { gl } = this.context;
    const { width, height } = this.canvas;
    this.frame = frame;
    this.camera = camera;
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const placing = this.placing;
    const { diameter } = this;
    if (frame) {
      // The canvas has whole pixels and the stage need not: the drawing keeps the stage's own scale.
      const [w, h] = [this.width * this.ratio, this.height * this.ratio];
      const { scale, x, y } = placing;
      const place = { scale: scale * this.ratio, x: x * this.ratio, y: y * this.ratio };
      this.points.draw(frame, place, w, h, diameter * this.ratio);
    }
    this.axes.draw(frame, placing, this.width, this.height);
    this.markers.draw(frame, selected, hovered, placing, diameter / 2);
  }

  /** The graphics context was lost: whatever was made in it is gone. */
  forget(): void {
    this.context.forget();
  }

  free(): void {
    this.axes.free();
    this.markers.free();
    this.context.free();
  }
}
