/** The motions of the cells of a grid: each shows its step, all by the tours of the first picture. */

import type { StepData } from "../tour/fit";
import type { Frame } from "../tour/frame";
import { TourMotion } from "../tour/motion";
import type { AppState, OpenRecording } from "./app-state";
import { type Cell, cellScene } from "./grid";
import { say } from "./session";

export class GridMotion {
  private readonly motions: (TourMotion | null)[];
  private ended = false;

  constructor(
    private readonly state: AppState,
    recording: OpenRecording,
    private readonly cells: readonly (Cell | null)[],
  ) {
    this.motions = cells.map((cell) => {
      if (!cell) return null;
      const motion = new TourMotion();
      motion.still = true;
      motion.shareWith(state.motion);
      return motion;
    });
    void this.load(recording);
  }

  get loading(): boolean {
    return this.motions.some((motion, i) => this.cells[i] !== null && motion?.frame() === null);
  }

  frames(): (Frame | null)[] {
    return this.motions.map((motion) => motion?.frame() ?? null);
  }

  advance(seconds: number, playing: boolean, speed: number): void {
    for (const motion of this.motions) motion?.advance(seconds, playing, speed);
  }

  end(): void {
    this.ended = true;
    for (const motion of this.motions) motion?.end();
  }

  /** Load the steps, those of the shown layer first; a cell appears when its step is there. */
  private async load(recording: OpenRecording): Promise<void> {
    const layer = this.state.layer.peek();
    const order = this.cells.map((_, i) => i).sort((a, b) => Number(this.cells[b]?.layer === layer) - Number(this.cells[a]?.layer === layer));
    for (const i of order) {
      const cell = this.cells[i];
      if (!cell || this.ended) continue;
      const step = cell.steps.steps[Math.max(0, cell.steps.places.indexOf(cell.place))];
      const loaded: StepData | null = await recording.steps.load(cell.steps.embedding, step).catch((error: unknown) => {
        this.state.notice.value = say(error);
        return null;
      });
      const scene = loaded && cellScene(recording, cell);
      if (!scene || this.ended) continue;
      this.motions[i]?.show(scene);
      this.state.woken.value += 1;
    }
  }
}
