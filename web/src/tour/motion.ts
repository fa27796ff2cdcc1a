/**
 * The motion of the stage: the touring bases, and transitions between scenes. No GL and no DOM: given scenes and time,
 * it says by which coefficients each step's bytes are projected.
 */

import { axesBy, flattened, type Frame, type FrameAxes, type FrameLayer, FROZEN, layersBy } from "./frame";
import { GrandTour } from "./grand-tour";
import { legLayers, legRadius } from "./journey";
import { columnOf, identity, orthonormalBasis, star } from "./matrix";
import { type Course, setBack, setOut } from "./passage";
import { isOfUnits, type Scene, sceneRadius, type Station } from "./scene";
import { smoothstep, TRANSITION } from "./time";

/** As much as a step may turn; after a pause of the page (a hidden tab) the tour goes on where it was. */
const LONGEST_STEP = 0.1;

export class TourMotion {
  /** One tour a space: layers that share an embedding share the view. So may pictures beside each other. */
  private tours = new Map<string, GrandTour>();
  /** All that see by these tours, this one first where it let others in. */
  private sharers: Set<TourMotion> = new Set([this]);
  /** Spaces whose basis was set from outside, which a transition must not derive anew. */
  private readonly pinned = new Set<string>();
  private from: Scene | null = null;
  private to: Scene | null = null;
  /** Seconds since the transition began. */
  private elapsed = TRANSITION;
  /** A turn to another basis: its linear beginning, and the seconds since. */
  private turn: { space: string; basis: Float64Array; elapsed: number } | null = null;
  /** The bases of the leg that is gone through. */
  private course: { readonly key: string; readonly course: Course } | null = null;
  /** Whether transitions are to be skipped: the reader prefers reduced motion. */
  still = false;
  /** What the axes are called, if not as they are. */
  naming: ((axes: readonly string[]) => readonly string[]) | null = null;

  constructor(private seed = 0) {}

  /** Let every tour go on from the basis it has as if it began there, by the speeds of a seed. */
  begin(seed: number): void {
    this.seed = seed;
    for (const [space, tour] of this.tours) {
      const anew = new GrandTour(tour.dims, seed);
      anew.restore(tour.basis);
      this.tours.set(space, anew);
    }
  }

  get moving(): boolean {
    return this.elapsed < TRANSITION || this.turn !== null;
  }

  /** The basis by which a space is seen, row-major. */
  basis(space: string, dims: number): Float64Array {
    return this.tour(space, dims).basis;
  }

  setBasis(space: string, dims: number, basis: ArrayLike<number>): void {
    this.turn = null;
    this.tour(space, dims).basis = basis;
    this.pinned.add(space);
    this.setOut();
  }

  /** Turn to a basis: by a transition where the stage sees the space; else its scene begins with it. */
  turnTo(space: string, dims: number, basis: ArrayLike<number>): void {
    const tour = this.tour(space, dims);
    const old = tour.basis;
    if (this.to?.space === space) {
      const seen = this.viewBasis(this.to);
      tour.basis = basis;
      this.turn = !this.still && tour.basis.some((x, i) => Math.abs(x - seen[i]) > 1e-9) ? { space, basis: seen, elapsed: 0 } : null;
    } else {
      tour.basis = basis;
      if (tour.basis.some((x, i) => x !== old[i])) this.pinned.add(space);
    }
  }

  /** The basis of every space, to go back to with `restore`. */
  bases(): Map<string, Float64Array> {
    return new Map([...this.tours].map(([space, tour]) => [space, tour.basis]));
  }

  /** Turn to bases that were there before, bit for bit; by a transition, if the stage sees one of them. */
  restore(bases: ReadonlyMap<string, Float64Array>, animated = true): void {
    for (const motion of this.sharers) {
      if (motion.to && bases.has(motion.to.space)) motion.beginTurn(motion.to, animated);
    }
    for (const [space, basis] of bases) this.tours.get(space)?.restore(basis);
    for (const motion of this.sharers) {
      if (motion.to?.flow?.leg?.spaces.some((space) => bases.has(space))) motion.setOut();
    }
  }

  private beginTurn(scene: Scene, animated: boolean): void {
    this.turn = animated && !this.still ? { space: scene.space, basis: this.viewBasis(scene), elapsed: 0 } : null;
  }

  /** See by the tours of another from now on: one basis for both. */
  shareWith(other: TourMotion): void {
    if (this.tours === other.tours) return;
    const { to } = this;
    if (to && other.tours.has(to.space)) this.beginTurn(to, true);
    this.sharers.delete(this);
    this.tours = other.tours;
    this.sharers = other.sharers.add(this);
    this.seed = other.seed;
  }

  /** Show nothing any more. */
  end(): void {
    this.sharers.delete(this);
    this.to = this.from = this.turn = null;
  }

  /** See by tours of its own from now on, beginning as it sees now. */
  part(): void {
    if (this.sharers.size === 1) return;
    this.sharers.delete(this);
    this.sharers = new Set([this]);
    const { tours } = this;
    this.tours = new Map();
    for (const [space, { dims, basis }] of tours) this.tour(space, dims).restore(basis);
  }

  /** What the stage shows and by which columns; null during a transition, which has two of them. */
  get seen(): { readonly scene: Scene; readonly basis: Float64Array } | null {
    if (!this.to || this.from || this.to.flow?.leg) return null;
    return { scene: this.to, basis: this.viewBasis(this.to) };
  }

