/**
 * What stands in place of points: pictures, texts, or points of the pictures' mean colors. Chooses which samples have room,
 * when the view rests and now and then while it moves; a frame itself costs nothing a sample.
 */

import type { PictureSource } from "../data/pictures";
import type { Rgb } from "../theme/palette";
import type { Frame } from "../tour/frame";
import { Pace } from "../tour/pace";
import { type Crowd, thinned } from "../tour/thinning";
import { AverageColors } from "./average-colors";
import type { Gl } from "./gl";
import { ImagePages } from "./image-pages";
import { BORDER, imageSides, ImagesPass } from "./images-pass";
import { Instances } from "./instances";
import type { Placing } from "./markers-overlay";
import { type Picker, positionOf } from "./picker";
import type { PointsPass } from "./points-pass";
import type { Projection } from "./projection";
import { MOST_TEXTS, TEXT_ROOM, TextLabels } from "./text-labels";

export type Marks = "points" | "images" | "averages";
export const MARKS: readonly Marks[] = ["points", "images", "averages"];

/** Pictures on the stage at most. */
const MOST_IMAGES = 3000;
/** On the move pictures stay while they keep this share of their room. */
const ROOM_MOVING = 0.6;
/** Milliseconds after a selection until those that are selected get pictures: first the frame is drawn that answers. */
const AFTER_THE_ANSWER = 60;
/** Samples that are looked at for room while the view moves. */
const LOOKED_MOVING = 50_000;

export interface MarksSources {
  readonly pictures: PictureSource | null;
  readonly text: ((sample: number) => Promise<string>) | null;
  /** Milliseconds of the stage's clock, which a film holds and moves on. */
  readonly now: () => number;
  /** Are changes to appear at once? */
  readonly still: () => boolean;
  /** Something changed that is to be drawn. */
  readonly ask: () => void;
  /** Something could not be read; is told once. */
  readonly onFailed: (what: string) => void;
}

/** What a frame is drawn with. */
export interface MarksView {
  readonly frame: Frame;
  readonly placing: Placing;
  readonly zoom: number;
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  /** CSS pixels. */
  readonly diameter: number;
}

export class MarksLayer {
  private kind: Marks = "points";
  private images: { readonly pages: ImagePages; readonly pass: ImagesPass } | null = null;
  private labels: TextLabels | null = null;
  private averages: AverageColors | null = null;
  private readonly instances = new Instances();
  private pace = new Pace();
  private timer = 0;
  private chosen: Uint32Array = new Uint32Array(0);
  private before: MarksView | null = null;
  private groups: Uint16Array = new Uint16Array(0);
  private shown: Uint8Array = new Uint8Array(0);
  private selection: readonly number[] = [];
  private selected: Uint8Array = new Uint8Array(0);
  private hovered: number | null = null;
  private selectedColor: Rgb = [0, 0, 0];
  private hoveredColor: Rgb = [0, 0, 0];
  private sides: readonly [number, number] = [0, 0];

  constructor(
    private readonly context: Gl,
    private readonly over: SVGSVGElement,
    private readonly points: PointsPass,
    private readonly picker: Picker,
    private readonly sources: MarksSources,
  ) {}

  /** The samples that are drawn as pictures or with their texts. */
  get samples(): readonly number[] {
    return this.images || this.labels ? [...this.chosen] : [];
  }

  get count(): number {
    return this.chosen.length;
  }

  /** CSS pixels of a picture's longer side with its frame; 0 where there are none. */
  get side(): number {
    return this.images ? Math.max(...this.sides) + 2 * BORDER : 0;
  }

  /** Of how many samples the pictures can be there at once, where it is not of all. */
  get limit(): number | null {
    const { images, sources } = this;
    return images && sources.pictures && images.pages.room < sources.pictures.samples ? images.pages.room : null;
  }

  /** Is something being read that will be drawn? */
  get loading(): boolean {
    return [this.averages, this.images?.pages, this.labels].some((part) => part?.waiting);
  }

