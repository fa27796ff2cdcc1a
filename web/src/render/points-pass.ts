/** Draws every sample as a round point, in the color of its group or in one of its own. */

import type { Rgb } from "../theme/palette";
import type { Frame } from "../tour/frame";
import type { DrawOrder, Part } from "./draw-order";
import type { Gl } from "./gl";
import { type DevicePlace, ProjectingProgram, type Projection } from "./projection";

const VERTEX = `
uniform float u_size;
uniform bool u_rings;
uniform float u_opacity;
uniform vec3 u_ring;
uniform bool u_own;
uniform highp sampler2D u_palette;
layout(location = 0) in uint a_class;
layout(location = 1) in vec4 a_own;
out vec4 v_color;

void main() {
  int i = int(a_class);
  v_color = texelFetch(u_palette, ivec2(i % 256, i / 256), 0);
  if (u_own) v_color.rgb = mix(vec3(0.6), a_own.rgb, a_own.a);
  v_color = u_rings ? vec4(u_ring, 1.0) : vec4(v_color.rgb, v_color.a * u_opacity);
  gl_Position = projected(gl_VertexID);
  gl_PointSize = u_size + 1.0; // half a pixel on each side for the soft edge
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform float u_size;
uniform bool u_own;
uniform bool u_rings;
in vec4 v_color;
out vec4 color;
void main() {
  float distance = length(gl_PointCoord - 0.5) * (u_size + 1.0);
  float alpha = v_color.a * clamp(0.5 * u_size + 0.5 - distance, 0.0, 1.0);
  vec3 fill = v_color.rgb;
  // Its own color may be the stage's: a rim of middle gray parts it from white and from black.
  if (u_own && !u_rings) fill = mix(vec3(0.5), fill, clamp(0.5 * u_size - 0.4 - distance, 0.0, 1.0));
  color = vec4(fill * alpha, alpha);
}`;

/** The diameter of a point in CSS pixels: smaller where there are many. */
export function pointDiameter(samples: number): number {
  return Math.min(9, Math.max(1.6, 6.4 * (2000 / Math.max(1, samples)) ** 0.25));
}

/** How opaque a class is drawn while another is previewed. */
export const FADED = 0.13;
/** How opaque samples are while others are selected. */
export const UNSELECTED = 0.4;

export class PointsPass {
  private readonly program: ProjectingProgram;
  private readonly vertices: WebGLVertexArrayObject;
  private readonly classes: WebGLBuffer;
  private own: WebGLBuffer | null = null;
  /** A texel a group; the alpha says whether it is faded. */
  readonly palette: WebGLTexture;
  private ring: Rgb = [0, 0, 0];

  constructor(
    private readonly context: Gl,
    private readonly order: DrawOrder,
  ) {
    const { gl } = context;
    this.program = new ProjectingProgram(context, VERTEX, FRAGMENT, ["u_size", "u_rings", "u_opacity", "u_ring", "u_own", "u_palette"]);
    this.vertices = context.vertexArray();
    this.classes = context.buffer();
    this.palette = context.dataTexture();
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.classes);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribIPointer(0, 1, gl.UNSIGNED_SHORT, 0, 0);
    gl.bindVertexArray(null);
  }

  setClasses(classes: Uint16Array): void {
    const { gl } = this.context;
    this.order.setGroups(classes);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.classes);
    gl.bufferData(gl.ARRAY_BUFFER, classes, gl.STATIC_DRAW);
  }

  /** (sample, 4): a color of its own for each, alpha 0 where it is not known yet; null: those of the groups. */
  setOwn(colors: Uint8Array | null): void {
    const { gl } = this.context;
    gl.bindVertexArray(this.vertices);
    if (colors) {
      this.own ??= this.context.buffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, this.own);
      gl.bufferData(gl.ARRAY_BUFFER, colors, gl.DYNAMIC_DRAW);
      gl.enableVertexAttribArray(1);
      gl.vertexAttribPointer(1, 4, gl.UNSIGNED_BYTE, true, 0, 0);
    } else {
      gl.disableVertexAttribArray(1);
      if (this.own) this.context.freeBuffer(this.own);
      this.own = null;
    }
    gl.bindVertexArray(null);
  }

  /** (n, 4): the own colors of the samples from `first` on. */
  updateOwn(first: number, colors: Uint8Array): void {
    const { gl } = this.context;
    if (!this.own) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.own);
    gl.bufferSubData(gl.ARRAY_BUFFER, 4 * first, colors);
  }

  /**
   * A color a group; with a group lit, the others are faded, but for those that are near it in the list: the steps of a
   * scale. The last color is of samples in no group, which is near nothing. `ring`: around what is selected.
   */
  setColors(colors: readonly Rgb[], lit: number | null, ring: Rgb, near = 0): void {
    const { gl } = this.context;
    this.ring = ring;
    const rows = Math.max(1, Math.ceil(colors.length / 256));
    const bytes = new Uint8Array(4 * 256 * rows);
    const faded = new Uint8Array(colors.length);
    colors.forEach((color, i) => {
      const distance = i === colors.length - 1 || lit === colors.length - 1 ? Infinity : Math.abs(i - (lit ?? i));
      if (lit !== null && lit < colors.length && i !== lit && distance > near) faded[i] = 1;
      bytes.set([...color, faded[i] ? Math.round(255 * FADED) : 255], 4 * i);
    });
    this.order.setFaded(faded);
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  }

  /** Draw over what is there. All lengths are in device pixels; `ring` is the width of one around what is selected. */
  draw(projection: Projection, frame: Frame, place: DevicePlace, width: number, height: number, diameter: number, ring: number): void {
    const { gl } = this.context;
    const places = projection.use(this.program, frame, place, width, height);
    gl.activeTexture(gl.TEXTURE0 + projection.free);
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.uniform1i(places.u_palette, projection.free);
    gl.uniform3f(places.u_ring, this.ring[0] / 255, this.ring[1] / 255, this.ring[2] / 255);
    gl.uniform1i(places.u_own, this.own ? 1 : 0);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.bindVertexArray(this.vertices);
    this.order.bind();
    const { beneath, plain, selected, anySelected } = this.order;
    const put = ({ first, count }: Part, opacity: number, width = 0): void => {
      if (!count) return;
      gl.uniform1i(places.u_rings, width > 0 ? 1 : 0);
      gl.uniform1f(places.u_opacity, opacity);
      gl.uniform1f(places.u_size, diameter + 2 * width);
      gl.drawElements(gl.POINTS, count, gl.UNSIGNED_INT, 4 * first);
    };
    put(beneath, 1);
    put(plain, anySelected ? UNSELECTED : 1);
    // The rings lie beneath all that is selected: where that is dense, one line around it is left of them.
    put(selected, 1, ring);
    put(selected, 1);
    gl.bindVertexArray(null);
    gl.activeTexture(gl.TEXTURE0);
  }
}
