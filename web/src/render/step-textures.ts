/** Steps on the graphics card: int16 coordinates, four a texel, the texels of a sample one after another. */

import type { StepData } from "../tour/fit";
import type { Gl } from "./gl";

/** Bytes of textures that are kept; a step beyond is uploaded again when it is shown again. */
const KEPT = 256 << 20;

export interface StepTexture {
  readonly texture: WebGLTexture;
  /** Texels a sample: ⌈d / 4⌉. */
  readonly texels: number;
}

export class StepTextures {
  private readonly kept = new Map<StepData, StepTexture & { bytes: number }>();
  private bytes = 0;
  /** What an unused sampler is bound to: an integer sampler must not see a texture of another kind. */
  readonly empty: WebGLTexture;

  constructor(private readonly context: Gl) {
    const { gl } = context;
    this.empty = context.dataTexture();
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA16I, 1, 1, 0, gl.RGBA_INTEGER, gl.SHORT, new Int16Array(4));
  }

  get(step: StepData): StepTexture {
    const here = this.kept.get(step);
    if (here) {
      this.kept.delete(step);
      this.kept.set(step, here);
      return here;
    }
    const made = this.upload(step);
    this.kept.set(step, made);
    this.bytes += made.bytes;
    return made;
  }

  /** Free the textures least lately drawn, down to the limit; between frames, so that none in use is freed. */
  trim(inUse: ReadonlySet<StepData>): void {
    for (const [step, { texture, bytes }] of this.kept) {
      if (this.bytes <= KEPT) break;
      if (inUse.has(step)) continue;
      this.context.freeTexture(texture);
      this.kept.delete(step);
      this.bytes -= bytes;
    }
  }

  private upload(step: StepData): StepTexture & { bytes: number } {
    const { gl } = this.context;
    const { screen, samples, dims } = step;
    const texels = Math.ceil(dims / 4);
    const width = Math.min(2048, Math.max(1, samples * texels));
    const height = Math.max(1, Math.ceil((samples * texels) / width));
    const padded = new Int16Array(width * height * 4);
    if (dims === texels * 4) padded.set(screen);
    else for (let i = 0; i < samples; i++) padded.set(screen.subarray(i * dims, (i + 1) * dims), i * texels * 4);
    const texture = this.context.dataTexture();
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA16I, width, height, 0, gl.RGBA_INTEGER, gl.SHORT, padded);
    return { texture, texels, bytes: padded.byteLength };
  }
}
