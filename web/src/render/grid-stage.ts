/** Draws many small pictures of the same samples on one canvas: a context of its own for each would be too many. */

import type { Rgb } from "../theme/palette";
import type { Frame } from "../tour/frame";
import { DrawOrder } from "./draw-order";
import { Gl } from "./gl";
import { Picker, positionOf } from "./picker";
import { pointDiameter, PointsPass } from "./points-pass";
import { Projection } from "./projection";

/** The half side of the square that a fitted cloud is drawn in, as a share of the cell's shorter side. */
const FILLED = 0.42;
/** CSS pixels of a ring around what is selected. */
const RING = 0.8;

/** Where a cell lies on the canvas, in CSS pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Drawn extends Box {
  readonly frame: Frame;
}

export class GridStage {
  private readonly context: Gl;
  private readonly projection: Projection;
  private readonly order: DrawOrder;
  private readonly points: PointsPass;
  private readonly picker = new Picker();
  private samples = 0;
  private shown: Uint8Array = new Uint8Array(0);
  private height = 1;
  private ratio = 1;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = new Gl(canvas);
    this.projection = new Projection(this.context);
    this.order = new DrawOrder(this.context);
    this.points = new PointsPass(this.context, this.order);
  }

  setClasses(classes: Uint16Array): void {
    this.samples = classes.length;
    this.points.setClasses(classes);
  }

  setShown(shown: Uint8Array): void {
    this.shown = shown;
    this.order.setShown(shown);
  }

  setSelected(selected: Uint8Array): void {
    this.order.setSelected(selected);
  }

  setColors(colors: readonly Rgb[], lit: number | null, ring: Rgb, near = 0): void {
    this.points.setColors(colors, lit, ring, near);
  }

  resize(width: number, height: number, ratio: number): void {
    this.height = height;
    this.ratio = ratio;
    const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
    if (this.canvas.width !== w) this.canvas.width = w;
    if (this.canvas.height !== h) this.canvas.height = h;
  }

  draw(cells: readonly Drawn[]): void {
    const { gl } = this.context;
    const { ratio } = this;
    gl.disable(gl.SCISSOR_TEST);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.SCISSOR_TEST);
    for (const { frame, x, y, width, height } of cells) {
      const [left, bottom, w, h] = [x, this.height - y - height, width, height].map((length) => Math.round(length * ratio));
      gl.viewport(left, bottom, w, h);
      gl.scissor(left, bottom, w, h);
      const half = FILLED * Math.min(width, height) * ratio;
      const diameter = Math.max(1.3, pointDiameter(this.samples) * Math.min(1, Math.min(width, height) / 260));
      this.points.draw(this.projection, frame, { scale: half, x: w / 2, y: h / 2 }, w, h, diameter * ratio, RING * ratio);
      this.projection.trim(frame);
    }
    gl.disable(gl.SCISSOR_TEST);
  }

  /** The sample at a place in CSS pixels of the canvas, in one cell. */
  pick({ frame, ...box }: Drawn, x: number, y: number): number | null {
    const { scale, zeroX, zeroY } = placing(box);
    return this.picker.nearest(frame, this.shown, (x - zeroX) / scale, (zeroY - y) / scale, scale);
  }

  /** The samples within a distance of a place, in one cell. */
  within({ frame, ...box }: Drawn, x: number, y: number, radius: number): number[] {
    const { scale, zeroX, zeroY } = placing(box);
    return this.picker.within(frame, this.shown, (x - zeroX) / scale, (zeroY - y) / scale, radius / scale);
  }

  forget(): void {
    this.context.forget();
  }

  free(): void {
    this.context.free();
  }
}

/** Where a sample lies in a cell, in CSS pixels of the canvas. */
export function placeIn({ frame, ...box }: Drawn, sample: number): [number, number] {
  const { scale, zeroX, zeroY } = placing(box);
  const [x, y] = positionOf(frame, sample);
  return [zeroX + scale * x, zeroY - scale * y];
}

function placing({ x, y, width, height }: Box): { scale: number; zeroX: number; zeroY: number } {
  return { scale: FILLED * Math.min(width, height), zeroX: x + width / 2, zeroY: y + height / 2 };
}
