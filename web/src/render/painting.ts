/** Paints the picture of a stage on a canvas: what `vector.ts` makes, and no other SVG; or what was drawn, over a ground. */

type Context = CanvasRenderingContext2D;

/** A canvas with the picture, so many pixels to a CSS pixel. */
export function painted(picture: SVGSVGElement, ratio: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(Number(picture.getAttribute("width")) * ratio);
  canvas.height = Math.round(Number(picture.getAttribute("height")) * ratio);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser gives no canvas to paint on");
  context.scale(ratio, ratio);
  const family = picture.getAttribute("font-family") ?? "sans-serif";
  for (const child of picture.children) paint(context, child, family);
  return canvas;
}

/** The same with a ground under it. */
export function grounded(picture: HTMLCanvasElement, ground: string): HTMLCanvasElement {
  const context = picture.getContext("2d");
  if (!context) throw new Error("this browser gives no canvas to paint on");
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = ground;
  context.fillRect(0, 0, picture.width, picture.height);
  return picture;
}

function paint(context: Context, element: Element, family: string): void {
  const number = (name: string): number => Number.parseFloat(element.getAttribute(name) ?? "0") || 0;
  context.save();
  context.globalAlpha *= element.hasAttribute("opacity") ? number("opacity") : 1;
  const path = pathOf(element, number);
  if (path) {
    const fill = element.getAttribute("fill") ?? "none";
    context.fillStyle = fill;
    if (fill !== "none") withAlpha(context, element.hasAttribute("fill-opacity") ? number("fill-opacity") : 1, () => context.fill(path));
    if (stroked(context, element)) context.stroke(path);
  } else if (element.tagName === "text") {
    const size = number("font-size") || 13;
    context.font = `${element.getAttribute("font-weight") ?? "400"} ${size}px ${family}`;
    context.textAlign = element.getAttribute("text-anchor") === "middle" ? "center" : "start";
    const below = element.hasAttribute("dy") ? Number.parseFloat(element.getAttribute("dy") ?? "0") * size : 0;
    const words = element.textContent ?? "";
    // The ground around a name lies under it.
    if (stroked(context, element)) context.strokeText(words, number("x"), number("y") + below);
    context.fillStyle = element.getAttribute("fill") ?? "#000000";
    context.fillText(words, number("x"), number("y") + below);
  }
  if (element.tagName === "svg") {
    context.translate(number("x"), number("y"));
    context.beginPath();
    context.rect(0, 0, number("width"), number("height"));
    context.clip();
  }
  if (element.tagName === "g" || element.tagName === "svg") for (const child of element.children) paint(context, child, family);
  context.restore();
}

function withAlpha(context: Context, alpha: number, draw: () => void): void {
  const before = context.globalAlpha;
  context.globalAlpha = before * alpha;
  draw();
  context.globalAlpha = before;
}

function stroked(context: Context, element: Element): boolean {
  const stroke = element.getAttribute("stroke") ?? "none";
  if (stroke === "none") return false;
  context.strokeStyle = stroke;
  context.lineWidth = Number.parseFloat(element.getAttribute("stroke-width") ?? "1");
  context.lineJoin = element.getAttribute("stroke-linejoin") === "round" ? "round" : "miter";
  const dashes = element.getAttribute("stroke-dasharray");
  context.setLineDash(dashes && dashes !== "none" ? dashes.split(/[\s,]+/).map(Number.parseFloat) : []);
  return true;
}

function pathOf(element: Element, number: (name: string) => number): Path2D | null {
  switch (element.tagName) {
    case "path":
      return new Path2D(element.getAttribute("d") ?? "");
    case "circle": {
      const path = new Path2D();
      path.arc(number("cx"), number("cy"), number("r"), 0, 2 * Math.PI);
      return path;
    }
    case "ellipse": {
      const path = new Path2D();
      path.ellipse(number("cx"), number("cy"), number("rx"), number("ry"), 0, 0, 2 * Math.PI);
      return path;
    }
    case "line": {
      const path = new Path2D();
      path.moveTo(number("x1"), number("y1"));
      path.lineTo(number("x2"), number("y2"));
      return path;
    }
    case "rect": {
      const path = new Path2D();
      path.roundRect(number("x"), number("y"), number("width"), number("height"), number("rx"));
      return path;
    }
    default:
      return null;
  }
}
