/** The stage: a context, its passes, and the size of it all. Draws when it is told to. */

import type { Rgb } from "../theme/palette";
import type { Frame } from "../tour/frame";
import { type Camera, WHOLE } from "../tour/camera";
import type { Placed } from "../tour/regions";
import { AxesOverlay } from "./axes-overlay";
import { DrawOrder } from "./draw-order";
import { Gl } from "./gl";
import { MarkersOverlay, type Placing } from "./markers-overlay";
import { MarksLayer, type MarksSources } from "./marks-layer";
import { Picker, positionOf } from "./picker";
import { FADED, pointDiameter, PointsPass, UNSELECTED } from "./points-pass";
import { Projection } from "./projection";
import type { DrawnPoints } from "./vector";

/** The half side of the square that a fitted cloud is drawn in, as a share of the stage's shorter side. */
const FILLED = 0.47;
/** CSS pixels of a ring around what is selected. */
const RING = 1.6;

export class Stage {
  private readonly context: Gl;
  private readonly projection: Projection;
  private readonly order: DrawOrder;
  private readonly points: PointsPass;
  private readonly axes: AxesOverlay;
  private readonly markers: MarkersOverlay;
  private readonly picker = new Picker();
  /** Pictures and texts in place of points. */
  readonly marks: MarksLayer;
  private shown: Uint8Array = new Uint8Array(0);
  private samples = 0;
  private classes: Uint16Array = new Uint16Array(0);
  private colors: readonly Rgb[] = [];
  private lit: number | null = null;
  private ring: Rgb = [0, 0, 0];
  private selected: Uint8Array = new Uint8Array(0);
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
    sources: MarksSources,
  ) {
    this.context = new Gl(canvas);
    this.projection = new Projection(this.context);
    this.order = new DrawOrder(this.context);
    this.points = new PointsPass(this.context, this.order);
    this.axes = new AxesOverlay(under, over);
    this.marks = new MarksLayer(this.context, over, this.points, this.picker, sources);
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
    const positions = this.picker.positionsOf(this.frame).map((fitted, i) => (i % 2 ? y - scale * fitted : x + scale * fitted));
    const { shown, selected, classes, colors, lit, ring } = this;
    return { positions, shown, selected, of: classes, colors, lit, faded: FADED, unselected: UNSELECTED, radius: this.diameter / 2, ring: { color: ring, width: RING } };
  }

  /** The sample at a place in CSS pixels from the stage's upper left corner. */
  pick(x: number, y: number): number | null {
    if (!this.frame || this.shown.length !== this.frame.layers[0]?.step.samples) return null;
    const { scale, x: zeroX, y: zeroY } = this.placing;
    const pictured = this.marks.hit(this.frame, this.placing, x, y);
    if (pictured !== null) return pictured;
    return this.picker.nearest(this.frame, this.shown, (x - zeroX) / scale, (zeroY - y) / scale, scale);
  }

  /** Where a sample is on the stage, in CSS pixels; null where none is drawn. */
  whereIs(sample: number): [number, number] | null {
    if (!this.frame || sample >= (this.frame.layers[0]?.step.samples ?? 0)) return null;
    const [x, y] = positionOf(this.frame, sample);
    const { scale, x: zeroX, y: zeroY } = this.placing;
    return [zeroX + scale * x, zeroY - scale * y];
  }

  /** Where all samples are on the last picture; null where none are drawn. */
  get placed(): Placed | null {
    if (!this.frame || this.shown.length !== this.frame.layers[0]?.step.samples) return null;
    const { shown, width, height } = this;
    return { positions: this.picker.positionsOf(this.frame), shown, ...this.placing, width, height };
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
    this.marks.setGroups(classes);
  }

  setShown(shown: Uint8Array): void {
    this.shown = shown;
    this.order.setShown(shown);
    this.marks.setShown(shown);
  }

  /** (sample,): 1 for those with a ring. */
  setSelected(selected: Uint8Array): void {
    this.selected = selected;
    this.marks.setSelected(selected);
    this.order.setSelected(selected);
  }

  setColors(colors: readonly Rgb[], lit: number | null, ring: Rgb, near = 0): void {
    this.colors = colors;
    // A part of a scale that is pointed at is lit on the stage, and not in what is kept of it.
    this.lit = near ? null : lit;
    this.ring = ring;
    this.points.setColors(colors, lit, ring, near);
  }

  /** `marked`: samples that are to be pictures before others. */
  draw(frame: Frame | null, camera: Camera, marked: readonly number[], hovered: number | null): void {
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
      const { width, height, ratio } = this;
      const { scale, x, y } = placing;
      const place = { scale: scale * ratio, x: x * ratio, y: y * ratio };
      const view = { frame, placing, zoom: camera.zoom, width, height, ratio, diameter };
      this.marks.update(view, marked, hovered);
      this.points.draw(this.projection, frame, place, width * ratio, height * ratio, diameter * ratio, RING * ratio);
      this.marks.draw(this.projection, view);
      this.projection.trim(frame);
    }
    this.axes.draw(frame, placing, this.width, this.height);
    // Pictures are marked by their frames.
    this.markers.draw(frame, hovered !== null && this.marks.has(hovered) ? null : hovered, placing, diameter / 2);
  }

  /** The graphics context was lost: whatever was made in it is gone. */
  forget(): void {
    this.marks.free();
    this.context.forget();
  }

  free(): void {
    this.marks.free();
    this.axes.free();
    this.markers.free();
    this.context.free();
  }
}
