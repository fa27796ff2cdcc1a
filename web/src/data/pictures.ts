/** The samples' pictures page by page: sheets of thumbnails, and the mean color of each. */

import type { ThumbnailEntry } from "./recording-index";

export interface PictureSource {
  readonly samples: number;
  readonly entry: ThumbnailEntry;
  /** A decoded page; whoever asks for it closes it. */
  sheet(page: number): Promise<ImageBitmap>;
  /** (sample of the page, 3): the mean of each picture. */
  averages(page: number): Promise<Uint8Array>;
}

export class Pictures implements PictureSource {
  private readonly averaged = new Map<number, Promise<Uint8Array>>();

  constructor(
    readonly samples: number,
    readonly entry: ThumbnailEntry,
    private readonly read: (page: number) => Promise<Uint8Array<ArrayBuffer>>,
  ) {}

  async sheet(page: number): Promise<ImageBitmap> {
    return createImageBitmap(new Blob([await this.read(page)], { type: "image/webp" }));
  }

  averages(page: number): Promise<Uint8Array> {
    let averages = this.averaged.get(page);
    if (!averages) {
      averages = this.measure(page);
      this.averaged.set(page, averages);
      averages.catch(() => this.averaged.delete(page));
    }
    return averages;
  }

  private async measure(page: number): Promise<Uint8Array> {
    const sheet = await this.sheet(page);
    const { width, height } = sheet;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    context?.drawImage(sheet, 0, 0);
    sheet.close();
    if (!context) throw new Error("the browser offers no canvas to read pictures with");
    const { perPage, cell, columns } = this.entry;
    const count = Math.min(perPage, this.samples - page * perPage);
    return meanColors(context.getImageData(0, 0, width, height).data, width, cell, columns, count);
  }
}

/** (cell, 3): the mean color of each cell of a sheet of RGBA pixels, row by row. */
export function meanColors(pixels: ArrayLike<number>, width: number, cell: readonly [number, number], columns: number, count: number): Uint8Array {
  const [h, w] = cell;
  const means = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) {
    let [red, green, blue] = [0, 0, 0];
    for (let y = 0; y < h; y++) {
      let at = 4 * ((Math.floor(i / columns) * h + y) * width + (i % columns) * w);
      for (let x = 0; x < w; x++, at += 4) {
        red += pixels[at];
        green += pixels[at + 1];
        blue += pixels[at + 2];
      }
    }
    means[3 * i] = Math.round(red / (h * w));
    means[3 * i + 1] = Math.round(green / (h * w));
    means[3 * i + 2] = Math.round(blue / (h * w));
  }
  return means;
}
