/** Draws every sample as a round point; projects it from its int16 coordinates in the vertex shader. */

import type { Rgb } from "../theme/palette";
import type { StepData } from "../tour/fit";
import type { Frame } from "../tour/motion";
import type { Gl } from "./gl";
import { StepTextures } from "./step-textures";

/** Two checkpoints of each end of a transition. */
const SLOTS = 4;
/** Texels a sample at 64 dimensions. */
const TEXELS = 16;

/** The vertex shader for so many steps at once: an empty slot costs a software renderer as much as half a full one. */
const vertexShader = (slots: number): string => `#version 300 es
precision highp float;
precision highp int;
precision highp isampler2D;
${range(slots).map((slot) => `uniform isampler2D u_step${slot};`).join("\n")}
uniform int u_texels[${slots}];
uniform vec4 u_x[${slots} * ${TEXELS}];
uniform vec4 u_y[${slots} * ${TEXELS}];
uniform vec2 u_toClip;
uniform vec2 u_offset;
uniform float u_size;
uniform bool u_lit;
uniform highp sampler2D u_palette;
layout(location = 0) in uint a_class;
layout(location = 1) in uint a_shown;
out vec4 v_color;

vec2 project(isampler2D coordinates, int slot) {
  int texels = u_texels[slot];
  int width = textureSize(coordinates, 0).x;
  vec2 position = vec2(0.0);
  for (int k = 0; k < texels; k++) {
    int i = gl_VertexID * texels + k;
    vec4 four = vec4(texelFetch(coordinates, ivec2(i % width, i / width), 0));
    position += vec2(dot(four, u_x[slot * ${TEXELS} + k]), dot(four, u_y[slot * ${TEXELS} + k]));
  }
  return position;
}

void main() {
  int i = int(a_class);
  v_color = texelFetch(u_palette, ivec2(i % 256, i / 256), 0);
  // What is faded is drawn first, beneath what is lit.
  if (a_shown == 0u || (v_color.a > 0.99) != u_lit) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  vec2 position = ${range(slots).map((slot) => `project(u_step${slot}, ${slot})`).join(" + ")};
  gl_Position = vec4(position * u_toClip + u_offset, 0.0, 1.0);
  gl_PointSize = u_size + 1.0; // half a pixel on each side for the soft edge
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform float u_size;
in vec4 v_color;
out vec4 color;
void main() {
  float distance = length(gl_PointCoord - 0.5) * (u_size + 1.0);
  float alpha = v_color.a * clamp(0.5 * u_size + 0.5 - distance, 0.0, 1.0);
  color = vec4(v_color.rgb * alpha, alpha);
}`;