  /** Will other samples be pictures when the view has rested? */
  get choosing(): boolean {
    return (this.images !== null || this.labels !== null) && this.pace.wait(this.sources.now()) !== null;
  }

  /** Does the next frame differ from the last though nothing moved? */
  get growing(): boolean {
    return this.images !== null && this.instances.growing(this.sources.now() / 1000);
  }

  has(sample: number): boolean {
    return this.images !== null && this.instances.has(sample);
  }

  set(kind: Marks): void {
    // In a context that was lost nothing can be made; the stage is made again when it comes back.
    if (kind === this.kind || this.context.gl.isContextLost()) return;
    this.kind = kind;
    this.clear();
    const { pictures, text, onFailed, ask } = this.sources;
    const failed = (): void => onFailed("Some images can't be read: their samples stay points. Run inscape verify on the recording.");
    if (kind === "averages" && pictures) this.averages = new AverageColors(this.points, pictures, ask, failed);
    else if (kind === "images" && pictures) {
      const changed = (): void => {
        this.pace.change();
        // Another page may be where one was: no picture may be drawn of it under the old sample.
        this.instances.stale = true;
        ask();
      };
      this.images = { pages: new ImagePages(this.context, pictures, changed, failed), pass: new ImagesPass(this.context) };
    } else if (kind === "images" && text) {
      this.labels = new TextLabels(this.over, text, ask, () => onFailed("Some texts can't be read. Run inscape verify on the recording."));
    }
  }

  setGroups(groups: Uint16Array): void {
    this.groups = groups;
    this.instances.stale = true;
  }

  setShown(shown: Uint8Array): void {
    this.shown = shown;
    this.pace.change();
  }

  /** (sample,): 1 for those whose frames say that they are selected. */
  setSelected(selected: Uint8Array): void {
    this.selected = selected;
    this.instances.stale = true;
  }

  /** The colors of the frames around what is selected, and around what is pointed at. */
  setMarkedColors(selected: Rgb, hovered: Rgb): void {
    this.selectedColor = selected;
    this.hoveredColor = hovered;
  }

  /** Before the points are drawn: choose, if it is time. */
  update(view: MarksView, selection: readonly number[], hovered: number | null): void {
    if (!this.images && !this.labels) return;
    const now = this.sources.now();
    if (this.selection !== selection) this.pace.change(now + AFTER_THE_ANSWER);
    if (this.hovered !== hovered) this.instances.stale = true;
    this.selection = selection;
    this.hovered = hovered;
    if (this.before && !isSame(this.before, view)) this.pace.move(now);
    this.before = view;
    if (this.images && this.sources.pictures) this.sides = imageSides(this.sources.pictures.samples, view.zoom, this.images.pages.cell);
    const due = this.pace.take(now, this.loading);
    if (due) this.choose(view, due === "moving");
    const wait = this.pace.wait(now, this.loading);
    if (wait !== null && !this.timer) {
      this.timer = window.setTimeout(() => {
        this.timer = 0;
        this.sources.ask();
      }, wait + 1);
    }
  }

  /** After the points. */
  draw(projection: Projection, { frame, placing, width, height, ratio, diameter }: MarksView): void {
    this.labels?.draw(frame, placing, diameter / 2 + 4);
    if (!this.images) return;
    const { pages, pass } = this.images;
    const now = this.sources.now() / 1000;
    if (this.instances.stale) {
      const marked = { groups: this.groups, selected: this.selected, hovered: this.hovered };
      this.instances.build(this.chosen, pages, marked, now, this.sources.still());
      pass.set(this.instances.words, this.instances.count);
    }
    const place = { scale: placing.scale * ratio, x: placing.x * ratio, y: placing.y * ratio };
    pass.draw(projection, frame, place, [width * ratio, height * ratio], pages, this.points.palette, {
      side: [this.sides[0] * ratio, this.sides[1] * ratio],
      ratio,
      now: this.instances.clock(now),
      selected: this.selectedColor,
      hovered: this.hoveredColor,
    });
  }

