/**
 * Pages of thumbnails on the graphics card: a layer of one texture each. Pages are fetched when samples on them are to be
 * drawn, the most useful first; where memory does not hold them all, those of use stay.
 */

import type { PictureSource } from "../data/pictures";
import type { Gl } from "./gl";

/** Bytes that the pages may take. */
const MOST_BYTES = 256 << 20;
/** The longest side of a cell that stays; the card under the pointer has the whole picture. */
const LONGEST = 32;
/** Pages on the way at once. */
const AT_ONCE = 2;

export class ImagePages {
  /** Height and width of a cell as it is kept. */
  readonly cell: readonly [number, number];
  readonly columns: number;
  private readonly capacity: number;
  private readonly texture: WebGLTexture;
  /** The layer of each page, -1 where it is not there; and the page of each layer. */
  private readonly layers: Int32Array;
  private readonly pages: number[] = [];
  private readonly loading = new Set<number>();
  private readonly failed = new Set<number>();
  private useful: ArrayLike<number> = [];
  private freed = false;

  constructor(
    private readonly context: Gl,
    private readonly source: PictureSource,
    private readonly onChange: () => void,
    private readonly onFailed: () => void,
  ) {
    const { cell, columns, perPage } = source.entry;
    // By a whole number, so that what was a pixel of one picture gets into no other.
    const factor = Math.ceil(Math.max(...cell) / LONGEST);
    this.cell = [Math.max(1, Math.round(cell[0] / factor)), Math.max(1, Math.round(cell[1] / factor))];
    this.columns = columns;
    const pages = Math.ceil(source.samples / perPage);
    const [height, width] = [Math.ceil(Math.min(perPage, source.samples) / columns) * this.cell[0], columns * this.cell[1]];
    const { gl } = context;
    const limit = Number(gl.getParameter(gl.MAX_ARRAY_TEXTURE_LAYERS));
    this.capacity = Math.max(1, Math.min(pages, limit, Math.floor(MOST_BYTES / (4 * width * height))));
    this.layers = new Int32Array(pages).fill(-1);
    this.texture = context.pictureLayers(width, height, this.capacity);
  }

  /** Samples whose pictures can be there at once. */
  get room(): number {
    return Math.min(this.source.samples, this.capacity * this.source.entry.perPage);
  }

  get count(): number {
    return this.layers.length;
  }

  /** Is a page still on its way? */
  get waiting(): boolean {
    return this.loading.size > 0;
  }

  pageOf(sample: number): number {
    return Math.floor(sample / this.source.entry.perPage);
  }

  /** The layer and, in the lower ten bits and more, the cell of a sample; -1 where its page is not there. */
  cellOf(sample: number): number {
    const { perPage } = this.source.entry;
    const layer = this.layers[Math.floor(sample / perPage)];
    return layer < 0 ? -1 : layer * perPage + (sample % perPage);
  }

  get perPage(): number {
    return this.source.entry.perPage;
  }

  /** (page,): how many samples of each are wanted. */
  want(useful: ArrayLike<number>): void {
    this.useful = useful;
    const missing = Array.from({ length: this.layers.length }, (_, page) => page)
      .filter((page) => useful[page] > 0 && this.layers[page] < 0 && !this.loading.has(page) && !this.failed.has(page))
      .sort((a, b) => useful[b] - useful[a]);
    for (const page of missing) {
      if (this.loading.size >= AT_ONCE || !this.hasRoomFor(page)) return;
      this.loading.add(page);
      void this.load(page);
    }
  }

  bind(unit: number): void {
    const { gl } = this.context;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
  }

  free(): void {
    this.freed = true;
    this.context.freeTexture(this.texture);
  }

  /** A page gives way to one that is of far more use, so that they don't take turns. */
  private hasRoomFor(page: number): boolean {
    if (this.pages.length + this.loading.size < this.capacity) return true;
    const least = this.leastUseful();
    return least >= 0 && this.useful[page] > 4 * this.useful[this.pages[least]] + 4;
  }

  private leastUseful(): number {
    return this.pages.reduce((best, page, layer) => (best < 0 || this.useful[page] < this.useful[this.pages[best]] ? layer : best), -1);
  }

  private async load(page: number): Promise<void> {
    try {
      const sheet = await this.source.sheet(page);
      if (!this.freed) this.keep(page, sheet);
      sheet.close();
    } catch {
      if (this.freed) return;
      this.failed.add(page);
      if (this.failed.size === 1) this.onFailed();
    }
    this.loading.delete(page);
    if (this.freed) return;
    this.want(this.useful);
    this.onChange();
  }

  private keep(page: number, sheet: ImageBitmap): void {
    const { gl } = this.context;
    const layer = this.pages.length < this.capacity ? this.pages.length : this.leastUseful();
    const before = this.pages[layer];
    if (before !== undefined) this.layers[before] = -1;
    const picture = this.shrunk(sheet);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
    gl.texSubImage3D(gl.TEXTURE_2D_ARRAY, 0, 0, 0, layer, picture.width, picture.height, 1, gl.RGBA, gl.UNSIGNED_BYTE, picture);
    this.pages[layer] = page;
    this.layers[page] = layer;
  }

  /** The sheet with each cell made smaller by itself, where cells are larger than what stays. */
  private shrunk(sheet: ImageBitmap): ImageBitmap | OffscreenCanvas {
    const [h, w] = this.source.entry.cell;
    const [height, width] = this.cell;
    if (h === height && w === width) return sheet;
    const rows = Math.floor(sheet.height / h);
    const canvas = new OffscreenCanvas(this.columns * width, rows * height);
    const drawing = canvas.getContext("2d");
    if (!drawing) throw new Error("the browser offers no canvas to make pictures smaller with");
    drawing.imageSmoothingQuality = "high";
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < this.columns; column++) {
        drawing.drawImage(sheet, column * w, row * h, w, h, column * width, row * height, width, height);
      }
    }
    return canvas;
  }
}
