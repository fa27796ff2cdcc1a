/** Where samples lie, and which is under the pointer: the frame's projection on the CPU, and the nearest by looking at each. */

import type { Frame } from "../tour/frame";

/** CSS pixels from a point's middle within which it is meant. */
const REACH = 14;

export class Picker {
  private fitted = new Float32Array(0);
  private of: Frame | null = null;

  /** The nearest shown sample to (x, y), in fitted units, or null. `scale`: CSS pixels of one fitted unit. */
  nearest(frame: Frame, shown: Uint8Array, x: number, y: number, scale: number): number | null {
    const positions = this.positionsOf(frame);
    let best = -1;
    let closest = (REACH / scale) ** 2;
    for (let i = 0; i < shown.length; i++) {
      const dx = positions[2 * i] - x;
      const dy = positions[2 * i + 1] - y;
      const distance = dx * dx + dy * dy;
      // Of points that lie on each other the one drawn last is seen.
      if (distance <= closest && shown[i] === 1) {
        closest = distance;
        best = i;
      }
    }
    return best < 0 ? null : best;
  }

  /** The shown samples within a distance of (x, y), in fitted units. */
  within(frame: Frame, shown: Uint8Array, x: number, y: number, distance: number): number[] {
    const positions = this.positionsOf(frame);
    const found: number[] = [];
    for (let i = 0; i < shown.length; i++) {
      if (shown[i] === 1 && (positions[2 * i] - x) ** 2 + (positions[2 * i + 1] - y) ** 2 <= distance ** 2) found.push(i);
    }
    return found;
  }

  /** Fitted positions (x, y) of every sample, projected once for frames that are alike. */
  positionsOf(frame: Frame): Float32Array {
    if (this.of && isSame(this.of, frame)) return this.fitted;
    const samples = frame.layers[0]?.step.samples ?? 0;
    if (this.fitted.length !== 2 * samples) this.fitted = new Float32Array(2 * samples);
    const positions = this.fitted;
    positions.fill(0);
    for (const { step, x, y } of frame.layers) {
      const { screen, dims } = step;
      for (let i = 0, at = 0; i < samples; i++) {
        let px = 0;
        let py = 0;
        for (let k = 0; k < dims; k++, at++) {
          px += screen[at] * x[k];
          py += screen[at] * y[k];
        }
        positions[2 * i] += px;
        positions[2 * i + 1] += py;
      }
    }
    this.of = frame;
    return positions;
  }
}

/** Do two frames place samples alike? A stage at rest draws many: for each that is pointed at, one. */
function isSame(a: Frame, b: Frame): boolean {
  const alike = (p: Float32Array, q: Float32Array): boolean => p.every((value, k) => value === q[k]);
  return a.layers.length === b.layers.length && a.layers.every(({ step, x, y }, i) => step === b.layers[i].step && alike(x, b.layers[i].x) && alike(y, b.layers[i].y));
}

/** The fitted position of one sample in a frame. */
export function positionOf(frame: Frame, sample: number): [number, number] {
  let px = 0;
  let py = 0;
  for (const { step, x, y } of frame.layers) {
    for (let k = 0, at = sample * step.dims; k < step.dims; k++, at++) {
      px += step.screen[at] * x[k];
      py += step.screen[at] * y[k];
    }
  }
  return [px, py];
}
