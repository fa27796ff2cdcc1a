/** Draws chosen samples as their pictures: a square each, in a frame of the color of its group. */

import type { Rgb } from "../theme/palette";
import type { Frame } from "../tour/frame";
import type { Gl } from "./gl";
import type { ImagePages } from "./image-pages";
import { type DevicePlace, ProjectingProgram, type Projection } from "./projection";

/** CSS pixels of the frame around a picture, and of that around one that is selected or pointed at. */
export const BORDER = 1.25;
export const MARKED_BORDER = 2.25;

/** Seconds in which a picture appears or goes. */
export const GROWING = 0.18;

/** What `flags` may hold. */
export const SELECTED = 1;
export const HOVERED = 2;

/** 32-bit words of an instance: the sample, its cell, its group with the flags, and when it appeared (less: went). */
export const WORDS = 4;

const VERTEX = `
uniform vec2 u_side;      // of a picture, in device pixels
uniform vec2 u_border;    // of the frame, and of a marked one's
uniform vec2 u_toPixel;   // device pixels in clip space
uniform float u_now;
uniform ivec2 u_sheet;    // cells in a page and in its rows
uniform highp sampler2D u_palette;
uniform vec3 u_selected;
uniform vec3 u_hovered;
layout(location = 0) in uvec3 a_what;
layout(location = 1) in float a_since;
flat out vec4 v_frame;
flat out vec3 v_cell;
flat out vec2 v_half;
flat out float v_border;
out vec2 v_at;

void main() {
  int group = int(a_what.z & 65535u);
  uint flags = a_what.z >> 16;
  v_frame = texelFetch(u_palette, ivec2(group % 256, group / 256), 0);
  if ((flags & ${SELECTED}u) != 0u) v_frame.rgb = u_selected;
  if ((flags & ${HOVERED}u) != 0u) v_frame.rgb = u_hovered;
  v_border = flags == 0u ? u_border.x : u_border.y;
  float grown = a_since == 0.0 ? 1.0 : smoothstep(0.0, ${GROWING.toFixed(2)}, u_now - abs(a_since));
  if (a_since < 0.0) grown = 1.0 - grown;
  v_frame.a *= grown;
  v_half = 0.5 * u_side * mix(0.4, 1.0, grown);
  int cell = int(a_what.y);
  int place = cell % u_sheet.x;
  v_cell = vec3(float(place % u_sheet.y), float(place / u_sheet.y), float(cell / u_sheet.x));
  // Half a pixel on each side for the soft edge.
  v_at = (vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0) * (v_half + v_border + 0.5);
  gl_Position = projected(int(a_what.x));
  gl_Position.xy += v_at * u_toPixel;
}`;

const FRAGMENT = `#version 300 es
precision highp float;
precision highp sampler2DArray;
uniform sampler2DArray u_pages;
uniform vec2 u_cell;      // texels
flat in vec4 v_frame;
flat in vec3 v_cell;
flat in vec2 v_half;
flat in float v_border;
in vec2 v_at;
out vec4 color;

vec3 texel(vec2 at) {
  vec2 inside = clamp(at, vec2(0.5), u_cell - 0.5) + v_cell.xy * u_cell;
  return texture(u_pages, vec3(inside / vec2(textureSize(u_pages, 0).xy), v_cell.z)).rgb;
}

void main() {
  vec2 beyond = abs(v_at) - v_half;
  float outside = max(beyond.x, beyond.y);
  float alpha = v_frame.a * clamp(v_border + 0.5 - outside, 0.0, 1.0);
  vec2 at = (vec2(v_at.x, -v_at.y) / v_half * 0.5 + 0.5) * u_cell;
  float size = 2.0 * v_half.x / u_cell.x;  // device pixels of one of its own
  vec3 picture;
  if (size >= 1.0) {
    // Enlarged, a picture keeps its pixels, as the network saw them; only their edges are soft.
    vec2 edge = floor(at + 0.5);
    picture = texel(edge + clamp((at - edge) * size, -0.5, 0.5));
  } else {
    vec2 step = vec2(0.25 / size);
    picture = 0.25 * (texel(at - step) + texel(at + step) + texel(at + vec2(step.x, -step.y)) + texel(at + vec2(-step.x, step.y)));
  }
  color = vec4(mix(picture, v_frame.rgb, clamp(outside + 0.5, 0.0, 1.0)) * alpha, alpha);
}`;

