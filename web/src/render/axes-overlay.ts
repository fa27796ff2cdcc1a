/**
 * Draws the axes of raw units: hairlines under the points, a name beyond each end over them. In SVG, since the names are
 * text: the browser sets them sharply in the page's own type, and the style sheet colors them.
 */

import type { Frame, FrameAxes } from "../tour/frame";
import type { Placing } from "./markers-overlay";

const SVG = "http://www.w3.org/2000/svg";

/** CSS pixels from the end of an axis to the middle of its name. */
const BEYOND = 13;

/** Below this length on the screen an axis points at the reader, and its name would only cover the others. */
const SHORTEST = 14;

interface Drawn {
  readonly lines: SVGPathElement;
  readonly group: SVGGElement;
  readonly names: readonly string[];
  readonly texts: readonly { readonly element: SVGTextElement; readonly half: number }[];
}

export class AxesOverlay {
  /** The axes of each end of a transition, as far as they have any. */
  private drawn: Drawn[] = [];

  constructor(
    private readonly under: SVGSVGElement,
    private readonly over: SVGSVGElement,
  ) {}

  draw(frame: Frame | null, placing: Placing, width: number, height: number): void {
    const axes = frame?.axes ?? [];
    if (axes.length !== this.drawn.length || axes.some((a, i) => a.names !== this.drawn[i].names)) {
      this.free();
      this.drawn = axes.map((a) => this.make(a.names));
    }
    axes.forEach((a, i) => this.place(a, this.drawn[i], placing, width, height));
  }

  free(): void {
    for (const { lines, group } of this.drawn) {
      lines.remove();
      group.remove();
    }
    this.drawn = [];
  }

  private make(names: readonly string[]): Drawn {
    const lines = document.createElementNS(SVG, "path");
    this.under.append(lines);
    const group = document.createElementNS(SVG, "g");
    this.over.append(group);
    const elements = names.map((name) => {
      const element = document.createElementNS(SVG, "text");
      element.textContent = name;
      group.append(element);
      return element;
    });
    // Measured together and once: each measuring makes the browser lay out anew.
    const texts = elements.map((element) => ({ element, half: element.getComputedTextLength() / 2 }));
    return { lines, group, names, texts };
  }

  private place(axes: FrameAxes, drawn: Drawn, placing: Placing, width: number, height: number): void {
    const toX = (x: number): number => placing.x + placing.scale * x;
    const toY = (y: number): number => placing.y - placing.scale * y;
    const [originX, originY] = [toX(axes.origin[0]), toY(axes.origin[1])];
    let path = "";
    drawn.texts.forEach(({ element, half }, k) => {
      const [endX, endY] = [toX(axes.ends[2 * k]), toY(axes.ends[2 * k + 1])];
      path += `M${originX.toFixed(2)} ${originY.toFixed(2)}L${endX.toFixed(2)} ${endY.toFixed(2)}`;
      const [alongX, alongY] = [endX - originX, endY - originY];
      const length = Math.max(Math.hypot(alongX, alongY), 1e-6);
      // Long names must not run back over their axis: they are pushed out by half their width where it is level.
      const out = BEYOND + Math.max(0, half - 5) * Math.abs(alongX / length);
      const x = Math.min(width - half - 4, Math.max(half + 4, endX + (alongX / length) * out));
      const y = Math.min(height - 10, Math.max(10, endY + (alongY / length) * out));
      element.setAttribute("x", x.toFixed(2));
      element.setAttribute("y", y.toFixed(2));
      element.setAttribute("opacity", (Math.min(1, length / SHORTEST) ** 2).toFixed(3));
    });
    drawn.lines.setAttribute("d", path);
    drawn.lines.setAttribute("opacity", axes.opacity.toFixed(3));
    drawn.group.setAttribute("opacity", axes.opacity.toFixed(3));
  }
}
