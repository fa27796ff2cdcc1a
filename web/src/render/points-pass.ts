/** Draws every sample as a round point, in the color of its group or in one of its own. */

import type { Rgb } from "../theme/palette";
import type { Frame } from "../tour/motion";
import type { Gl } from "./gl";
import { type DevicePlace, ProjectingProgram, type Projection } from "./projection";

const VERTEX = `
uniform float u_size;
uniform bool u_lit;
uniform bool u_own;
uniform highp sampler2D u_palette;
layout(location = 0) in uint a_class;
layout(location = 1) in uint a_shown;
layout(location = 2) in vec4 a_own;
out vec4 v_color;

void main() {
  int i = int(a_class);
  v_color = texelFetch(u_palette, ivec2(i % 256, i / 256), 0);
  // What is faded is drawn first, beneath what is lit.
  if (a_shown == 0u || (v_color.a > 0.99) != u_lit) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  if (u_own) v_color.rgb = mix(vec3(0.6), a_own.rgb, a_own.a);
  gl_Position = projected(gl_VertexID);
  gl_PointSize = u_size + 1.0; // half a pixel on each side for the soft edge
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform float u_size;
uniform bool u_own;
in vec4 v_color;
out vec4 color;
void main() {
  float distance = length(gl_PointCoord - 0.5) * (u_size + 1.0);
  float alpha = v_color.a * clamp(0.5 * u_size + 0.5 - distance, 0.0, 1.0);
  vec3 fill = v_color.rgb;
  // Its own color may be the stage's: a rim of middle gray parts it from white and from black.
  if (u_own) fill = mix(vec3(0.5), fill, clamp(0.5 * u_size - 0.4 - distance, 0.0, 1.0));
  color = vec4(fill * alpha, alpha);
}`;

/** The diameter of a point in CSS pixels: smaller where there are many. */
export function pointDiameter(samples: number): number {
  return Math.min(9, Math.max(1.6, 6.4 * (2000 / Math.max(1, samples)) ** 0.25));
}

/** How opaque a class is drawn while another is previewed. */
export const FADED = 0.13;

export class PointsPass {
  private readonly program: ProjectingProgram;
  private readonly vertices: WebGLVertexArrayObject;
  private readonly classes: WebGLBuffer;
  private readonly shown: WebGLBuffer;
  private own: WebGLBuffer | null = null;
  /** A texel a group; the alpha says whether it is faded. */
  readonly palette: WebGLTexture;
  private samples = 0;
  private anyFaded = false;

  constructor(private readonly context: Gl) {
    const { gl } = context;
    this.program = new ProjectingProgram(context, VERTEX, FRAGMENT, ["u_size", "u_lit", "u_own", "u_palette"]);
    this.vertices = context.vertexArray();
    this.classes = context.buffer();
    this.shown = context.buffer();
    this.palette = context.dataTexture();
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.classes);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribIPointer(0, 1, gl.UNSIGNED_SHORT, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.shown);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribIPointer(1, 1, gl.UNSIGNED_BYTE, 0, 0);
    gl.bindVertexArray(null);
  }

  setClasses(classes: Uint16Array): void {
    const { gl } = this.context;
    this.samples = classes.length;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.classes);
    gl.bufferData(gl.ARRAY_BUFFER, classes, gl.STATIC_DRAW);
  }

  /** (sample,): 1 for those to draw. */
  setShown(shown: Uint8Array): void {
    const { gl } = this.context;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.shown);
    gl.bufferData(gl.ARRAY_BUFFER, shown, gl.STATIC_DRAW);
  }

  /** (sample, 4): a color of its own for each, alpha 0 where it is not known yet; null: those of the groups. */
  setOwn(colors: Uint8Array | null): void {
    const { gl } = this.context;
    gl.bindVertexArray(this.vertices);
    if (colors) {
      this.own ??= this.context.buffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, this.own);
      gl.bufferData(gl.ARRAY_BUFFER, colors, gl.DYNAMIC_DRAW);
      gl.enableVertexAttribArray(2);
      gl.vertexAttribPointer(2, 4, gl.UNSIGNED_BYTE, true, 0, 0);
    } else {
      gl.disableVertexAttribArray(2);
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

  /** A color a group; with a group lit, the others are faded. */
  setColors(colors: readonly Rgb[], lit: number | null): void {
    const { gl } = this.context;
    const rows = Math.max(1, Math.ceil(colors.length / 256));
    const bytes = new Uint8Array(4 * 256 * rows);
    this.anyFaded = lit !== null && lit < colors.length;
    colors.forEach((color, i) => {
      const faded = this.anyFaded && i !== lit;
      bytes.set([...color, faded ? Math.round(255 * FADED) : 255], 4 * i);
    });
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  }

  /** Draw over what is there. All lengths are in device pixels. */
  draw(projection: Projection, frame: Frame, place: DevicePlace, width: number, height: number, diameter: number): void {
    const { gl } = this.context;
    const places = projection.use(this.program, frame, place, width, height);
    gl.activeTexture(gl.TEXTURE0 + projection.free);
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.uniform1i(places.u_palette, projection.free);
    gl.uniform1f(places.u_size, diameter);
    gl.uniform1i(places.u_own, this.own ? 1 : 0);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.bindVertexArray(this.vertices);
    for (const lit of this.anyFaded ? [0, 1] : [1]) {
      gl.uniform1i(places.u_lit, lit);
      gl.drawArrays(gl.POINTS, 0, this.samples);
    }
    gl.bindVertexArray(null);
    gl.activeTexture(gl.TEXTURE0);
  }
}