export class ImagesPass {
  private readonly program: ProjectingProgram;
  private readonly vertices: WebGLVertexArrayObject;
  private readonly instances: WebGLBuffer;
  private count = 0;

  constructor(private readonly context: Gl) {
    const { gl } = context;
    const uniforms = ["u_side", "u_border", "u_toPixel", "u_now", "u_sheet", "u_palette", "u_selected", "u_hovered", "u_pages", "u_cell"];
    this.program = new ProjectingProgram(context, VERTEX, FRAGMENT, uniforms);
    this.vertices = context.vertexArray();
    this.instances = context.buffer();
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.instances);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribIPointer(0, 3, gl.UNSIGNED_INT, 4 * WORDS, 0);
    gl.vertexAttribDivisor(0, 1);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribPointer(1, 1, gl.FLOAT, false, 4 * WORDS, 12);
    gl.vertexAttribDivisor(1, 1);
    gl.bindVertexArray(null);
  }

  /** Instances in the order in which they are drawn. */
  set(words: Uint32Array, count: number): void {
    const { gl } = this.context;
    this.count = count;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.instances);
    gl.bufferData(gl.ARRAY_BUFFER, words.subarray(0, WORDS * count), gl.DYNAMIC_DRAW);
  }

  /** Draw over what is there. Lengths are in device pixels; `now` in seconds, as instances have it. */
  draw(
    projection: Projection,
    frame: Frame,
    place: DevicePlace,
    [width, height]: readonly [number, number],
    pages: ImagePages,
    palette: WebGLTexture,
    look: { side: readonly [number, number]; ratio: number; now: number; selected: Rgb; hovered: Rgb },
  ): void {
    if (!this.count) return;
    const { gl } = this.context;
    const places = projection.use(this.program, frame, place, width, height);
    gl.activeTexture(gl.TEXTURE0 + projection.free);
    gl.bindTexture(gl.TEXTURE_2D, palette);
    gl.uniform1i(places.u_palette, projection.free);
    pages.bind(projection.free + 1);
    gl.uniform1i(places.u_pages, projection.free + 1);
    gl.uniform2f(places.u_side, look.side[0], look.side[1]);
    gl.uniform2f(places.u_border, BORDER * look.ratio, MARKED_BORDER * look.ratio);
    gl.uniform2f(places.u_toPixel, 2 / width, 2 / height);
    gl.uniform1f(places.u_now, look.now);
    gl.uniform2i(places.u_sheet, pages.perPage, pages.columns);
    gl.uniform2f(places.u_cell, pages.cell[1], pages.cell[0]);
    gl.uniform3f(places.u_selected, ...scaled(look.selected));
    gl.uniform3f(places.u_hovered, ...scaled(look.hovered));
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.bindVertexArray(this.vertices);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
    gl.bindVertexArray(null);
    gl.activeTexture(gl.TEXTURE0);
  }
}

function scaled([red, green, blue]: Rgb): [number, number, number] {
  return [red / 255, green / 255, blue / 255];
}

/** Width and height of a picture in CSS pixels: larger from near, and where there are few. */
export function imageSides(samples: number, zoom: number, [height, width]: readonly [number, number]): [number, number] {
  const native = Math.max(height, width);
  const atRest = Math.min(32, Math.max(14, 14 * (2000 / Math.max(1, samples)) ** 0.25));
  // Up to twice its own size; tiny ones farther, since they would stay smaller than points.
  const side = Math.min(Math.max(2 * native, 56), Math.max(10, atRest * Math.sqrt(zoom)));
  return [(side * width) / native, (side * height) / native];
}
