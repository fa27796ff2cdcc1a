/**
 * Draws trails as ribbons with a width in pixels, and their heads. Places are int16 textures: raw, bundled by class, bundled
 * together; what is drawn is a mixture by three weights, so that the strength of bundling is one uniform.
 */

import { SHADES } from "../theme/time-colors";
import { type Moment, momentOf, type Trails } from "../tour/trails";
import type { Part } from "./draw-order";
import { type Gl, GlError } from "./gl";
import { HEAD_FRAGMENT, HEAD_VERTEX, LINE_FRAGMENT, LINE_VERTEX, ROW } from "./trails-shaders";

/** How trails are looked at; lengths are in device pixels. */
export interface TrailsLook {
  /** A place among the steps. */
  readonly now: number;
  /** Of raw, by class, together. */
  readonly weights: readonly [number, number, number];
  /** Where zero lies, and the length of one unit. */
  readonly zero: readonly [number, number];
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  /** Of a line; and 0 to 1: how much narrower it begins than it ends. */
  readonly line: number;
  readonly taper: number;
  /** Diameter of a head; and 0 to 1: is it an arrow? */
  readonly head: number;
  readonly arrow: number;
}

/** How one part of the trails is drawn: how opaque, how much wider, and in a color of its own or none. */
export interface Stroke {
  readonly opacity: number;
  /** In device pixels where it is drawn, in CSS pixels where it is told of. */
  readonly wider?: number;
  readonly color?: readonly [number, number, number];
}

/** One layer of the picture. */
export interface TrailsLayer extends Stroke {
  readonly what: "lines" | "heads";
  readonly part: Part;
}

/** Where a drawing stopped: a layer, a segment of its trails, and how many of them have it. */
export interface Place {
  readonly layer: number;
  readonly segment: number;
  readonly drawn: number;
}

export const BEGINNING: Place = { layer: 0, segment: 0, drawn: 0 };

/** What drawing one head costs, in segments of a line. */
const HEAD = 1;

const TEXTURES = ["u_raw", "u_class", "u_together", "u_list", "u_shades"];
const UNIFORMS = [...TEXTURES, "u_weights", "u_points", "u_first", "u_at", "u_unit", "u_zero", "u_size", "u_end", "u_shares", "u_flat", "u_opacity"];

interface Program {
  readonly program: WebGLProgram;
  readonly uniforms: Readonly<Record<string, WebGLUniformLocation | null>>;
}

export class TrailsPass {
  private readonly lines: Program;
  private readonly heads: Program;
  /** The corners of so many quadrilaterals. */
  private readonly corners: WebGLBuffer;
  private readonly array: WebGLVertexArrayObject;
  private quads = 0;
  private readonly list: WebGLTexture;
  private readonly shades: WebGLTexture;
  private trails: Trails | null = null;
  private places: readonly WebGLTexture[] = [];

