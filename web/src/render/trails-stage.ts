/** The stage of the trails: a context, its pass, and the size of it all. Draws when it is told to. */

import type { Rgb } from "../theme/palette";
import { timeColors } from "../theme/time-colors";
import { type Camera, WHOLE } from "../tour/camera";
import type { Placed } from "../tour/regions";
import { type Extent, extentOf, headsAt, type Mix, nearestHead, nearestTrail, type Trails, weightsOf } from "../tour/trails";
import { Gl } from "./gl";
import { pointDiameter } from "./points-pass";
import { type TrailOrder, trailOrder } from "./trail-order";
import { TrailsPainter } from "./trails-painter";
import { type TrailsLayer, type TrailsLook, TrailsPass } from "./trails-pass";
import type { Part } from "./draw-order";

/** The share of the stage that the whole takes. */
const FILLED = 0.94;
/** CSS pixels within which a head is meant, and a line. */
const REACH = { head: 12, line: 6 };
/** Selected trails that are drawn even where others wait. */
const FOLLOWED = 100;
/** How much of its opacity a trail keeps while others are selected, or are previewed. */
const FAINT = { selected: 0.16, preview: 0.1 };

/** What changes from frame to frame. */
export interface TrailsFrame {
  readonly now: number;
  readonly mix: Mix;
  /** 0 to 1 each. */
  readonly taper: number;
  readonly arrow: number;
  readonly fade: number;
}

/** What was drawn last, as far as a picture by other means needs it; lengths are in CSS pixels. */
export interface DrawnTrails {
  readonly trails: Trails;
  readonly frame: TrailsFrame;
  readonly look: TrailsLook;
  /** Sample and group of each trail; the layers name parts of it. */
  readonly list: Uint32Array;
  /** The lowest first. */
  readonly layers: readonly TrailsLayer[];
  readonly colors: readonly string[];
  readonly dark: boolean;
}

