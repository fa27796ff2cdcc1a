/**
 * Draws trails as ribbons with a width in pixels, and their heads. Places are int16 textures read by the vertex: raw, bundled
 * by class, bundled together; what is drawn is a mixture by three weights, so that the strength of bundling is one uniform.
 */

import { SHADES } from "../theme/time-colors";
import { type Moment, momentOf, type Trails } from "../tour/trails";
import type { Part } from "./draw-order";
import type { Gl } from "./gl";

/** Texels in a row of the textures of places. */
const ROW = 2048;

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

const COMMON = `#version 300 es
precision highp float;
precision highp int;
precision highp isampler2D;
precision highp sampler2D;
uniform isampler2D u_raw;
uniform isampler2D u_class;
uniform isampler2D u_together;
uniform sampler2D u_times;
uniform sampler2D u_shades;
uniform vec3 u_weights;
uniform vec2 u_unit;
uniform vec2 u_zero;
uniform vec2 u_size;
uniform int u_points;
uniform int u_point;
uniform float u_share;
layout(location = 0) in uvec2 a_trail;

// A place of a trail in device pixels, y down.
vec2 placeOf(int point) {
  int i = int(a_trail.x) * u_points + point;
  ivec2 at = ivec2(i % ${ROW}, i / ${ROW});
  vec2 place = vec2(0.0);
  if (u_weights.x > 0.0) place += u_weights.x * vec2(texelFetch(u_raw, at, 0).xy);
  if (u_weights.y > 0.0) place += u_weights.y * vec2(texelFetch(u_class, at, 0).xy);
  if (u_weights.z > 0.0) place += u_weights.z * vec2(texelFetch(u_together, at, 0).xy);
  return u_zero + place * u_unit;
}

// The same; what lies behind the present is where the trail has come to.
vec2 drawnAt(int point) {
  if (point <= u_point) return placeOf(max(0, point));
  vec2 here = placeOf(u_point);
  return u_share > 0.0 ? mix(here, placeOf(u_point + 1), u_share) : here;
}

float timeAt(int point) {
  if (point <= u_point) return texelFetch(u_times, ivec2(point, 0), 0).x;
  float here = texelFetch(u_times, ivec2(u_point, 0), 0).x;
  return u_share > 0.0 ? mix(here, texelFetch(u_times, ivec2(u_point + 1, 0), 0).x, u_share) : here;
}

float endTime() {
  return texelFetch(u_times, ivec2(u_points - 1, 0), 0).x;
}

vec3 shadeAt(float time) {
  return texelFetch(u_shades, ivec2(int(round(clamp(time / endTime(), 0.0, 1.0) * ${(SHADES - 1).toFixed(1)})), int(a_trail.y)), 0).rgb;
}

vec4 toClip(vec2 pixel) {
  return vec4(2.0 * pixel.x / u_size.x - 1.0, 1.0 - 2.0 * pixel.y / u_size.y, 0.0, 1.0);
}
`;

const LINE_VERTEX = `${COMMON}
uniform int u_first;
uniform float u_line;
uniform float u_taper;
uniform vec4 u_flat;
out vec3 v_color;
out float v_across;
out float v_half;

void main() {
  int point = u_first + gl_VertexID / 2;
  float side = float(gl_VertexID % 2) * 2.0 - 1.0;
  vec2 before = drawnAt(point - 1);
  vec2 here = drawnAt(point);
  vec2 after = drawnAt(point + 1);
  vec2 from = here - before;
  vec2 to = after - here;
  // What stands still has the direction of what comes before or after.
  float went = length(from);
  float goes = length(to);
  vec2 a = went > 1e-4 ? from / went : goes > 1e-4 ? to / goes : vec2(1.0, 0.0);
  vec2 b = goes > 1e-4 ? to / goes : a;
  vec2 sum = a + b;
  // Where it turns about, the corner would be endless: there the ribbon is folded.
  vec2 along = dot(sum, sum) > 0.02 ? normalize(sum) : a;
  float stretch = 1.0 / max(0.5, dot(along, a));
  float time = timeAt(point);
  float now = max(1e-4, timeAt(u_point + 1));
  v_half = 0.5 * u_line * mix(1.0, mix(0.3, 2.1, time / now), u_taper);
  float reach = v_half + 1.0;
  v_across = side * reach;
  v_color = mix(shadeAt(time), u_flat.rgb, u_flat.a);
  gl_Position = toClip(here + vec2(-along.y, along.x) * side * reach * stretch);
}`;

