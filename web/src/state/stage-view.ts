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
}