  /** The sample whose picture, drawn last of all there, covers a place in CSS pixels. */
  hit(frame: Frame, placing: Placing, x: number, y: number): number | null {
    if (!this.images) return null;
    const [halfWidth, halfHeight] = this.sides.map((side) => side / 2 + BORDER);
    for (const sample of this.instances.fromTop()) {
      const [px, py] = positionOf(frame, sample);
      const [dx, dy] = [placing.x + placing.scale * px - x, placing.y - placing.scale * py - y];
      if (Math.abs(dx) <= halfWidth && Math.abs(dy) <= halfHeight) return sample;
    }
    return null;
  }

  free(): void {
    this.clear();
  }

  private clear(): void {
    this.images?.pages.free();
    this.labels?.free();
    this.averages?.free();
    this.images = this.labels = this.averages = null;
    this.chosen = new Uint32Array(0);
    this.instances.clear();
    this.pace = new Pace();
    this.before = null;
    window.clearTimeout(this.timer);
    this.timer = 0;
  }

  private choose(view: MarksView, moving: boolean): void {
    const { images, chosen: before } = this;
    const samples = Math.min(this.shown.length, view.frame.layers[0]?.step.samples ?? 0);
    const looked = moving ? LOOKED_MOVING : samples;
    const [width, height] = this.sides;
    const crowd = {
      samples,
      looked,
      locate: this.locator(view, looked < samples),
      first: this.selection,
      // Neighbors may share the line between them.
      room: images ? { width: width + BORDER, height: height + BORDER } : TEXT_ROOM,
      stage: view,
      most: images ? MOST_IMAGES : MOST_TEXTS,
    };
    this.chosen = thinned(crowd, moving ? this.chosen : [], ROOM_MOVING);
    this.labels?.set(this.chosen);
    if (images) this.chosen = this.there(images.pages, crowd, before, moving);
    this.instances.stale = true;
  }

  /** Fetch the pages of those that were chosen. Until they are there their samples are points, and others may have their room. */
  private there(pages: ImagePages, crowd: Crowd, before: Uint32Array, moving: boolean): Uint32Array {
    const useful = new Uint32Array(pages.count);
    for (const sample of this.chosen) useful[pages.pageOf(sample)] += 1;
    pages.want(useful);
    if (this.chosen.every((sample) => pages.cellOf(sample) >= 0)) return this.chosen;
    const { locate } = crowd;
    const limited = { ...crowd, locate: (sample: number, place: Float64Array) => pages.cellOf(sample) >= 0 && locate(sample, place) };
    // While pages come, what is there stays; the last choice at rest knows nothing of those before.
    return thinned(limited, moving || pages.waiting ? before : [], moving ? ROOM_MOVING : 1);
  }

  /** Where samples are, in CSS pixels; those that are not drawn, or not on the stage, are nowhere. */
  private locator(view: MarksView, few: boolean): (sample: number, place: Float64Array) => boolean {
    const { frame, placing, width, height } = view;
    const { shown } = this;
    const positions = few ? null : this.picker.positionsOf(frame);
    return (sample, place) => {
      if (shown[sample] !== 1) return false;
      const [x, y] = positions ? [positions[2 * sample], positions[2 * sample + 1]] : positionOf(frame, sample);
      place[0] = placing.x + placing.scale * x;
      place[1] = placing.y - placing.scale * y;
      return place[0] >= 0 && place[0] <= width && place[1] >= 0 && place[1] <= height;
    };
  }
}

/** Do two views show the samples at the same places? */
function isSame(a: MarksView, b: MarksView): boolean {
  const same = (x: Float32Array, y: Float32Array): boolean => x.length === y.length && x.every((value, i) => value === y[i]);
  return (
    a.placing.scale === b.placing.scale &&
    a.placing.x === b.placing.x &&
    a.placing.y === b.placing.y &&
    a.width === b.width &&
    a.height === b.height &&
    a.frame.layers.length === b.frame.layers.length &&
    a.frame.layers.every((layer, i) => layer.step === b.frame.layers[i].step && same(layer.x, b.frame.layers[i].x) && same(layer.y, b.frame.layers[i].y))
  );
}
