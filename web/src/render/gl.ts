/** The WebGL2 context, and every object in it: made here, freed here. */

export class GlError extends Error {
  override name = "GlError";
}

/** What a page without WebGL2 is told. */
export const NO_WEBGL2 =
  "This browser offers no WebGL2, which draws the points. A current Firefox, Chrome or Safari does; so does one without a graphics card.";

export class Gl {
  readonly gl: WebGL2RenderingContext;
  private readonly made = new Map<object, () => void>();

  constructor(canvas: HTMLCanvasElement) {
    const gl = canvas.getContext("webgl2", { alpha: true, antialias: false, depth: false, stencil: false });
    if (!gl) throw new GlError(NO_WEBGL2);
    this.gl = gl;
  }

  program(vertex: string, fragment: string): WebGLProgram {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, vertex],
      [gl.FRAGMENT_SHADER, fragment],
    ] as const) {
      const shader = gl.createShader(kind);
      if (!shader) throw new GlError("the graphics context is lost");
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
      // Flagged for deletion now, freed with the program.
      gl.deleteShader(shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new GlError(`a shader does not link: ${gl.getProgramInfoLog(program) ?? "no reason given"}`);
    }
    this.made.set(program, () => gl.deleteProgram(program));
    return program;
  }

  buffer(): WebGLBuffer {
    const buffer = this.gl.createBuffer();
    this.made.set(buffer, () => this.gl.deleteBuffer(buffer));
    return buffer;
  }

  /** Free one buffer before the rest. */
  freeBuffer(buffer: WebGLBuffer): void {
    this.made.get(buffer)?.();
    this.made.delete(buffer);
  }

  vertexArray(): WebGLVertexArrayObject {
    const array = this.gl.createVertexArray();
    this.made.set(array, () => this.gl.deleteVertexArray(array));
    return array;
  }

  /** A texture read by `texelFetch`: no filter, no mipmaps. */
  dataTexture(): WebGLTexture {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    this.made.set(texture, () => gl.deleteTexture(texture));
    return texture;
  }

  /** A texture of pictures in layers, read with a linear filter; room for all of them at once. */
  pictureLayers(width: number, height: number, layers: number): WebGLTexture {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.RGBA8, width, height, layers);
    this.made.set(texture, () => gl.deleteTexture(texture));
    return texture;
  }

  /** What is drawn to in place of the canvas, and can be copied to it. */
  target(width: number, height: number): { readonly texture: WebGLTexture; readonly target: WebGLFramebuffer } {
    const { gl } = this;
    const texture = this.dataTexture();
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height);
    const target = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    this.made.set(target, () => gl.deleteFramebuffer(target));
    return { texture, target };
  }

  /** Free one of them before the rest. */
  freeTarget(target: WebGLFramebuffer): void {
    this.made.get(target)?.();
    this.made.delete(target);
  }

  /** Free one texture before the rest. */
  freeTexture(texture: WebGLTexture): void {
    this.made.get(texture)?.();
    this.made.delete(texture);
  }

  /** The context was lost, and everything in it with it: there is nothing left to free. */
  forget(): void {
    this.made.clear();
  }

  free(): void {
    for (const free of this.made.values()) free();
    this.made.clear();
  }
}
