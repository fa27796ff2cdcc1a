/**
 * The motion of the stage: the touring bases, and transitions between scenes. No GL and no DOM: given scenes and time,
 * it says by which coefficients each step's bytes are projected.
 *
 * Everything on the stage is linear in the coordinates, so a frame is a list of at most four layers of one sum:
 * position = Σ over the layers of (screen row · coefficients). Positions are "fitted": the half side of the stage is 1.
 */

import type { StepData } from "./fit";
import { GrandTour } from "./grand-tour";
import { columnOf, identity, orthonormalBasis, star } from "./matrix";
import { type Scene, sceneRadius, spaceOf } from "./scene";
import { smoothstep, TRANSITION } from "./time";

export interface FrameLayer {
  readonly step: StepData;
  /** (dimension,) each: what one count of `screen` adds to the fitted x and y. */
  readonly x: Float32Array;
  readonly y: Float32Array;
}

export interface FrameAxes {
  readonly names: readonly string[];
  readonly opacity: number;
  /** Fitted positions: of the origin, and of the ends one after another (x, y). */
  readonly origin: readonly [number, number];
  readonly ends: Float32Array;
}

export interface Frame {
  readonly layers: readonly FrameLayer[];
  readonly axes: readonly FrameAxes[];
  /** The radius of the scene that is shown or arriving: fitted = aligned / radius. */
  readonly radius: number;
}

/** As much as a step may turn; after a pause of the page (a hidden tab) the tour goes on where it was. */
const LONGEST_STEP = 0.1;

export class TourMotion {
  /** One tour a space: layers that share an embedding share the view. */
  private readonly tours = new Map<string, GrandTour>();
  /** Spaces whose basis was set from outside, which a transition must not derive anew. */
  private readonly pinned = new Set<string>();
  private from: Scene | null = null;
  private to: Scene | null = null;
  /** Seconds since the transition began. */
  private elapsed = TRANSITION;
  /** A turn to another basis: its linear beginning, and the seconds since. */
  private turn: { space: string; basis: Float64Array; elapsed: number } | null = null;
  /** Whether transitions are to be skipped: the reader prefers reduced motion. */
  still = false;

  constructor(private readonly seed = 0) {}

  get moving(): boolean {
    return this.elapsed < TRANSITION || this.turn !== null;
  }

  /** The basis by which a space is seen, row-major. */
  basis(dims: number, units: boolean): Float64Array {
    return this.tour(dims, units).basis;
  }

  setBasis(dims: number, units: boolean, basis: ArrayLike<number>): void {
    this.turn = null;
    this.tour(dims, units).basis = basis;
    this.pinned.add(spaceOf(dims, units));
  }

  /** Back to where every tour begins: the first two dimensions, or all units spread evenly. */
  reset(): void {
    if (this.to && !this.still) this.turn = { space: this.to.space, basis: this.viewBasis(this.to), elapsed: 0 };
    this.tours.forEach((tour, space) => (tour.basis = home(tour.dims, space)));
  }

  /** Show a scene: at once, or by a transition where layer or embedding differ. */
  show(scene: Scene): void {
    const before = this.to;
    if (!before || scene.instant || this.still) {
      this.to = scene;
      this.from = null;
      this.elapsed = TRANSITION;
    } else if (scene.key === before.key) {
      this.to = scene;
      return;
    } else {
      // An interrupted transition is frozen as it is on the screen and becomes the beginning of the next.
      this.from = this.from ? this.frozen(before) : before;
      this.to = scene;
      this.elapsed = 0;
    }
    // Dimensions of two layouts by variance go together, those of raw units with nothing else.
    const related = before !== null && before.space !== scene.space && !before.axes && !scene.axes;
    if (related && !this.pinned.has(scene.space)) this.inherit(before, scene);
    this.pinned.delete(scene.space);
  }

  /** End what is under way where it leads to. */
  settle(): void {
    this.from = null;
    this.turn = null;
    this.elapsed = TRANSITION;
  }

  /** Let time pass. */
  advance(seconds: number, playing: boolean, speed: number): void {
    if (this.elapsed < TRANSITION) {
      this.elapsed += seconds;
      if (this.elapsed >= TRANSITION) this.from = null;
    }
    if (this.turn) {
      this.turn.elapsed += seconds;
      if (this.turn.elapsed >= TRANSITION) this.turn = null;
    }
    if (!playing || !this.to) return;
    const dt = Math.min(seconds * speed, LONGEST_STEP);
    for (const space of new Set([this.to.space, this.from?.space])) {
      if (space !== undefined) this.tours.get(space)?.step(dt);
    }
  }

