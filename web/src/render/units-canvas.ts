/** The map of units on a canvas: places, colors and rings, which go to new ones evenly. */

import type { Rgb } from "../theme/palette";
import { smoothstep, TRANSITION } from "../tour/time";

/** CSS pixels around the map. */
const MARGIN = 34;
/** CSS pixels from a unit within which the pointer finds it. */
const NEAR = 16;
/** Units that have their numbers beside them. */
const NUMBERED = 120;

export interface UnitMarks {
  readonly dead: ReadonlySet<number>;
  /** The place of a duplicate in its group, and how many it has. */
  readonly duplicates: ReadonlyMap<number, readonly [number, number]>;
  readonly chosen: ReadonlySet<number>;
  readonly unit: number | null;
  readonly hover: number | null;
}

export interface Inks {
  readonly ink: string;
  readonly soft: string;
  readonly accent: string;
  readonly paper: string;
}

export class UnitsCanvas {
  private readonly context: CanvasRenderingContext2D | null;
  width = 0;
  height = 0;
  private ratio = 1;
  /** x, y of each unit and what the picture has in its middle and how far it reaches: as drawn, from where, to where. */
  private at = new Float32Array(0);
  private from = new Float32Array(0);
  private to = new Float32Array(0);
  private color = new Float32Array(0);
  private colorFrom = new Float32Array(0);
  private colorTo = new Float32Array(0);
  private moved = Number.POSITIVE_INFINITY;
  private recolored = Number.POSITIVE_INFINITY;
  private appeared = Number.POSITIVE_INFINITY;
  /** Of what the map is: units of another layer do not move, they appear. */
  private key = "";

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d");
  }

  resize(width: number, height: number, ratio: number): void {
    [this.width, this.height, this.ratio] = [width, height, ratio];
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
  }

  setPlaces(places: Float32Array, key: string, still: boolean): void {
    const count = places.length / 2;
    const next = new Float32Array(2 * count + 4);
    next.set(places);
    next.set(fitOf(places), 2 * count);
    const same = key === this.key && this.at.length === next.length;
    this.key = key;
    this.to = next;
    this.from = same ? this.at.slice() : next;
    this.at = this.from.slice();
    this.moved = same && !still ? 0 : Number.POSITIVE_INFINITY;
    if (!same && !still) this.appeared = 0;
    if (this.color.length !== 3 * count) this.color = this.colorFrom = this.colorTo = new Float32Array(3 * count);
  }

  setColors(colors: readonly Rgb[], still: boolean): void {
    const next = Float32Array.from(colors.flat());
    const same = next.length === this.color.length;
    this.colorTo = next;
    this.colorFrom = same ? this.color.slice() : next;
    this.color = this.colorFrom.slice();
    this.recolored = same && !still && this.appeared > TRANSITION ? 0 : Number.POSITIVE_INFINITY;
    if (this.recolored > TRANSITION) this.color = next.slice();
  }

  get moving(): boolean {
    return Math.min(this.moved, this.recolored, this.appeared) < TRANSITION;
  }

  /** Let time pass. */
  advance(seconds: number): void {
    this.moved = pass(this.moved, seconds, this.at, this.from, this.to);
    this.recolored = pass(this.recolored, seconds, this.color, this.colorFrom, this.colorTo);
    if (this.appeared < TRANSITION) this.appeared += seconds;
  }

  get count(): number {
    return Math.max(0, (this.at.length - 4) / 2);
  }

  get radius(): number {
    return this.count <= 150 ? 7 : this.count <= 1200 ? 4.5 : 2.8;
  }

  /** Where a unit lies, in CSS pixels. Duplicates lie around their one place, so that each can be seen and taken. */
  place(unit: number, { duplicates }: Pick<UnitMarks, "duplicates">): readonly [number, number] {
    const [middleX, middleY, farX, farY] = this.at.subarray(2 * this.count);
    const scale = Math.min((this.width / 2 - MARGIN) / farX, (this.height / 2 - MARGIN) / farY);
    const x = this.width / 2 + scale * (this.at[2 * unit] - middleX);
    const y = this.height / 2 - scale * (this.at[2 * unit + 1] - middleY);
    const twin = duplicates.get(unit);
    if (!twin) return [x, y];
    const [i, of] = twin;
    const away = Math.max(this.radius + 0.5, ((this.radius + 0.5) * of) / Math.PI);
    const angle = (2 * Math.PI * i) / of;
    return [x + away * Math.cos(angle), y - away * Math.sin(angle)];
  }

  /** The unit at a place in CSS pixels. */
  pick(x: number, y: number, marks: UnitMarks): number | null {
    let [found, nearest]: [number | null, number] = [null, Math.max(NEAR, this.radius + 4) ** 2];
    for (let unit = 0; unit < this.count; unit++) {
      const [px, py] = this.place(unit, marks);
      const away = (px - x) ** 2 + (py - y) ** 2;
      if (away <= nearest) [found, nearest] = [unit, away];
    }
    return found;
  }

  /** The next unit to a side: near, and in that direction rather than beside it. */
  next(unit: number, [dx, dy]: readonly [number, number], marks: UnitMarks): number {
    const [x, y] = this.place(unit, marks);
    let [found, least] = [unit, Number.POSITIVE_INFINITY];
    for (let other = 0; other < this.count; other++) {
      const [px, py] = this.place(other, marks);
      const along = (px - x) * dx + (py - y) * dy;
      const beside = Math.abs((px - x) * dy - (py - y) * dx);
      if (other === unit || along <= 0.5 || beside > 2 * along) continue;
      const cost = along + 2 * beside;
      if (cost < least) [found, least] = [other, cost];
    }
    return found;
  }

  draw(marks: UnitMarks, inks: Inks): void {
    const { context, ratio, radius, count } = this;
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.globalAlpha = this.appeared < TRANSITION ? smoothstep(this.appeared / TRANSITION) : 1;
    const disk = (unit: number, r: number): readonly [number, number] => {
      const [x, y] = this.place(unit, marks);
      context.beginPath();
      context.arc(x, y, r, 0, 2 * Math.PI);
      return [x, y];
    };
    for (let unit = 0; unit < count; unit++) {
      disk(unit, radius);
      if (marks.dead.has(unit)) {
        // Hollow: there is nothing in it.
        context.strokeStyle = inks.soft;
        context.lineWidth = 1.5;
        context.setLineDash([2.5, 2]);
        context.stroke();
        context.setLineDash([]);
        continue;
      }
      const [r, g, b] = this.color.subarray(3 * unit, 3 * unit + 3);
      context.fillStyle = `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)})`;
      context.fill();
      if (marks.duplicates.has(unit)) {
        context.strokeStyle = inks.ink;
        context.lineWidth = 1.5;
        context.stroke();
      }
    }
    context.lineWidth = 2;
    for (const unit of marks.chosen) {
      if (unit >= count) continue;
      context.strokeStyle = inks.accent;
      disk(unit, radius + 3);
      context.stroke();
    }
    const named = new Set([marks.unit, marks.hover].filter((unit): unit is number => unit !== null && unit < count));
    for (const unit of named) {
      context.strokeStyle = inks.ink;
      disk(unit, radius + (marks.chosen.has(unit) ? 6 : 3.5));
      context.stroke();
    }
    this.number(context, marks, inks, named);
    context.globalAlpha = 1;
  }

  /** Write the units' numbers beside them, of dead ones below them, where they cover neither a unit nor another number. */
  private number(context: CanvasRenderingContext2D, marks: UnitMarks, inks: Inks, named: ReadonlySet<number>): void {
    const { radius, count } = this;
    const places = count <= NUMBERED ? Array.from({ length: count }, (_, unit) => this.place(unit, marks)) : [];
    const written: (readonly [number, number, number])[] = [];
    const write = (unit: number, force: boolean): void => {
      const text = String(unit);
      const width = context.measureText(text).width;
      const below = marks.dead.has(unit);
      const [ux, uy] = this.place(unit, marks);
      const [x, y] = below ? [ux - width / 2, uy + radius + 8] : [ux + radius + 3, uy];
      const free = (px: number, py: number, w: number, r: number): boolean => px + w + r < x || px - r > x + width || Math.abs(py - y) > 6 + r;
      const covers = places.some(([px, py], other) => other !== unit && !free(px, py, 0, radius)) || written.some(([px, py, w]) => !free(px, py, w, 1));
      if (covers && !force) return;
      written.push([x, y, width]);
      context.lineWidth = 3;
      context.strokeStyle = inks.paper;
      if (force) context.strokeText(text, x, y);
      context.fillText(text, x, y);
    };
    context.textBaseline = "middle";
    context.font = "600 12px system-ui, sans-serif";
    context.fillStyle = inks.ink;
    for (const unit of named) write(unit, true);
    if (count > NUMBERED) return;
    context.font = "10.5px system-ui, sans-serif";
    context.fillStyle = inks.soft;
    for (let unit = 0; unit < count; unit++) if (!named.has(unit)) write(unit, false);
  }
}

/** The middle of the places, and how far they reach to both sides. */
function fitOf(places: Float32Array): [number, number, number, number] {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < places.length; i += 2) {
    [left, right] = [Math.min(left, places[i]), Math.max(right, places[i])];
    [low, high] = [Math.min(low, places[i + 1]), Math.max(high, places[i + 1])];
  }
  const least = 1e-6 * Math.max(1e-30, right - left, high - low) || 1;
  return [(left + right) / 2, (low + high) / 2, Math.max(least, (right - left) / 2), Math.max(least, (high - low) / 2)];
}

function pass(elapsed: number, seconds: number, at: Float32Array, from: Float32Array, to: Float32Array): number {
  if (elapsed >= TRANSITION) return elapsed;
  const now = elapsed + seconds;
  const share = now >= TRANSITION ? 1 : smoothstep(now / TRANSITION);
  for (let i = 0; i < at.length; i++) at[i] = from[i] + share * (to[i] - from[i]);
  return now;
}
