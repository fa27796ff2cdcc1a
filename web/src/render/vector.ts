/**
 * The picture of a stage as SVG elements: a circle a sample that is drawn, and what lies under and over them as it is on
 * the page. Every color and size stands on its element, so that a viewer needs no style sheet of ours.
 */

import type { Rgb } from "../theme/palette";

const SVG = "http://www.w3.org/2000/svg";

/** Samples above which no ordinary viewer opens the file. */
export const MOST_CIRCLES = 200_000;

/** What the graphics card drew last. */
export interface DrawnPoints {
  /** (sample, 2): the middle of each in CSS pixels. */
  readonly positions: Float32Array;
  /** (sample,): 1 for those that are drawn. */
  readonly shown: Uint8Array;
  readonly of: ArrayLike<number>;
  readonly colors: readonly Rgb[];
  /** The group that the others are faded for. */
  readonly lit: number | null;
  readonly faded: number;
  /** (sample,): 1 for those that are selected; how opaque the others are then, and the ring around them. */
  readonly selected: Uint8Array;
  readonly unselected: number;
  readonly ring: { readonly color: Rgb; readonly width: number };
  /** In CSS pixels. */
  readonly radius: number;
}

export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly color: string;
  readonly opacity: number;
  /** Where it is other than the points'. */
  readonly radius?: number;
}

/** The samples in the order in which they are drawn, without those that lie outside. */
export function circlesOf(points: DrawnPoints, width: number, height: number): Circle[] {
  const { positions, shown, selected, unselected, ring, of, colors, lit, faded, radius } = points;
  const hex = colors.map(hexOf);
  const [under, plain, rings, ringed]: Circle[][] = [[], [], [], []];
  const any = shown.some((one, i) => one === 1 && selected[i] === 1);
  for (let i = 0; i < shown.length; i++) {
    const [x, y] = [positions[2 * i], positions[2 * i + 1]];
    if (shown[i] !== 1 || !(Math.abs(x - width / 2) < width / 2 + radius) || !(Math.abs(y - height / 2) < height / 2 + radius)) continue;
    const color = hex[of[i]] ?? "#000000";
    if (lit !== null && lit < colors.length && of[i] !== lit) under.push({ x, y, color, opacity: faded });
    else if (selected[i] === 1) {
      rings.push({ x, y, color: hexOf(ring.color), opacity: 1, radius: radius + ring.width });
      ringed.push({ x, y, color, opacity: 1 });
    } else plain.push({ x, y, color, opacity: any ? unselected : 1 });
  }
  return [...under, ...plain, ...rings, ...ringed];
}

export function hexOf(color: Rgb): string {
  return `#${color.map((c) => c.toString(16).padStart(2, "0")).join("")}`;
}

export interface Words {
  readonly title: string;
  readonly description: string;
}

/** What the page says of the picture on a canvas. */
export function wordsOf(box: HTMLElement, canvas: HTMLCanvasElement): Words {
  const main = box.closest("main");
  const said = (selector: string): string => main?.querySelector(selector)?.textContent?.replace(/\s+/g, " ").trim() ?? "";
  return { title: said("h2"), description: `${canvas.ariaLabel ?? ""} ${said("[data-testid=caption]")}` };
}

/** An empty document of a stage's size, with its words and its ground. */
export function documentOf(box: HTMLElement, words: Words, transparent: boolean): SVGSVGElement {
  const { width, height } = box.getBoundingClientRect();
  const root = make("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-labelledby": "title description" });
  root.setAttribute("font-family", getComputedStyle(box).fontFamily);
  root.append(text("title", words.title, { id: "title" }), text("desc", words.description, { id: "description" }));
  if (!transparent) root.append(make("rect", { width, height, fill: groundOf(box) }));
  return root;
}

/** The stage as an SVG document. `box` holds the layers, the handles and what else lies on the stage. */
export function vectorOf(box: HTMLElement, points: DrawnPoints, words: Words, transparent: boolean): SVGSVGElement {
  const { width, height } = box.getBoundingClientRect();
  const circles = circlesOf(points, width, height);
  if (circles.length > MOST_CIRCLES) {
    throw new Error(`an SVG of so many samples opens nowhere; got ${circles.length.toLocaleString("en-US")}; save a PNG, or show fewer than ${MOST_CIRCLES.toLocaleString("en-US")}`);
  }
  const root = documentOf(box, words, transparent);
  const layers = [...box.querySelectorAll<SVGSVGElement>(":scope > svg.stage-layer")];
  const middle = layers.findIndex((layer) => layer.compareDocumentPosition(box.querySelector("canvas") ?? layer) & Node.DOCUMENT_POSITION_PRECEDING);
  const split = middle < 0 ? layers.length : middle;
  root.append(...layers.slice(0, split).map(plain));
  const group = make("g", { class: "samples" });
  for (const { x, y, color, opacity, radius = points.radius } of circles) {
    const circle = make("circle", { cx: x.toFixed(2), cy: y.toFixed(2), r: radius.toFixed(2), fill: color });
    if (radius !== points.radius) circle.setAttribute("class", "ring");
    if (opacity < 1) circle.setAttribute("fill-opacity", String(opacity));
    group.append(circle);
  }
  root.append(group, ...layers.slice(split).map(plain), ...handlesOf(box));
  return root;
}