  constructor(private readonly context: Gl) {
    const { gl } = context;
    const made = (vertex: string, fragment: string, own: readonly string[]): Program => {
      const program = context.program(vertex, fragment);
      return { program, uniforms: Object.fromEntries([...UNIFORMS, ...own].map((name) => [name, gl.getUniformLocation(program, name)])) };
    };
    this.lines = made(LINE_VERTEX, LINE_FRAGMENT, ["u_times", "u_now", "u_line", "u_taper"]);
    this.heads = made(HEAD_VERTEX, HEAD_FRAGMENT, ["u_head", "u_ring", "u_arrow"]);
    [this.list, this.shades] = [context.dataTexture(), context.dataTexture()];
    this.corners = context.buffer();
    this.array = context.vertexArray();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.corners);
    gl.bindVertexArray(null);
  }

  setTrails(trails: Trails): void {
    const { gl } = this.context;
    const most = ROW * (gl.getParameter(gl.MAX_TEXTURE_SIZE) as number);
    const count = trails.samples * trails.points;
    if (count > most) throw new GlError(`this graphics card holds trails of ${most.toLocaleString("en-US")} points; these have ${count.toLocaleString("en-US")}. Make them with fewer points.`);
    for (const texture of new Set(this.places)) this.context.freeTexture(texture);
    this.trails = trails;
    const { raw, class: byClass, together } = trails;
    const ofAll = this.placesOf(together);
    // Without classes the bundles by class are those of all together: one texture is both.
    this.places = [this.placesOf(raw), byClass === together ? ofAll : this.placesOf(byClass), ofAll];
  }

  /** Sample and group of each trail, in the order of drawing. */
  setList(list: Uint32Array<ArrayBuffer>): void {
    const { gl } = this.context;
    const rows = Math.max(1, Math.ceil(list.length / 2 / ROW));
    const padded = new Uint32Array(2 * ROW * rows);
    padded.set(list);
    gl.bindTexture(gl.TEXTURE_2D, this.list);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RG32UI, ROW, rows, 0, gl.RG_INTEGER, gl.UNSIGNED_INT, padded);
    this.haveQuads(list.length / 2);
  }

  /** (group, shade, 4) bytes. */
  setShades(bytes: Uint8Array): void {
    const { gl } = this.context;
    gl.bindTexture(gl.TEXTURE_2D, this.shades);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, SHADES, bytes.length / 4 / SHADES, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  }

  /** What it costs to draw some layers, in segments of a line. */
  work(look: TrailsLook, layers: readonly TrailsLayer[]): number {
    const segments = this.trails ? segmentsOf(momentOf(this.trails.times, look.now)) : 0;
    return layers.reduce((sum, layer) => sum + (isSeen(layer) ? layer.part.count * (layer.what === "lines" ? segments : HEAD) : 0), 0);
  }

  /**
   * Draw layers one over another, from a place on and so much at most; returns where it stopped, null at their end. Of a
   * layer the early segments of all trails come first, and lie under late ones.
   */
  draw(look: TrailsLook, layers: readonly TrailsLayer[], from: Place = BEGINNING, most = Infinity): Place | null {
    const { trails } = this;
    if (!trails) return null;
    const { gl } = this.context;
    const moment = momentOf(trails.times, look.now);
    gl.bindVertexArray(this.array);
    let left = most;
    let { segment, drawn } = from;
    try {
      for (let i = from.layer; i < layers.length; i++, segment = 0) {
        const layer = layers[i];
        if (!isSeen(layer)) continue;
        const isLine = layer.what === "lines";
        if (isLine) this.useLines(look, layer, trails, moment);
        else this.useHeads(look, layer, trails);
        for (const segments = isLine ? segmentsOf(moment) : 1; segment < segments; segment++, drawn = 0) {
          if (left < 1) return { layer: i, segment, drawn };
          const count = Math.min(layer.part.count - drawn, Math.floor(left));
          if (isLine) this.drawSegment(trails, moment, segment, layer.part.first + drawn, count);
          else this.drawHeads(trails, moment, layer.part.first + drawn, count);
          left -= count;
          drawn += count;
          if (drawn < layer.part.count) return { layer: i, segment, drawn };
        }
      }
      return null;
    } finally {
      gl.bindVertexArray(null);
    }
  }

  private drawSegment(trails: Trails, { point, share }: Moment, segment: number, first: number, count: number): void {
    const { gl } = this.context;
    const { uniforms } = this.lines;
    const end = segment === point ? share : 1;
    // Behind the last whole segment comes what there is of the next.
    gl.uniform2f(uniforms.u_shares, end, segment < point - 1 ? 1 : segment === point - 1 ? share : 0);
    const time = (at: number): number => trails.times[Math.min(at, trails.points - 1)];
    gl.uniform2f(uniforms.u_times, time(segment), time(segment) + end * (time(segment + 1) - time(segment)));
    this.at(this.lines, trails, first, [segment - 1, segment, segment + 1, segment + 2]);
    gl.drawElements(gl.TRIANGLES, 6 * count, gl.UNSIGNED_INT, 0);
  }

  private drawHeads(trails: Trails, { point, share }: Moment, first: number, count: number): void {
    const { gl } = this.context;
    gl.uniform2f(this.heads.uniforms.u_shares, share, 0);
    this.at(this.heads, trails, first, [point - (share > 0 ? 0 : 1), point, point + 1, 0]);
    gl.drawArrays(gl.POINTS, 0, count);
  }

  private useLines(look: TrailsLook, layer: TrailsLayer, trails: Trails, { point, share }: Moment): void {
    const { gl } = this.context;
    const { uniforms } = this.use(this.lines, look, layer, trails);
    const [here, next] = [trails.times[point], trails.times[Math.min(point + 1, trails.points - 1)]];
    gl.uniform1f(uniforms.u_now, Math.max(1e-4, here + share * (next - here)));
    gl.uniform1f(uniforms.u_line, look.line + (layer.wider ?? 0));
    gl.uniform1f(uniforms.u_taper, look.taper);
  }

  private useHeads(look: TrailsLook, layer: TrailsLayer, trails: Trails): void {
    const { gl } = this.context;
    const { uniforms } = this.use(this.heads, look, layer, trails);
    gl.uniform1f(uniforms.u_head, look.head * (1 + 0.7 * look.arrow));
    gl.uniform1f(uniforms.u_ring, layer.wider ?? 0);
    gl.uniform1f(uniforms.u_arrow, look.arrow);
  }

  private use(program: Program, look: TrailsLook, { opacity, color }: Stroke, trails: Trails): Program {
    const { gl } = this.context;
    const { uniforms } = program;
    gl.useProgram(program.program);
    [...this.places, this.list, this.shades].forEach((texture, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.uniform1i(uniforms[TEXTURES[unit]], unit);
    });
    gl.activeTexture(gl.TEXTURE0);
    gl.uniform3f(uniforms.u_weights, ...look.weights);
    gl.uniform1i(uniforms.u_points, trails.points);
    gl.uniform2f(uniforms.u_unit, look.scale * trails.scale[0], -look.scale * trails.scale[1]);
    gl.uniform2f(uniforms.u_zero, ...look.zero);
    gl.uniform2f(uniforms.u_size, look.width, look.height);
    gl.uniform1f(uniforms.u_end, trails.times[trails.points - 1]);
    gl.uniform1f(uniforms.u_opacity, opacity);
    gl.uniform4f(uniforms.u_flat, ...(color ?? [0, 0, 0]), color ? 1 : 0);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    return program;
  }

  /** Draw from one trail on, at some of the points. */
  private at({ uniforms }: Program, { points }: Trails, first: number, at: readonly [number, number, number, number]): void {
    const { gl } = this.context;
    const inside = (point: number): number => Math.min(points - 1, Math.max(0, point));
    gl.uniform1i(uniforms.u_first, first);
    gl.uniform4i(uniforms.u_at, inside(at[0]), inside(at[1]), inside(at[2]), inside(at[3]));
  }

  private placesOf(values: Int16Array): WebGLTexture {
    const { gl } = this.context;
    const rows = Math.max(1, Math.ceil(values.length / 2 / ROW));
    const padded = new Int16Array(2 * ROW * rows);
    padded.set(values);
    const texture = this.context.dataTexture();
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RG16I, ROW, rows, 0, gl.RG_INTEGER, gl.SHORT, padded);
    return texture;
  }

  private haveQuads(count: number): void {
    if (count <= this.quads) return;
    const { gl } = this.context;
    this.quads = count;
    const corners = Uint32Array.from({ length: 6 * count }, (_, i) => 4 * Math.floor(i / 6) + [0, 1, 2, 2, 1, 3][i % 6]);
    gl.bindVertexArray(this.array);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, corners, gl.STATIC_DRAW);
    gl.bindVertexArray(null);
  }
}

function isSeen({ part, opacity }: TrailsLayer): boolean {
  return part.count > 0 && opacity > 0;
}

function segmentsOf({ point, share }: Moment): number {
  return point + (share > 0 ? 1 : 0);
}
