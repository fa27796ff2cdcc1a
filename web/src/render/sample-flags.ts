/** What each sample is on the stage: one byte of flags a sample, in one buffer that all passes read. */

import type { Gl } from "./gl";

/** It is drawn: of the filter and of the groups that were chosen. */
export const SHOWN = 1;
/** It is selected: it has a ring, and what has none is faded. */
export const SELECTED = 2;

export class SampleFlags {
  /** (sample,) unsigned bytes: an integer attribute of the shaders. */
  readonly buffer: WebGLBuffer;
  private flags: Uint8Array = new Uint8Array(0);
  private ringed = 0;

  constructor(private readonly context: Gl) {
    this.buffer = context.buffer();
  }

  /** Samples that are both shown and selected. */
  get selected(): number {
    return this.ringed;
  }

  /** Set one flag by (sample,) of 0 and 1; what is left out is not flagged. */
  set(flag: number, of: Uint8Array): void {
    const samples = of.length;
    if (this.flags.length !== samples) {
      const kept = this.flags.subarray(0, samples);
      this.flags = new Uint8Array(samples);
      this.flags.set(kept);
    }
    const both = SHOWN | SELECTED;
    this.ringed = 0;
    for (let i = 0; i < samples; i++) {
      this.flags[i] = of[i] === 1 ? this.flags[i] | flag : this.flags[i] & ~flag;
      if ((this.flags[i] & both) === both) this.ringed++;
    }
    const { gl } = this.context;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, this.flags, gl.DYNAMIC_DRAW);
  }
}