export class TrailsStage {
  private readonly context: Gl;
  private readonly pass: TrailsPass;
  private readonly painter: TrailsPainter;
  /** Changes with all but the frame and the camera. */
  private version = 0;
  private trails: Trails | null = null;
  private extent: Extent = { middle: [0, 0], half: [1, 1] };
  private groups: Uint16Array = new Uint16Array(0);
  private faded: Uint8Array = new Uint8Array(0);
  private shown: Uint8Array = new Uint8Array(0);
  private selected: Uint8Array = new Uint8Array(0);
  private colors: readonly string[] = [];
  private ring: Rgb = [0, 0, 0];
  private dark = false;
  private order: TrailOrder | null = null;
  private camera: Camera = WHOLE;
  private frame: TrailsFrame | null = null;
  private hovered: number | null = null;
  /** Where the heads of the last picture are, once somebody asked. */
  private heads: Float32Array | null = null;
  width = 1;
  height = 1;
  ratio = 1;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = new Gl(canvas);
    this.pass = new TrailsPass(this.context);
    this.painter = new TrailsPainter(this.context, this.pass);
  }

  setTrails(trails: Trails | null): void {
    if (trails === this.trails) return;
    this.trails = trails;
    this.forgetOrder();
    this.heads = null;
    if (!trails) return;
    this.extent = extentOf(trails);
    this.pass.setTrails(trails);
  }

  setGroups(groups: Uint16Array): void {
    this.groups = groups;
    this.forgetOrder();
  }

  setShown(shown: Uint8Array): void {
    this.shown = shown;
    this.forgetOrder();
  }

  /** (sample,): 1 for those on top. */
  setSelected(selected: Uint8Array): void {
    this.selected = selected;
    this.forgetOrder();
  }

  /** A color a group; with a group lit, the others are faded. */
  setColors(colors: readonly string[], lit: number | null, near: number, dark: boolean, ring: Rgb): void {
    this.colors = colors;
    this.ring = ring;
    this.dark = dark;
    this.faded = Uint8Array.from(colors, (_, i) => (lit !== null && lit < colors.length && i !== lit && !(Math.abs(i - lit) <= near && i < colors.length - 1) ? 1 : 0));
    this.pass.setShades(timeColors(colors, dark));
    this.forgetOrder();
  }

  resize(width: number, height: number, ratio: number): void {
    [this.width, this.height, this.ratio] = [Math.max(1, width), Math.max(1, height), ratio];
    const [w, h] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    if (this.canvas.width !== w) this.canvas.width = w;
    if (this.canvas.height !== h) this.canvas.height = h;
  }

  /** CSS pixels of half the stage's shorter side: what the camera counts in. */
  get halfSide(): number {
    return (FILLED / 2) * Math.min(this.width, this.height);
  }

  /** Where zero lies in CSS pixels, and how long one unit is. */
  get placing(): { scale: number; x: number; y: number } {
    const { zoom, x, y } = this.camera;
    const { middle, half } = this.extent;
    const scale = (zoom * FILLED * Math.min(this.width / half[0], this.height / half[1])) / 2;
    const [left, top] = [this.width / 2 + x * this.halfSide, this.height / 2 + y * this.halfSide];
    return { scale, x: left - scale * middle[0], y: top + scale * middle[1] };
  }

  /** Draw, or go on drawing what takes longer than a frame. Is there something new to see? */
  draw(frame: TrailsFrame | null, camera: Camera, hovered: number | null, atOnce = false): boolean {
    const { gl } = this.context;
    this.camera = camera;
    this.frame = frame;
    this.hovered = hovered;
    this.heads = null;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    const { trails } = this;
    if (!trails || !frame || this.groups.length !== trails.samples || !this.colors.length) {
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      this.painter.forget();
      return true;
    }
    const inPixels = (layers: readonly TrailsLayer[]): TrailsLayer[] => layers.map((layer) => ({ ...layer, wider: (layer.wider ?? 0) * this.ratio }));
    const one = hovered === null ? null : this.one(hovered);
    return this.painter.paint({
      look: this.look(frame, this.ratio),
      layers: (share) => inPixels(this.layers(frame.fade, share)),
      lit: one ? inPixels(this.lit(one)) : [],
      key: JSON.stringify([frame, camera, this.width, this.height, this.ratio, this.version]),
      atOnce,
    });
  }

  /** Is all of the picture in sight? Else it wants to be drawn on. */
  get whole(): boolean {
    return this.painter.whole;
  }

  /** Trails that are in sight. */
  get seen(): number {
    return Math.floor(this.painter.share * this.drawn);
  }

  /** The last picture, for one by other means: without what the pointer is on. */
  get picture(): DrawnTrails | null {
    const { trails, frame, colors, dark } = this;
    if (!trails || !frame || this.groups.length !== trails.samples || !colors.length) return null;
    return { trails, frame, look: this.look(frame, 1), list: this.ordered().list, layers: this.layers(frame.fade), colors, dark };
  }

  /** The last picture in so many pixels to a CSS pixel, without what the pointer is on. */
  pixels(ratio: number): HTMLCanvasElement | null {
    const { frame, camera, hovered, width, height, ratio: own } = this;
    if (!frame) return null;
    this.resize(width, height, ratio);
    this.draw(frame, camera, null, true);
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [this.canvas.width, this.canvas.height];
    copy.getContext("2d")?.drawImage(this.canvas, 0, 0);
    this.resize(width, height, own);
    this.draw(frame, camera, hovered, true);
    return copy;
  }

  /** A share of the trails is as dense as all of them: each is less transparent. */
  private layers(fade: number, share = 1): TrailsLayer[] {
    const ordered = this.ordered();
    const [beneath, plain, selected] = [ordered.beneath, ordered.plain, ordered.selected].map(({ first, count }, i) => ({
      first,
      // What is selected is followed: while it is little, all of it is there.
      count: i === 2 && count <= FOLLOWED ? count : Math.ceil(share * count),
    }));
    const faint = selected.count ? FAINT.selected : 1;
    const lines = lineOpacity(beneath.count + plain.count);
    return [
      { what: "lines", part: beneath, opacity: fade * lines * faint * FAINT.preview },
      { what: "lines", part: plain, opacity: fade * lines * faint },
      { what: "heads", part: beneath, opacity: fade * 0.15 * faint },
      { what: "heads", part: plain, opacity: fade * (selected.count ? 0.22 : 1) },
      { what: "lines", part: selected, opacity: fade * Math.min(1, 2.2 * lineOpacity(selected.count)), wider: 0.5 },
      { what: "heads", part: selected, opacity: fade, wider: 1.4, color: unit(this.ring) },
      { what: "heads", part: selected, opacity: fade },
    ];
  }

  /** The one that the pointer is on: a ground around it, so that it is followed through the others. */
  private lit(part: Part): TrailsLayer[] {
    const paper: Rgb = this.dark ? [16, 18, 22] : [255, 255, 255];
    return [
      { what: "lines", part, opacity: 0.85, wider: 4.5, color: unit(paper) },
      { what: "lines", part, opacity: 1, wider: 1.4 },
      { what: "heads", part, opacity: 1, wider: 2, color: unit(this.ring) },
      { what: "heads", part, opacity: 1, wider: 0.5 },
    ];
  }

  /** The sample whose head, or else whose line, is at a place in CSS pixels of the stage. */
  pick(x: number, y: number): number | null {
    const { trails, frame, shown } = this;
    const heads = this.headsNow();
    if (!trails || !frame || !heads || shown.length !== trails.samples) return null;
    const { scale, x: zeroX, y: zeroY } = this.placing;
    const [px, py] = [(x - zeroX) / scale, (zeroY - y) / scale];
    const head = nearestHead(heads, shown, px, py, REACH.head / scale);
    // A line right under the pointer is meant rather than a head some way off.
    if (head && head.distance * scale <= REACH.line) return head.sample;
    return (nearestTrail(trails, shown, frame.now, frame.mix, px, py, REACH.line / scale) ?? head)?.sample ?? null;
  }

  /** Where the head of a sample's trail is, in CSS pixels of the stage. */
  whereIs(sample: number): [number, number] | null {
    const heads = this.headsNow();
    if (!heads || 2 * sample >= heads.length) return null;
    const { scale, x, y } = this.placing;
    return [x + scale * heads[2 * sample], y - scale * heads[2 * sample + 1]];
  }

  /** Where all heads are. */
  get placed(): Placed | null {
    const positions = this.headsNow();
    if (!positions || 2 * this.shown.length !== positions.length) return null;
    return { positions, shown: this.shown, ...this.placing, width: this.width, height: this.height };
  }

  /** Trails that are drawn. */
  get drawn(): number {
    return this.trails ? this.ordered().list.length / 2 : 0;
  }

  /** The width and height of what is drawn, in its own units. */
  get size(): readonly [number, number] {
    return [2 * this.extent.half[0], 2 * this.extent.half[1]];
  }

  forget(): void {
    this.painter.end();
    this.context.forget();
  }

  free(): void {
    this.painter.end();
    this.context.free();
  }

  private forgetOrder(): void {
    this.order = null;
    this.version += 1;
  }

  private headsNow(): Float32Array | null {
    if (!this.trails || !this.frame) return null;
    return (this.heads ??= headsAt(this.trails, this.frame.now, this.frame.mix));
  }

  private ordered(): TrailOrder {
    if (!this.order) {
      const { groups, faded, shown, selected } = this;
      this.order = trailOrder(groups, faded, shown, selected);
      this.pass.setList(this.order.list);
    }
    return this.order;
  }

  /** The part of the list that is one sample. */
  private one(sample: number): { first: number; count: number } | null {
    const { list } = this.ordered();
    for (let i = 0; i < list.length; i += 2) if (list[i] === sample) return { first: i / 2, count: 1 };
    return null;
  }

  private look({ now, mix, taper, arrow }: TrailsFrame, ratio: number): TrailsLook {
    const { scale, x, y } = this.placing;
    const { camera, drawn } = this;
    const nearer = Math.min(2.2, Math.max(0.8, camera.zoom ** 0.3));
    return {
      now,
      weights: weightsOf(mix),
      zero: [x * ratio, y * ratio],
      scale: scale * ratio,
      // The canvas has whole pixels and the stage need not: the drawing keeps the stage's own scale.
      width: this.width * ratio,
      height: this.height * ratio,
      line: lineWidth(drawn) * nearer * ratio,
      taper,
      head: 0.72 * pointDiameter(drawn) * nearer * ratio,
      arrow,
    };
  }
}

/** How opaque one line is among so many: bundles are read, and a line by itself too. */
export function lineOpacity(trails: number): number {
  return Math.min(0.85, Math.max(0.045, 11 / Math.sqrt(Math.max(1, trails))));
}

/** CSS pixels. */
export function lineWidth(trails: number): number {
  return Math.min(2.2, Math.max(1, 1.5 * (2000 / Math.max(1, trails)) ** 0.15));
}

function unit([r, g, b]: Rgb): [number, number, number] {
  return [r / 255, g / 255, b / 255];
}