  /** Interrupt a turn: the view stays as near to what it is now as a basis can be. */
  stay(): void {
    if (!this.turn || !this.to || this.turn.space !== this.to.space) return;
    const { dims, space } = this.to;
    const mixed = this.viewBasis(this.to);
    const columns = Array.from({ length: dims }, (_, k) => columnOf(mixed, k, dims));
    this.turn = null;
    this.tour(space, dims).basis = orthonormalBasis(columns, dims);
  }

  /** Back to where every tour begins: the first two dimensions, or all units spread evenly. */
  reset(): void {
    for (const motion of this.sharers) {
      if (motion.to && !motion.to.flow?.leg) motion.beginTurn(motion.to, true);
    }
    this.tours.forEach((tour, space) => (tour.basis = home(tour.dims, space)));
    for (const motion of this.sharers) motion.setOut();
  }

  /** Show a scene: at once, or by a transition where layer or embedding differ. */
  show(scene: Scene): void {
    const before = this.to;
    const goesOn = before?.flow !== undefined && scene.flow !== undefined && isNear(before.flow, scene.flow);
    if (scene.flow?.leg) this.setOn(scene.flow, before?.flow ?? null);
    if (!before || scene.instant || this.still || goesOn) {
      this.to = scene;
      this.from = null;
      this.elapsed = TRANSITION;
    } else if (scene.key === before.key && !scene.eased) {
      this.to = scene;
      return;
    } else {
      // An interrupted transition is frozen as it is on the screen and becomes the beginning of the next.
      this.from = this.from ? flattened(this.frame()?.layers ?? [], before.parts[0].step.samples) : before;
      this.to = scene;
      this.elapsed = 0;
    }
    // Dimensions of two layouts by variance go together, those of raw units with nothing else.
    const laidOut = before !== null && !before.flow && !scene.flow;
    const related = laidOut && before.space !== scene.space && !before.axes && !scene.axes;
    const seenBeside = [...this.sharers].some((motion) => motion !== this && motion.to?.space === scene.space);
    if (related && !this.pinned.has(scene.space) && !seenBeside) this.inherit(before, scene);
    this.pinned.delete(scene.space);
    if (!scene.flow?.leg) this.course = null; // the next leg begins as the tour has left this stop
  }

  /** Go through the leg on the stage as its first stop is seen now. */
  private setOut(): void {
    this.course = null;
    if (this.to?.flow?.leg) this.setOn(this.to.flow, null);
  }

  /** Begin a leg of a flow from the stop that it is entered by; the view of the other one follows from it. */
  private setOn(station: Station, before: Station | null): void {
    const { leg, name, stop } = station;
    const key = `${name} ${stop}`;
    if (!leg || this.course?.key === key) return;
    // An end whose basis was told is the one to begin at; else the one that the leg is entered by.
    const [first, second] = leg.spaces.map((space) => this.pinned.delete(space));
    const entered = before !== null && before.name === name && before.stop > stop;
    const backward = first === second ? entered : second;
    const [here, there] = [this.tour(leg.spaces[0], leg.passage.here), this.tour(leg.spaces[1], leg.passage.there)];
    const course = backward ? setBack(leg.passage, there.basis) : setOut(leg.passage, here.basis);
    if (backward) here.restore(course.start);
    else there.restore(course.end);
    this.course = { key, course };
    this.turn = null;
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
    const sharers = [...this.sharers];
    for (const space of this.spaces()) {
      // What several pictures see by one tour is turned once, by the first of them.
      if (sharers.find((motion) => motion.spaces().has(space)) === this) this.tours.get(space)?.step(dt);
    }
  }

  private spaces(): Set<string> {
    return new Set([this.to?.space, this.from?.space].filter((space) => space !== undefined));
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
    const leg = this.to.flow?.leg;
    const radius = leg && this.course ? legRadius(leg, this.course.course, this.to.flow?.t ?? 0) : sceneRadius(this.to);
    return { layers, axes, radius };
  }

  /** The columns that positions are made with: on a turn a mixture, which moves every point on a straight line. */
  private viewBasis(scene: Scene): Float64Array {
    if (scene.key === FROZEN) return identity(2);
    const { basis } = this.tour(scene.space, scene.dims);
    if (this.turn?.space !== scene.space) return basis;
    const { basis: old, elapsed } = this.turn;
    const arrived = smoothstep(elapsed / TRANSITION);
    return basis.map((value, i) => old[i] + arrived * (value - old[i]));
  }

  private tour(space: string, dims: number): GrandTour {
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
    this.tour(after.space, after.dims).basis = orthonormalBasis(columns, after.dims);
  }

  private layersOf(scene: Scene, share: number): FrameLayer[] {
    if (scene.flow?.leg && this.course) {
      const layers = legLayers(scene.flow.leg, this.course.course, scene.flow.t);
      return layers.map(({ step, x, y }) => ({ step, x: x.map((a) => share * a), y: y.map((a) => share * a) }));
    }
    return layersBy(scene, this.viewBasis(scene), share);
  }

  private axesOf(scene: Scene, opacity: number): FrameAxes[] {
    return scene.axes ? [axesBy(scene, this.viewBasis(scene), opacity, this.naming?.(scene.axes) ?? scene.axes)] : [];
  }
}

function home(dims: number, space: string): Float64Array {
  return isOfUnits(space) ? star(dims) : identity(dims);
}

/** Is one place on a flow next to another, so that nothing need lead over? */
function isNear(a: Station, b: Station): boolean {
  return a.name === b.name && Math.abs(a.stop + a.t - b.stop - b.t) <= 1;
}