/** Several pictures as one, each where it lies on the page. */
export function joined(pictures: readonly SVGSVGElement[], places: readonly DOMRect[]): SVGSVGElement {
  if (pictures.length === 1) return pictures[0];
  const [left, top] = [Math.min(...places.map(({ x }) => x)), Math.min(...places.map(({ y }) => y))];
  const [right, bottom] = [Math.max(...places.map((place) => place.right)), Math.max(...places.map((place) => place.bottom))];
  const [width, height] = [right - left, bottom - top];
  const root = make("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-labelledby": "title description" });
  root.setAttribute("font-family", pictures[0].getAttribute("font-family") ?? "sans-serif");
  const said = (tag: string): string => [...new Set(pictures.map((picture) => picture.querySelector(tag)?.textContent ?? ""))].join(" | ");
  root.append(text("title", said("title"), { id: "title" }), text("desc", said("desc"), { id: "description" }));
  const ground = pictures[0].querySelector(":scope > rect")?.getAttribute("fill");
  if (ground) root.append(make("rect", { width, height, fill: ground }));
  pictures.forEach((picture, i) => {
    for (const words of picture.querySelectorAll("title, desc")) words.remove();
    for (const name of ["role", "aria-labelledby", "font-family"]) picture.removeAttribute(name);
    picture.setAttribute("x", String(places[i].x - left));
    picture.setAttribute("y", String(places[i].y - top));
    root.append(picture);
  });
  return root;
}

/** The color behind an element. */
export function groundOf(element: Element): string {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const color = getComputedStyle(at).backgroundColor;
    if (color && color !== "transparent" && !/^rgba\(.*, 0\)$/.test(color)) return color;
  }
  return getComputedStyle(document.documentElement).getPropertyValue("--paper").trim() || "#ffffff";
}

/** What a style sheet may say of what is drawn. */
const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order"];
const STYLES_OF_TEXT = [...STYLES, "font-size", "font-weight", "text-anchor"];

/** A layer as a group of elements of its own, each with the style that it has on the page. */
function plain(layer: SVGSVGElement): SVGGElement {
  const group = make("g", {});
  for (const child of layer.children) group.append(copied(child));
  return group;
}

function copied(element: Element): Element {
  const copy = element.cloneNode(false) as Element;
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden") return make("g", {});
  if (!element.children.length) {
    for (const name of element.tagName === "text" ? STYLES_OF_TEXT : STYLES) {
      const value = style.getPropertyValue(name);
      if (name === "fill" || (value && value !== "none" && value !== "normal")) copy.setAttribute(name, value.replace("px", "") || "none");
    }
    // Few viewers know where the middle of a line of text is.
    if (style.dominantBaseline === "central") copy.setAttribute("dy", "0.35em");
    copy.textContent = element.textContent;
  }
  if (style.opacity !== "1") copy.setAttribute("opacity", style.opacity);
  copy.removeAttribute("class");
  for (const child of element.children) copy.append(copied(child));
  return copy;
}

/** The handles are buttons: their knobs and names are drawn as they look. */
function handlesOf(box: HTMLElement): Element[] {
  const drawn: Element[] = [];
  const corner = box.getBoundingClientRect();
  const ink = getComputedStyle(box).color;
  for (const knob of box.querySelectorAll<HTMLElement>(".handles:not(.away) .handle .knob")) {
    const at = knob.getBoundingClientRect();
    const style = getComputedStyle(knob);
    const [x, y] = [at.x - corner.x + at.width / 2, at.y - corner.y + at.height / 2];
    const border = Number.parseFloat(style.borderTopWidth) || 0;
    const fill = isClear(style.backgroundColor) ? "none" : style.backgroundColor;
    const round = style.borderTopLeftRadius.endsWith("%") ? at.width / 2 : Number.parseFloat(style.borderTopLeftRadius) || 0;
    const frame = (inset: number, attributes: Record<string, string | number>): Element =>
      make("rect", {
        x: (x - at.width / 2 + inset).toFixed(2),
        y: (y - at.height / 2 + inset).toFixed(2),
        width: (at.width - 2 * inset).toFixed(2),
        height: (at.height - 2 * inset).toFixed(2),
        rx: Math.max(0, round - inset).toFixed(2),
        ...attributes,
      });
    drawn.push(frame(-0.5, { fill, stroke: ink, "stroke-width": 1 }));
    if (border) drawn.push(frame(border / 2, { fill: "none", stroke: style.borderTopColor, "stroke-width": border }));
    if (knob.textContent) drawn.push(text("text", knob.textContent, { x: x.toFixed(2), y: y.toFixed(2), dy: "0.35em", fill: ink, ...fontOf(style), "text-anchor": "middle" }));
    const label = knob.closest(".handle")?.querySelector<HTMLElement>(".label");
    if (!label?.textContent) continue;
    const beside = label.getBoundingClientRect();
    drawn.push(
      text("text", label.textContent, {
        x: (beside.x - corner.x + beside.width / 2).toFixed(2),
        y: (beside.y - corner.y + beside.height / 2).toFixed(2),
        dy: "0.35em",
        fill: ink,
        ...fontOf(getComputedStyle(label)),
        "text-anchor": "middle",
        stroke: groundOf(box),
        "stroke-width": 3,
        "stroke-linejoin": "round",
        "paint-order": "stroke",
      }),
    );
  }
  return drawn;
}

function isClear(color: string): boolean {
  return color === "transparent" || /^rgba\(.*, 0\)$/.test(color);
}

function fontOf(style: CSSStyleDeclaration): Record<string, string> {
  return { "font-size": style.fontSize, "font-weight": style.fontWeight };
}

export function make<K extends keyof SVGElementTagNameMap>(name: K, attributes: Record<string, string | number>): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function text<K extends keyof SVGElementTagNameMap>(name: K, content: string, attributes: Record<string, string | number>): SVGElementTagNameMap[K] {
  const element = make(name, attributes);
  element.textContent = content;
  return element;
}
