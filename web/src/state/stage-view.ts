/** Where the stage draws: for scripts and tests that compare pixels. */
export interface StageView {
  /** CSS pixels of one unit of the aligned coordinates. */
  readonly scale: number;
  /** The place of the coordinates' zero, in CSS pixels from the stage's upper left corner. */
  readonly center: readonly [number, number];
  readonly width: number;
  readonly height: number;
  readonly devicePixelRatio: number;
  /** Samples that are drawn. */
  readonly points: number;
  /** Samples among them that are drawn as images or with their texts, and the longer side of an image with its frame. */
  readonly images: number;
  readonly imageSide: number;
  /** Of how many samples the images fit into memory, where it is not of all. */
  readonly imagesOf: number | null;
  /** Are images on their way that will be drawn? */
  readonly arriving: boolean;
}

/** What a stage tells of images that has none. */
export const NO_IMAGES = { images: 0, imageSide: 0, imagesOf: null, arriving: false } as const;
