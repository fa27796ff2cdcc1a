/** Draws the axes of raw units on a 2-D canvas: hairlines, and a name beyond each end. */

import type { Frame, FrameAxes } from "../tour/motion";

export interface AxesStyle {
  readonly line: string;
  readonly text: string;
  /** Painted around each name, so that it can be read over points. */
  readonly halo: string;
  readonly font: string;
}

/** CSS pixels from the end of an axis to the middle of its name. */
const BEYOND = 13;

/** Below this length on the screen an axis points at the reader, and its name would only cover the others. */
const SHORTEST = 14;

export class AxesPass {
  private readonly lines: CanvasRenderingContext2D | null;
  private readonly names: CanvasRenderingContext2D | null;

  /** Lines lie on a canvas under the points, names on one over them. */
  constructor(
    private readonly under: HTMLCanvasElement,
    private readonly over: HTMLCanvasElement,
  ) {
    this.lines = under.getContext("2d");
    this.names = over.getContext("2d");
  }

  draw(frame: Frame | null, halfSide: number, width: number, height: number, ratio: number, style: AxesStyle): void {
    for (const [canvas, context] of [
      [this.under, this.lines],
      [this.over, this.names],
    ] as const) {
      if (!context) continue;
      if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
      if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
    }
    for (const axes of frame?.axes ?? []) this.drawAxes(axes, halfSide, width, height, style);
  }

  private drawAxes(axes: FrameAxes, halfSide: number, width: number, height: number, style: AxesStyle): void {
    const { lines, names } = this;
    if (!lines || !names) return;
    const toX = (x: number): number => width / 2 + halfSide * x;
    const toY = (y: number): number => height / 2 - halfSide * y;
    const [originX, originY] = [toX(axes.origin[0]), toY(axes.origin[1])];
    lines.globalAlpha = axes.opacity;
    lines.strokeStyle = style.line;
    lines.lineWidth = 1;
    lines.beginPath();
    for (let k = 0; k < axes.names.length; k++) {
      lines.moveTo(originX, originY);
      lines.lineTo(toX(axes.ends[2 * k]), toY(axes.ends[2 * k + 1]));
    }
    lines.stroke();
    names.font = style.font;
    names.textAlign = "center";
    names.textBaseline = "middle";
    names.lineJoin = "round";
    names.lineWidth = 3.5;
    names.strokeStyle = style.halo;
    names.fillStyle = style.text;
    axes.names.forEach((name, k) => {
      const [endX, endY] = [toX(axes.ends[2 * k]), toY(axes.ends[2 * k + 1])];
      const [alongX, alongY] = [endX - originX, endY - originY];
      const length = Math.hypot(alongX, alongY);
      if (length < 1) return;
      // Long names must not run back over their axis: they are pushed out by half their width where it is level.
      const half = names.measureText(name).width / 2;
      const out = BEYOND + Math.max(0, half - 5) * Math.abs(alongX / length);
      const x = Math.min(width - half - 4, Math.max(half + 4, endX + (alongX / length) * out));
      const y = Math.min(height - 10, Math.max(10, endY + (alongY / length) * out));
      names.globalAlpha = axes.opacity * Math.min(1, length / SHORTEST) ** 2;
      names.strokeText(name, x, y);
      names.fillText(name, x, y);
    });
    names.globalAlpha = 1;
  }
}
