/** The projection in the vertex shader: from the int16 coordinates of a frame's steps to the clip space. All passes share it. */

import type { StepData } from "../tour/fit";
import type { Frame } from "../tour/frame";
import type { Gl } from "./gl";
import { StepTextures } from "./step-textures";

/** Two checkpoints of each end of a transition. */
const SLOTS = 4;
/** Texels a sample at 64 dimensions. */
const TEXELS = 16;

/** Steps that are drawn at once: one at rest on a checkpoint, two between checkpoints, four in a change of layer. */
const VARIANTS = [1, 2, SLOTS];

/** Where zero lies (y down) and how long one fitted unit is, in device pixels. */
export interface DevicePlace {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Declares `vec4 projected(int sample)`, for so many steps: an empty slot costs a software renderer half of a full one. */
const projectionSource = (slots: number): string => `
precision highp float;
precision highp int;
precision highp isampler2D;
${range(slots).map((slot) => `uniform isampler2D u_step${slot};`).join("\n")}
uniform int u_texels[${slots}];
uniform vec4 u_x[${slots} * ${TEXELS}];
uniform vec4 u_y[${slots} * ${TEXELS}];
uniform vec2 u_toClip;
uniform vec2 u_offset;

vec2 project(isampler2D coordinates, int slot, int item) {
  int texels = u_texels[slot];
  int width = textureSize(coordinates, 0).x;
  vec2 position = vec2(0.0);
  for (int k = 0; k < texels; k++) {
    int i = item * texels + k;
    vec4 four = vec4(texelFetch(coordinates, ivec2(i % width, i / width), 0));
    position += vec2(dot(four, u_x[slot * ${TEXELS} + k]), dot(four, u_y[slot * ${TEXELS} + k]));
  }
  return position;
}

vec4 projected(int item) {
  vec2 position = ${range(slots).map((slot) => `project(u_step${slot}, ${slot}, item)`).join(" + ")};
  return vec4(position * u_toClip + u_offset, 0.0, 1.0);
}
`;

/** A program that draws up to so many steps, and where its uniforms are. */
interface Variant {
  readonly slots: number;
  readonly program: WebGLProgram;
  readonly places: Readonly<Record<string, WebGLUniformLocation | null>>;
}

export type Places = Variant["places"];

/** One pass's programs: the same shaders for one step, two, or four. */
export class ProjectingProgram {
  private readonly variants: Variant[];

  /** `vertex` follows the declarations of the projection; `uniforms` are the pass's own. */
  constructor(context: Gl, vertex: string, fragment: string, uniforms: readonly string[]) {
    // Together, before the first frame: a program that is made in the middle of a transition holds it up.
    this.variants = VARIANTS.map((slots) => {
      const program = context.program(`#version 300 es${projectionSource(slots)}${vertex}`, fragment);
      const names = ["u_texels", "u_x", "u_y", "u_toClip", "u_offset", ...uniforms, ...range(slots).map((slot) => `u_step${slot}`)];
      const places = Object.fromEntries(names.map((name) => [name, context.gl.getUniformLocation(program, name)]));
      return { slots, program, places };
    });
  }

  variant(layers: number): Variant {
    return this.variants.find(({ slots }) => slots >= layers) ?? this.variants[this.variants.length - 1];
  }
}

export class Projection {
  private readonly textures: StepTextures;
  private readonly x = new Float32Array(4 * SLOTS * TEXELS);
  private readonly y = new Float32Array(4 * SLOTS * TEXELS);
  private readonly texels = new Int32Array(SLOTS);
  /** The texture unit behind those of the steps: the first that a pass may use. */
  readonly free = SLOTS;

  constructor(private readonly context: Gl) {
    this.textures = new StepTextures(context);
  }

  /** Use a pass's program for a frame; returns where its own uniforms are. */
  use(pass: ProjectingProgram, frame: Frame, place: DevicePlace, width: number, height: number): Places {
    const { gl } = this.context;
    const layers = frame.layers.slice(0, SLOTS);
    const { program, places, slots } = pass.variant(layers.length);
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
    gl.uniform1iv(places.u_texels, this.texels, 0, slots);
    gl.uniform4fv(places.u_x, this.x, 0, 4 * TEXELS * slots);
    gl.uniform4fv(places.u_y, this.y, 0, 4 * TEXELS * slots);
    gl.uniform2f(places.u_toClip, (2 * place.scale) / width, (2 * place.scale) / height);
    gl.uniform2f(places.u_offset, (2 * place.x) / width - 1, 1 - (2 * place.y) / height);
    return places;
  }

  /** After a frame: free what was not in it and is too much. */
  trim(frame: Frame): void {
    this.textures.trim(new Set<StepData>(frame.layers.map((layer) => layer.step)));
  }
}