  frame(): Frame | null {
    if (!this.to) return null;
    const arrived = this.from ? smoothstep(this.elapsed / TRANSITION) : 1;
    const layers = this.layersOf(this.to, arrived);
    const axes = this.axesOf(this.to, arrived);
    if (this.from) {
      layers.unshift(...this.layersOf(this.from, 1 - arrived));
      axes.unshift(...this.axesOf(this.from, 1 - arrived));
    }
    return { layers, axes, radius: sceneRadius(this.to) };
  }

  /** The columns that positions are made with: on a turn a mixture, which moves every point on a straight line. */
  private viewBasis(scene: Scene): Float64Array {
    if (scene.key === FROZEN) return identity(2);
    const { basis } = this.tour(scene.dims, scene.axes !== null);
    if (this.turn?.space !== scene.space) return basis;
    const { basis: old, elapsed } = this.turn;
    const arrived = smoothstep(elapsed / TRANSITION);
    return basis.map((value, i) => old[i] + arrived * (value - old[i]));
  }

  private tour(dims: number, units: boolean): GrandTour {
    const space = spaceOf(dims, units);
    let tour = this.tours.get(space);
    if (!tour) {
      tour = new GrandTour(dims, this.seed, { basis: home(dims, space) });
      this.tours.set(space, tour);
    }
    return tour;
  }

  /** Begin a view of other dimensions from the one on the screen: the dimensions that both have keep their places. */
  private inherit(before: Scene, after: Scene): void {
    const old = this.viewBasis(before);
    const shared = Math.min(before.dims, after.dims);
    const columns: Float64Array[] = [];
    for (let column = 0; column < shared; column++) {
      const padded = new Float64Array(after.dims);
      padded.set(columnOf(old, column, before.dims).subarray(0, shared));
      columns.push(padded);
    }
    this.tour(after.dims, false).basis = orthonormalBasis(columns, after.dims);
  }

  private layersOf(scene: Scene, share: number): FrameLayer[] {
    const { dims } = scene;
    const basis = this.viewBasis(scene);
    const radius = sceneRadius(scene);
    return scene.parts.map(({ step, weight }) => {
      const x = new Float32Array(dims);
      const y = new Float32Array(dims);
      for (let k = 0; k < dims; k++) {
        const unit = (share * weight * step.scale[k]) / radius;
        x[k] = basis[k * dims] * unit;
        y[k] = basis[k * dims + 1] * unit;
      }
      return { step, x, y };
    });
  }

  private axesOf(scene: Scene, opacity: number): FrameAxes[] {
    if (!scene.axes) return [];
    const { dims } = scene;
    const basis = this.viewBasis(scene);
    const radius = sceneRadius(scene);
    let length = 0;
    let originX = 0;
    let originY = 0;
    for (const { step, weight } of scene.parts) {
      length += (weight * step.axisLength) / radius;
      for (let k = 0; k < dims; k++) {
        originX -= (weight * step.center[k] * basis[k * dims]) / radius;
        originY -= (weight * step.center[k] * basis[k * dims + 1]) / radius;
      }
    }
    const ends = new Float32Array(2 * dims);
    for (let k = 0; k < dims; k++) {
      ends[2 * k] = originX + length * basis[k * dims];
      ends[2 * k + 1] = originY + length * basis[k * dims + 1];
    }
    return [{ names: scene.axes, opacity, origin: [originX, originY], ends }];
  }

  /** The picture as it is, as a flat scene of its own. */
  private frozen(shown: Scene): Scene {
    const frame = this.frame();
    const samples = shown.parts[0].step.samples;
    const flat = new Float32Array(2 * samples);
    for (const { step, x, y } of frame?.layers ?? []) {
      for (let i = 0; i < samples; i++) {
        for (let k = 0, at = i * step.dims; k < step.dims; k++) {
          flat[2 * i] += step.screen[at + k] * x[k];
          flat[2 * i + 1] += step.screen[at + k] * y[k];
        }
      }
    }
    let largest = 1e-9;
    for (const value of flat) largest = Math.max(largest, Math.abs(value));
    const unit = largest / 32767;
    const step: StepData = {
      screen: Int16Array.from(flat, (value) => Math.round(value / unit)),
      scale: new Float32Array([unit, unit]),
      samples,
      dims: 2,
      center: new Float32Array(2),
      radius: 1,
      axisLength: 0,
    };
    return { key: FROZEN, dims: 2, space: FROZEN, parts: [{ step, weight: 1 }], axes: null, instant: false };
  }
}

const FROZEN = "\u0000frozen";

function home(dims: number, space: string): Float64Array {
  return space === spaceOf(dims, true) ? star(dims) : identity(dims);
}
