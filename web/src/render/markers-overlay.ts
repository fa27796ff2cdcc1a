/** The ring around the sample under the pointer: in SVG, over the points. What is selected has its rings from the points' pass. */

import type { Frame } from "../tour/frame";
import { positionOf } from "./picker";

const SVG = "http://www.w3.org/2000/svg";

export interface Placing {
  /** CSS pixels of one fitted unit, and the place of the coordinates' zero. */
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export class MarkersOverlay {
  private readonly group: SVGGElement;
  private readonly circle: SVGCircleElement;

  constructor(parent: SVGSVGElement) {
    this.group = document.createElementNS(SVG, "g");
    this.group.setAttribute("class", "markers");
    this.circle = document.createElementNS(SVG, "circle");
    parent.append(this.group);
  }

  draw(frame: Frame | null, hovered: number | null, placing: Placing, radius: number): void {
    if (!frame || hovered === null || hovered >= (frame.layers[0]?.step.samples ?? 0)) {
      this.circle.remove();
      return;
    }
    const [x, y] = positionOf(frame, hovered);
    this.circle.setAttribute("cx", (placing.x + placing.scale * x).toFixed(2));
    this.circle.setAttribute("cy", (placing.y - placing.scale * y).toFixed(2));
    this.circle.setAttribute("r", (radius + 4).toFixed(1));
    if (!this.circle.isConnected) this.group.append(this.circle);
  }

  free(): void {
    this.group.remove();
  }
}
