/**
 * The picture of the trails as SVG elements. A line of SVG has one color, and a trail darkens towards its beginning: so a
 * trail is cut into pieces, each in the color of its middle. Early pieces of all trails lie under late ones, as on the stage.
 */

import { type Rgb, toRgb } from "../theme/palette";
import { timeColor } from "../theme/time-colors";
import { momentOf, wayOf } from "../tour/trails";
import type { TrailsLayer } from "./trails-pass";
import type { DrawnTrails } from "./trails-stage";
import { documentOf, hexOf, make, type Words } from "./vector";

/** Pieces of the whole time, at most: neighbors in color can't be told apart. */
const SHADED = 16;

/** Elements above which no ordinary viewer opens the file. */
export const MOST_PIECES = 200_000;

/** CSS pixels: points of a line that are nearer to each other say nothing. */
const NEAR = 0.35;

/** A piece of the time: from one point to another of every trail. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Its middle, a place among the steps. */
  readonly time: number;
}

/** Cut the time up to a moment into pieces of one color, the earliest first. */
export function piecesOf(times: ArrayLike<number>, now: number): Piece[] {
  const { point, share } = momentOf(times, now);
  const last = point + (share > 0 ? 1 : 0);
  const end = times[times.length - 1];
  const at = (i: number): number => (i > point ? Math.min(now, end) : times[i]);
  return stretches(times, last).flatMap(([from, to]) => {
    const count = Math.min(to - from, Math.max(1, Math.ceil((SHADED * (at(to) - at(from))) / Math.max(1e-9, end))));
    return Array.from({ length: count }, (_, i): Piece => {
      const [a, b] = [i, i + 1].map((k) => from + Math.round((k * (to - from)) / count));
      return { from: a, to: b, time: (at(a) + at(b)) / 2 };
    });
  });
}

/** The trails as an SVG document. `box` is their stage. */
export function trailsVectorOf(box: HTMLElement, drawn: DrawnTrails, words: Words, transparent: boolean): SVGSVGElement {
  const { trails, frame, look, list, layers, colors, dark } = drawn;
  const pieces = piecesOf(trails.times, frame.now);
  const wanted = layers.reduce((sum, { what, part }) => sum + part.count * (what === "lines" ? pieces.length : 1), 0);
  if (wanted > MOST_PIECES) {
    throw new Error(`an SVG of so many pieces of trails opens nowhere; got ${wanted.toLocaleString("en-US")}; save a PNG, or show fewer than ${MOST_PIECES.toLocaleString("en-US")}`);
  }
  const root = documentOf(box, words, transparent);
  const end = trails.times[trails.times.length - 1];
  const groups = colors.map(toRgb);
  const shade = (group: number, time: number): string => hexOf(timeColor(groups[group] ?? [0, 0, 0], time / Math.max(1e-9, end), dark));
  const ways = new Map<number, Float32Array>();
  const wayAt = (sample: number): Float32Array => {
    const known = ways.get(sample);
    if (known) return known;
    const way = wayOf(trails, sample, frame.now, frame.mix).map((value, i) => look.zero[i & 1] + (i & 1 ? -1 : 1) * look.scale * value);
    ways.set(sample, way);
    return way;
  };
  const each = ({ first, count }: TrailsLayer["part"], draw: (sample: number, group: number) => void): void => {
    for (let i = first; i < first + count; i++) draw(list[2 * i], list[2 * i + 1]);
  };
  for (const { what, part, opacity, wider = 0, color } of layers) {
    if (!part.count || opacity <= 0) continue;
    const own = color ? hexOf(color.map((share) => Math.round(255 * share)) as unknown as Rgb) : null;
    if (what === "heads") {
      const group = make("g", { class: "heads" });
      each(part, (sample, of) => group.append(headOf(wayAt(sample), { fill: own ?? shade(of, end), "fill-opacity": rounded(opacity) }, look.head, wider, look.arrow > 0.5)));
      root.append(group);
      continue;
    }
    for (const { from, to, time } of pieces) {
      const grown = look.taper > 0 ? 1 + look.taper * (0.3 + (1.8 * time) / Math.max(1e-4, frame.now) - 1) : 1;
      const group = make("g", { class: "trails", fill: "none", "stroke-width": rounded((look.line + wider) * grown), "stroke-opacity": rounded(opacity), "stroke-linejoin": "round" });
      each(part, (sample, of) => group.append(make("path", { d: pathOf(wayAt(sample), from, to), stroke: own ?? shade(of, time) })));
      root.append(group);
    }
  }
  return root;
}

function rounded(value: number): string {
  return String(Number(value.toFixed(3)));
}

/** From one point of a way to another; what stands still is left out, the ends are not. */
function pathOf(way: Float32Array, from: number, to: number): string {
  let path = "";
  let [x, y] = [Infinity, Infinity];
  for (let i = from; i <= to; i++) {
    const [nextX, nextY] = [way[2 * i], way[2 * i + 1]];
    if (i > from && i < to && Math.abs(nextX - x) < NEAR && Math.abs(nextY - y) < NEAR) continue;
    [x, y] = [nextX, nextY];
    path += `${path ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
  }
  return path;
}

/** A dot at the end of a way, or an arrow that points to where it goes. */
function headOf(way: Float32Array, style: Record<string, string>, size: number, ring: number, arrow: boolean): SVGElement {
  const last = way.length - 2;
  const [x, y] = [way[last], way[last + 1]];
  const big = size * (arrow ? 1.7 : 1);
  const before = Math.max(0, last - 2);
  const [dx, dy] = [x - way[before], y - way[before + 1]];
  const length = Math.hypot(dx, dy);
  if (!arrow || !(length > 0.5)) return make("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: rounded(big / 2 + ring), ...style });
  const [ux, uy] = [dx / length, dy / length];
  const corner = (along: number, across: number): string => `${(x + big * (along * ux - across * uy)).toFixed(1)} ${(y + big * (along * uy + across * ux)).toFixed(1)}`;
  const rim: Record<string, string> = ring > 0 ? { stroke: style.fill, "stroke-opacity": style["fill-opacity"], "stroke-width": rounded(2 * ring), "stroke-linejoin": "round" } : {};
  return make("path", { d: `M${corner(0.5, 0)}L${corner(-0.4, 0.378)}L${corner(-0.4, -0.378)}Z`, ...style, ...rim });
}

/** Points from one step to the next, as they are drawn one after another, up to the last one. */
export function stretches(times: ArrayLike<number>, last: number): [number, number][] {
  const found: [number, number][] = [];
  for (let from = 0; from < last; ) {
    let to = from + 1;
    while (to < last && times[to] < Math.floor(times[from] + 1e-4) + 1 - 1e-4) to++;
    found.push([from, to]);
    from = to;
  }
  return found;
}
