/** A picture of the canvas's size that is drawn over several frames, out of sight, and shown once it is whole. */

import type { Gl } from "./gl";

export class Offscreen {
  private made: { readonly texture: WebGLTexture; readonly target: WebGLFramebuffer; readonly width: number; readonly height: number } | null = null;

  constructor(private readonly context: Gl) {}

  /** Draw there from now on, on an empty ground; `leave` ends it. */
  begin(width: number, height: number): void {
    const { gl } = this.context;
    if (this.made?.width !== width || this.made.height !== height) {
      if (this.made) {
        this.context.freeTexture(this.made.texture);
        this.context.freeTarget(this.made.target);
      }
      this.made = { ...this.context.target(width, height), width, height };
    }
    this.resume();
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  /** Draw on there. */
  resume(): void {
    const { gl } = this.context;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.made?.target ?? null);
  }

  /** What is drawn goes to the canvas again. */
  leave(): void {
    const { gl } = this.context;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }

  /** Put the picture on the canvas, in place of what is there. */
  show(): void {
    if (!this.made) return;
    const { gl } = this.context;
    const { target, width, height } = this.made;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, target);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
    gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }
}