const LINE_FRAGMENT = `#version 300 es
precision highp float;
uniform float u_opacity;
in vec3 v_color;
in float v_across;
in float v_half;
out vec4 color;
void main() {
  float alpha = u_opacity * min(2.0 * v_half, clamp(v_half + 0.5 - abs(v_across), 0.0, 1.0));
  color = vec4(v_color * alpha, alpha);
}`;

const HEAD_VERTEX = `${COMMON}
uniform float u_head;
uniform float u_ring;
uniform vec4 u_flat;
out vec3 v_color;
out vec2 v_along;

void main() {
  vec2 here = drawnAt(u_point + 1);
  // From a little way back: the direction of the last stretch alone trembles.
  int back = max(0, u_point - (u_share > 0.0 ? 0 : 1));
  vec2 way = here - placeOf(back);
  v_along = length(way) > 0.5 ? normalize(way) : vec2(0.0);
  v_color = mix(shadeAt(endTime()), u_flat.rgb, u_flat.a);
  gl_Position = toClip(here);
  gl_PointSize = u_head + 2.0 * u_ring + 2.0;
}`;

const HEAD_FRAGMENT = `#version 300 es
precision highp float;
uniform float u_head;
uniform float u_ring;
uniform float u_arrow;
uniform float u_opacity;
in vec3 v_color;
in vec2 v_along;
out vec4 color;
void main() {
  vec2 place = (gl_PointCoord - 0.5) * (u_head + 2.0 * u_ring + 2.0);
  float round_ = length(place) - 0.5 * u_head;
  float inside = round_;
  if (u_arrow > 0.0 && dot(v_along, v_along) > 0.0) {
    vec2 turned = vec2(dot(place, v_along), dot(place, vec2(-v_along.y, v_along.x)));
    // A triangle that points to where the trail goes.
    float tip = dot(vec2(turned.x, abs(turned.y)) - vec2(0.5 * u_head, 0.0), normalize(vec2(0.42, 1.0)));
    float arrow = max(tip, -turned.x - 0.4 * u_head);
    inside = mix(round_, arrow, u_arrow);
  }
  float alpha = u_opacity * clamp(u_ring + 0.5 - inside, 0.0, 1.0);
  color = vec4(v_color * alpha, alpha);
}`;

const UNIFORMS = ["u_raw", "u_class", "u_together", "u_times", "u_shades", "u_weights", "u_unit", "u_zero", "u_size", "u_points", "u_point", "u_share"];
const TEXTURES = ["u_raw", "u_class", "u_together", "u_times", "u_shades"];

interface Program {
  readonly program: WebGLProgram;
  readonly places: Readonly<Record<string, WebGLUniformLocation | null>>;
}

/** How one part of the trails is drawn: how opaque, how much wider, and in a color of its own or none. */
export interface Stroke {
  readonly opacity: number;
  readonly wider?: number;
  readonly color?: readonly [number, number, number];
}

export class TrailsPass {
  private readonly lines: Program;
  private readonly heads: Program;
  private readonly perTrail: WebGLVertexArrayObject;
  private readonly perPoint: WebGLVertexArrayObject;
  private readonly list: WebGLBuffer;
  private readonly shades: WebGLTexture;
  private trails: Trails | null = null;
  private textures: readonly WebGLTexture[] = [];

  constructor(private readonly context: Gl) {
    const { gl } = context;
    const made = (vertex: string, fragment: string, own: readonly string[]): Program => {
      const program = context.program(vertex, fragment);
      return { program, places: Object.fromEntries([...UNIFORMS, ...own].map((name) => [name, gl.getUniformLocation(program, name)])) };
    };
    this.lines = made(LINE_VERTEX, LINE_FRAGMENT, ["u_first", "u_line", "u_taper", "u_flat", "u_opacity"]);
    this.heads = made(HEAD_VERTEX, HEAD_FRAGMENT, ["u_head", "u_ring", "u_arrow", "u_flat", "u_opacity"]);
    this.list = context.buffer();
    this.shades = context.dataTexture();
    [this.perTrail, this.perPoint] = [1, 0].map((divisor) => {
      const array = context.vertexArray();
      gl.bindVertexArray(array);
      gl.enableVertexAttribArray(0);
      gl.vertexAttribDivisor(0, divisor);
      return array;
    });
    gl.bindVertexArray(null);
  }

