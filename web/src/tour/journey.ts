/** A leg of a flow on the stage: by which coefficients its clouds are projected at a place between two layers. */

import type { StepData } from "./fit";
import type { FrameLayer } from "./frame";
import { type Columns, columnsAt, type Course, type Passage, shareMoved } from "./passage";

export interface Leg {
  readonly passage: Passage;
  /** The stop before on its own axes, on those that feed the next, and the stop after. */
  readonly here: StepData;
  readonly before: StepData;
  readonly there: StepData;
}

/** The share of a leg after which the size of the turned cloud counts. */
const TURNED = 0.4;

/** What the half side of the stage stands for: each cloud's own size while it is the one that is seen. */
export function legRadius({ here, before, there }: Leg, course: Course, t: number): number {
  const turned = Math.min(1, t / Math.max(TURNED, course.turning));
  return (1 - shareMoved(course, t)) * (here.radius + turned * (before.radius - here.radius)) + shareMoved(course, t) * there.radius;
}

/** The layers of a frame, positions in half sides of the stage. */
export function legLayers(leg: Leg, course: Course, t: number): FrameLayer[] {
  const columns: Columns = columnsAt(leg.passage, course, t);
  const radius = legRadius(leg, course, t);
  const layers: FrameLayer[] = [];
  for (const [step, given] of [
    [leg.here, columns.here],
    [leg.before, columns.before],
    [leg.there, columns.after],
  ] as const) {
    if (!given) continue;
    const x = new Float32Array(step.dims);
    const y = new Float32Array(step.dims);
    for (let k = 0; k < step.dims; k++) {
      const unit = step.scale[k] / radius;
      x[k] = given[2 * k] * unit;
      y[k] = given[2 * k + 1] * unit;
    }
    layers.push({ step, x, y });
  }
  return layers;
}
