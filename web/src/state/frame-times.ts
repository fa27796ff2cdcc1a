/** How long the main thread was busy with each of the last frames. */

const KEPT = 120;

export class FrameTimes {
  private readonly times = new Float32Array(KEPT);
  private count = 0;

  add(milliseconds: number): void {
    this.times[this.count % KEPT] = milliseconds;
    this.count += 1;
  }

  /** Null before the first frame. */
  summary(): { median: number; longest: number; frames: number } | null {
    const frames = Math.min(this.count, KEPT);
    if (!frames) return null;
    const sorted = this.times.slice(0, frames).sort();
    return { median: sorted[frames >> 1], longest: sorted[frames - 1], frames: this.count };
  }
}