/** The diameter of a point in CSS pixels: smaller where there are many. */
export function pointDiameter(samples: number): number {
  return Math.min(9, Math.max(1.6, 6.4 * (2000 / Math.max(1, samples)) ** 0.25));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** A program that draws up to so many steps, and where its uniforms are. */
interface Variant {
  readonly slots: number;
  readonly program: WebGLProgram;
  readonly places: Readonly<Record<string, WebGLUniformLocation | null>>;
}

/** Steps that are drawn at once: one at rest on a checkpoint, two between checkpoints, four in a change of layer. */
const VARIANTS = [1, 2, SLOTS];

/** How opaque a class is drawn while another is previewed. */
export const FADED = 0.13;

export class PointsPass {
  private readonly variants: (Variant | undefined)[] = [];
  private readonly vertices: WebGLVertexArrayObject;
  private readonly classes: WebGLBuffer;
  private readonly shown: WebGLBuffer;
  private readonly palette: WebGLTexture;
  private readonly textures: StepTextures;
  private samples = 0;
  private anyFaded = false;
  private readonly x = new Float32Array(4 * SLOTS * TEXELS);
  private readonly y = new Float32Array(4 * SLOTS * TEXELS);
  private readonly texels = new Int32Array(SLOTS);

  constructor(private readonly context: Gl) {
    const { gl } = context;
    // Together, before the first frame: a program that is made in the middle of a transition holds it up.
    for (const slots of VARIANTS) this.variant(slots);
    this.vertices = context.vertexArray();
    this.classes = context.buffer();
    this.shown = context.buffer();
    this.palette = context.dataTexture();
    this.textures = new StepTextures(context);
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.classes);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribIPointer(0, 1, gl.UNSIGNED_SHORT, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.shown);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribIPointer(1, 1, gl.UNSIGNED_BYTE, 0, 0);
    gl.bindVertexArray(null);
  }

  private variant(slots: number): Variant {
    let variant = this.variants[slots];
    if (!variant) {
      const program = this.context.program(vertexShader(slots), FRAGMENT);
      const names = ["u_texels", "u_x", "u_y", "u_toClip", "u_offset", "u_size", "u_lit", "u_palette", ...range(slots).map((slot) => `u_step${slot}`)];
      const places = Object.fromEntries(names.map((name) => [name, this.context.gl.getUniformLocation(program, name)]));
      variant = { slots, program, places };
      this.variants[slots] = variant;
    }
    return variant;
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

  /**
   * A color a group; with a group lit, the others are faded, but for those that are near it in the list: the steps of a
   * scale. The last color is of samples in no group, which is near nothing.
   */
  setColors(colors: readonly Rgb[], lit: number | null, near = 0): void {
    const { gl } = this.context;
    const rows = Math.max(1, Math.ceil(colors.length / 256));
    const bytes = new Uint8Array(4 * 256 * rows);
    this.anyFaded = lit !== null && lit < colors.length;
    colors.forEach((color, i) => {
      const distance = i === colors.length - 1 || lit === colors.length - 1 ? Infinity : Math.abs(i - (lit ?? i));
      const faded = this.anyFaded && i !== lit && distance > near;
      bytes.set([...color, faded ? Math.round(255 * FADED) : 255], 4 * i);
    });
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  }

  /** Draw over what is there. All lengths are in device pixels: of one fitted unit, and of where zero lies (y down). */
  draw(frame: Frame, place: { scale: number; x: number; y: number }, width: number, height: number, diameter: number): void {
    const { gl } = this.context;
    const layers = frame.layers.slice(0, SLOTS);
    const { program, places, slots } = this.variant(VARIANTS.find((slots) => slots >= layers.length) ?? SLOTS);
    gl.useProgram(program);
    this.x.fill(0);
    this.y.fill(0);
    this.texels.fill(0);
    for (let slot = 0; slot < slots; slot++) {
      const layer = layers[slot];
      // First: an upload binds its texture to the unit that is active, which must be the slot's own.
      gl.activeTexture(gl.TEXTURE0 + slot);
      const texture = layer && this.textures.get(layer.step);
      if (layer && texture) {
        this.texels[slot] = texture.texels;
        this.x.set(layer.x, 4 * TEXELS * slot);
        this.y.set(layer.y, 4 * TEXELS * slot);
      }
      gl.bindTexture(gl.TEXTURE_2D, texture ? texture.texture : this.textures.empty);
      gl.uniform1i(places[`u_step${slot}`], slot);
    }
    gl.activeTexture(gl.TEXTURE0 + SLOTS);
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.uniform1i(places.u_palette, SLOTS);
    gl.uniform1iv(places.u_texels, this.texels, 0, slots);
    gl.uniform4fv(places.u_x, this.x, 0, 4 * TEXELS * slots);
    gl.uniform4fv(places.u_y, this.y, 0, 4 * TEXELS * slots);
    gl.uniform2f(places.u_toClip, (2 * place.scale) / width, (2 * place.scale) / height);
    gl.uniform2f(places.u_offset, (2 * place.x) / width - 1, 1 - (2 * place.y) / height);
    gl.uniform1f(places.u_size, diameter);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.bindVertexArray(this.vertices);
    for (const lit of this.anyFaded ? [0, 1] : [1]) {
      gl.uniform1i(places.u_lit, lit);
      gl.drawArrays(gl.POINTS, 0, this.samples);
    }
    gl.bindVertexArray(null);
    gl.activeTexture(gl.TEXTURE0);
    this.textures.trim(new Set<StepData>(layers.map((layer) => layer.step)));
  }
}
