/** Rings around the samples that are selected or under the pointer: in SVG, a few of them, over the points. */

import type { Frame } from "../tour/motion";
import { positionOf } from "./picker";

const SVG = "http://www.w3.org/2000/svg";
/** Selected samples that get a ring each. */
const MOST = 200;

export interface Placing {
  /** CSS pixels of one fitted unit, and the place of the coordinates' zero. */
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export class MarkersOverlay {
  private readonly group: SVGGElement;
  private circles: SVGCircleElement[] = [];

  constructor(parent: SVGSVGElement) {
    this.group = document.createElementNS(SVG, "g");
    this.group.setAttribute("class", "markers");
    parent.append(this.group);
  }

  draw(frame: Frame | null, selected: readonly number[], hovered: number | null, placing: Placing, radius: number): void {
    const samples = frame?.layers[0]?.step.samples ?? 0;
    const ringed = selected.slice(0, MOST);
    if (hovered !== null && !ringed.includes(hovered)) ringed.push(hovered);
    const wanted = frame ? ringed.filter((sample) => sample < samples) : [];
    while (this.circles.length > wanted.length) this.circles.pop()?.remove();
    while (this.circles.length < wanted.length) {
      const circle = document.createElementNS(SVG, "circle");
      this.group.append(circle);
      this.circles.push(circle);
    }
    wanted.forEach((sample, i) => {
      const [x, y] = frame ? positionOf(frame, sample) : [0, 0];
      const circle = this.circles[i];
      circle.setAttribute("cx", (placing.x + placing.scale * x).toFixed(2));
      circle.setAttribute("cy", (placing.y - placing.scale * y).toFixed(2));
      circle.setAttribute("r", (radius + (sample === hovered ? 4 : 3)).toFixed(1));
      circle.setAttribute("class", sample === hovered ? "hovered" : "");
    });
  }

  free(): void {
    this.group.remove();
  }
}
