/** Gives every point the mean color of its picture: page by page, as they come. */

import type { PictureSource } from "../data/pictures";
import type { PointsPass } from "./points-pass";

/** Pages on the way at once. */
const AT_ONCE = 2;

export class AverageColors {
  private next = 0;
  private loading = 0;
  private failed = false;
  private freed = false;

  constructor(
    private readonly points: PointsPass,
    private readonly source: PictureSource,
    private readonly onChange: () => void,
    private readonly onFailed: () => void,
  ) {
    points.setOwn(new Uint8Array(4 * source.samples));
    for (let i = 0; i < AT_ONCE; i++) void this.load();
  }

  get waiting(): boolean {
    return this.loading > 0;
  }

  free(): void {
    this.freed = true;
    this.points.setOwn(null);
  }

  private async load(): Promise<void> {
    const { samples, entry } = this.source;
    const page = this.next++;
    if (this.freed || page * entry.perPage >= samples) return;
    this.loading += 1;
    try {
      const means = await this.source.averages(page);
      if (!this.freed) this.points.updateOwn(page * entry.perPage, opaque(means));
    } catch {
      if (!this.failed && !this.freed) this.onFailed();
      this.failed = true;
    }
    this.loading -= 1;
    if (this.freed) return;
    void this.load();
    this.onChange();
  }
}

/** (n, 4) of (n, 3). */
function opaque(colors: Uint8Array): Uint8Array {
  const count = colors.length / 3;
  const all = new Uint8Array(4 * count).fill(255);
  for (let i = 0; i < count; i++) all.set(colors.subarray(3 * i, 3 * i + 3), 4 * i);
  return all;
}