  setTrails(trails: Trails): void {
    if (trails === this.trails) return;
    for (const texture of this.textures) this.context.freeTexture(texture);
    this.trails = trails;
    const { raw, class: byClass, together, times } = trails;
    const ofClass = byClass === together ? null : this.places(byClass);
    const ofAll = this.places(together);
    // Without classes the bundles by class are those of all together: one texture is both.
    this.textures = [this.places(raw), ofClass ?? ofAll, ofAll, this.row(times)];
  }

  /** Sample and group of each trail, in the order of drawing. */
  setList(list: Uint32Array<ArrayBuffer>): void {
    const { gl } = this.context;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.list);
    gl.bufferData(gl.ARRAY_BUFFER, list, gl.DYNAMIC_DRAW);
  }

  /** (group, shade, 4) bytes. */
  setShades(bytes: Uint8Array): void {
    const { gl } = this.context;
    gl.bindTexture(gl.TEXTURE_2D, this.shades);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, SHADES, bytes.length / 4 / SHADES, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  }

  /** The lines of some parts, one after another: early stretches of all of them lie under late ones. */
  drawLines(look: TrailsLook, part: Part, { opacity, wider = 0, color }: Stroke): void {
    const { trails } = this;
    if (!trails || !part.count || opacity <= 0) return;
    const { gl } = this.context;
    const moment = this.use(this.lines, look, trails);
    const { places } = this.lines;
    gl.uniform1f(places.u_line, look.line + wider);
    gl.uniform1f(places.u_taper, look.taper);
    gl.uniform1f(places.u_opacity, opacity);
    gl.uniform4f(places.u_flat, ...(color ?? [0, 0, 0]), color ? 1 : 0);
    gl.bindVertexArray(this.perTrail);
    this.point(part);
    const last = moment.point + (moment.share > 0 ? 1 : 0);
    for (const [from, to] of stretches(trails.times, last)) {
      gl.uniform1i(places.u_first, from);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 2 * (to - from + 1), part.count);
    }
    gl.bindVertexArray(null);
  }

  drawHeads(look: TrailsLook, part: Part, { opacity, wider = 0, color }: Stroke): void {
    const { trails } = this;
    if (!trails || !part.count || opacity <= 0) return;
    const { gl } = this.context;
    this.use(this.heads, look, trails);
    const { places } = this.heads;
    gl.uniform1f(places.u_head, look.head * (1 + 0.7 * look.arrow));
    gl.uniform1f(places.u_ring, wider);
    gl.uniform1f(places.u_arrow, look.arrow);
    gl.uniform1f(places.u_opacity, opacity);
    gl.uniform4f(places.u_flat, ...(color ?? [0, 0, 0]), color ? 1 : 0);
    gl.bindVertexArray(this.perPoint);
    this.point(part);
    gl.drawArrays(gl.POINTS, 0, part.count);
    gl.bindVertexArray(null);
  }

  private use({ program, places }: Program, look: TrailsLook, trails: Trails): Moment {
    const { gl } = this.context;
    const moment = momentOf(trails.times, look.now);
    gl.useProgram(program);
    [...this.textures, this.shades].forEach((texture, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.uniform1i(places[TEXTURES[unit]], unit);
    });
    gl.activeTexture(gl.TEXTURE0);
    gl.uniform3f(places.u_weights, ...look.weights);
    gl.uniform2f(places.u_unit, look.scale * trails.scale[0], -look.scale * trails.scale[1]);
    gl.uniform2f(places.u_zero, ...look.zero);
    gl.uniform2f(places.u_size, look.width, look.height);
    gl.uniform1i(places.u_points, trails.points);
    gl.uniform1i(places.u_point, moment.point);
    gl.uniform1f(places.u_share, moment.share);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    return moment;
  }

  /** The vertex array that is bound begins with a part of the list. */
  private point({ first }: Part): void {
    const { gl } = this.context;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.list);
    gl.vertexAttribIPointer(0, 2, gl.UNSIGNED_INT, 8, 8 * first);
  }

  private places(values: Int16Array): WebGLTexture {
    const { gl } = this.context;
    const rows = Math.ceil(values.length / 2 / ROW);
    const padded = new Int16Array(2 * ROW * rows);
    padded.set(values);
    const texture = this.context.dataTexture();
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RG16I, ROW, rows, 0, gl.RG_INTEGER, gl.SHORT, padded);
    return texture;
  }

  private row(values: Float32Array): WebGLTexture {
    const { gl } = this.context;
    const texture = this.context.dataTexture();
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, values.length, 1, 0, gl.RED, gl.FLOAT, values);
    return texture;
  }
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
