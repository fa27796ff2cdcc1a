/**
 * Turns a picture to the view that shows most of what is chosen: groups apart, variance, or neighbors kept. The tour rests
 * there, undo goes back, and it is told how much was reached; where nothing better was found, the view stays.
 */

import { effect, type Signal, signal } from "@preact/signals";
import { basisOf, discriminantPlane, planeOf, type Plane, ratioOn, type Rows, scatterOf, scattersOf, shareOn, variancePlane, widened } from "../tour/planes";
import { type Company, coordinatesOf, evenlyOf } from "../tour/recall";
import { localityPlane, searchRecall } from "../tour/recall-search";
import type { Scene } from "../tour/scene";
import type { AppState } from "./app-state";
import type { Pane } from "./pane";
import { inSlices } from "./slices";
import { drawnSamples, measuredOn, neighborhoods } from "./view-quality";

export const BEST_VIEWS = ["classes", "variance", "neighbors"] as const;
export type BestViewOf = (typeof BEST_VIEWS)[number];

/** Samples that planes are found from at most, evenly over those that are drawn. */
const MOST = 20_000;
/** Samples whose neighbors count in the search and in what is told of it. */
const MEASURED = 2000;
/** Better by less than this share is no better. */
const MARGIN = 1e-6;

export interface Reached {
  readonly of: BestViewOf;
  readonly before: number;
  readonly after: number;
  /** Whose: "of 40 selected samples". */
  readonly whose: string;
  readonly pane: Pane;
  readonly scene: Scene;
  readonly basis: Float64Array;
}

/** What a view can be chosen for, measured: a basis, and how much it shows. */
interface Better {
  readonly basis: Float64Array;
  readonly before: number;
  readonly after: number;
  readonly whose: string;
}

interface Seen {
  readonly scene: Scene;
  readonly basis: Float64Array;
}

export class BestView {
  /** What was reached last, as long as the view is that one. */
  readonly reached: Signal<Reached | null> = signal(null);
  /** The picture for which one is being looked for. */
  readonly searching: Signal<Pane | null> = signal(null);
  /** The picture whose menu is open. */
  readonly menu: Signal<Pane | null> = signal(null);
  private asked = 0;

  constructor(private readonly state: AppState) {}

  /** Turn a picture to the best view; resolves when the turn begins, or was found not to be worth it. */
  async turn(pane: Pane, of: BestViewOf): Promise<void> {
    const { state } = this;
    const asked = ++this.asked;
    state.playing.value = false;
    state.halt();
    pane.motion.stay();
    const { seen } = pane.motion;
    if (!seen) {
      state.notice.value = "A view is chosen of one layer at a time: wait until the points have arrived.";
      return;
    }
    if (seen.scene.dims < 3) {
      state.notice.value = "This layout has two dimensions: every view of it shows the same.";
      return;
    }
    const started = pane.motion.basis(seen.scene.space, seen.scene.dims);
    // Whoever turns the view meanwhile, or goes elsewhere, wants another one.
    const wanted = (): boolean => {
      const now = pane.motion.seen;
      return asked === this.asked && !state.playing.peek() && now?.scene === seen.scene && isSame(now.basis, started);
    };
    this.searching.value = pane;
    this.reached.value = null;
    try {
      const found = await this.find(pane, of, { scene: seen.scene, basis: started }, wanted);
      if (asked !== this.asked) return;
      this.searching.value = null;
      if (typeof found === "string") state.notice.value = found;
      else if (found && wanted()) this.take(pane, of, seen.scene, found);
    } catch (error) {
      if (asked !== this.asked) return;
      this.searching.value = null;
      state.notice.value = error instanceof Error ? error.message : String(error);
    }
  }

  /** Forget what was reached once the view is another one. */
  private check(): void {
    const reached = this.reached.peek();
    if (!reached) return;
    const now = reached.pane.motion.seen;
    const { space, dims } = reached.scene;
    const there = now?.scene === reached.scene && isSame(reached.pane.motion.basis(space, dims), reached.basis);
    // A transition passes by; the basis that it leads to is what counts.
    if (now && !there) this.reached.value = null;
  }

  /** Look at each frame whether what is told still holds. */
  follow(): () => void {
    const { state } = this;
    return effect(() => {
      void [state.stage.value, state.scene.value, state.beside.stage.value, state.beside.scene.value];
      this.check();
    });
  }

  private take(pane: Pane, of: BestViewOf, scene: Scene, { basis, before, after, whose }: Better): void {
    this.state.handling.step(() => pane.motion.restore(new Map([[scene.space, basis]])));
    this.reached.value = { of, before, after, whose, pane, scene, basis };
  }

  /** The better view; in words, why there is none; null where nobody waits for it any more. */
  private async find(pane: Pane, of: BestViewOf, seen: Seen, wanted: () => boolean): Promise<Better | string | null> {
    const drawn = drawnSamples(pane.shown.peek());
    const selected = new Set(this.state.selection.peek());
    const chosen = drawn.filter((sample) => selected.has(sample));
    const own = chosen.length > 2;
    const members = own ? chosen : drawn;
    if (drawn.length < 3) return "Fewer than three samples are drawn: there is nothing to show more of.";
    const whose = own ? `of ${chosen.length.toLocaleString("en-US")} selected samples` : drawn.length < pane.shown.peek().length ? `of ${drawn.length.toLocaleString("en-US")} shown samples` : "";
    if (of === "neighbors") return this.byNeighbors(pane, seen, drawn, own ? selected : null, whose, wanted);
    const some = evenlyOf(members.length, MOST).map((i) => members[i]);
    return of === "variance" ? byVariance(seen, some, whose) : this.byClasses(pane, seen, some, drawn, own, whose);
  }

  private byClasses(pane: Pane, seen: Seen, members: Int32Array, drawn: Int32Array, own: boolean, whose: string): Better | string {
    const { of, names } = pane.grouping.peek() ?? pane.recording.peek()?.classes ?? { of: new Uint16Array(0), names: [] };
    let taken = members.filter((sample) => of[sample] < names.length);
    let groups = taken.map((sample) => of[sample]);
    let said = whose;
    if (new Set(groups).size < 2) {
      // A selection of one class is parted from what is not selected.
      if (!own) return "One group alone is drawn: color by something that parts the samples, or select some of them.";
      const selected = new Set(members);
      taken = evenlyOf(drawn.length, MOST).map((i) => drawn[i]);
      groups = taken.map((sample) => (selected.has(sample) ? 1 : 0));
      if (new Set(groups).size < 2) return "All that is drawn is selected: there is nothing to part it from.";
      said = `${whose} from the others`;
    }
    const { scene, basis } = seen;
    const { dims } = scene;
    const cloud = { rows: coordinatesOf(scene, taken), dims };
    const two = new Set(groups).size === 2;
    const { between, within } = scattersOf(cloud, groups);
    const wide = widened(within, dims);
    const score = (plane: Plane): number => ratioOn(plane, between, wide, dims);
    return better(basis, dims, discriminantPlane(cloud, groups), score, said, two);
  }

  private async byNeighbors(pane: Pane, { scene, basis }: Seen, drawn: Int32Array, selected: ReadonlySet<number> | null, whose: string, wanted: () => boolean): Promise<Better | string | null> {
    const recording = pane.recording.peek();
    if (!recording) return null;
    const { dims } = scene;
    // In a very large cloud the search is among some of it; all that counts are neighbors that are there.
    const pool = drawn.length > 2 * MOST ? keptOf(drawn, selected) : drawn;
    const places = Int32Array.from([...pool.keys()].filter((place) => !selected || selected.has(pool[place])));
    const company = await neighborhoods(pane, recording, scene, pool, evenlyOf(places.length, MEASURED).map((i) => places[i]), wanted);
    if (!company) return null;
    if (company.near.every(({ length }) => !length)) return "None of these samples has a neighbor that is drawn.";
    const cloud = { rows: coordinatesOf(scene, pool), dims };
    const starts: Plane[] = [localityPlane(cloud, company), variancePlane(scatterOf(cloud), dims)];
    const labels = (pane.grouping.peek() ?? recording.classes).of;
    const parted = pool.map((sample) => (selected ? (selected.has(sample) ? 1 : 0) : labels[sample]));
    if (new Set(parted).size > 1) starts.push(discriminantPlane(cloud, parted));
    const around = selected && besides(cloud, company, (place) => selected.has(pool[place]));
    if (around) starts.push(discriminantPlane(...around));
    const search = searchRecall(cloud, company, [basis, ...starts.map((plane) => basisOf(plane, basis, dims))]);
    const found = await inSlices(search, wanted);
    if (!found) return null;
    const turned = basisOf(planeOf(found.basis, dims), basis, dims);
    const [before, after] = [await measuredOn(recording, scene, basis, company, wanted), await measuredOn(recording, scene, turned, company, wanted)];
    if (!before || !after) return null;
    return after.recall > before.recall ? { basis: turned, before: before.recall, after: after.recall, whose } : { basis, before: before.recall, after: before.recall, whose };
  }
}

function byVariance({ scene, basis }: Seen, members: Int32Array, whose: string): Better {
  const { dims } = scene;
  const scatter = scatterOf({ rows: coordinatesOf(scene, members), dims });
  return better(basis, dims, variancePlane(scatter, dims), (plane) => shareOn(plane, scatter, dims), whose, false);
}

/** The basis of a plane, if it shows more than the present one does. */
function better(basis: Float64Array, dims: number, plane: Plane, score: (plane: Plane) => number, whose: string, upright: boolean): Better {
  const turned = basisOf(plane, basis, dims, upright);
  const [before, after] = [score(planeOf(basis, dims)), score(planeOf(turned, dims))];
  return after > before * (1 + MARGIN) ? { basis: turned, before, after, whose } : { basis, before, after: before, whose };
}

/** The samples of a selection against those around it: neighbors of theirs that are not selected; null where there are none. */
function besides({ rows, dims }: Rows, { measured, near }: Company, isInside: (place: number) => boolean): [Rows, Uint8Array] | null {
  const around = new Set<number>();
  for (const list of near) for (const place of list) if (!isInside(place)) around.add(place);
  if (!around.size) return null;
  const taken = [...measured, ...around];
  const some = new Float64Array(taken.length * dims);
  taken.forEach((place, i) => some.set(rows.subarray(place * dims, (place + 1) * dims), i * dims));
  return [{ rows: some, dims }, Uint8Array.from(taken, (_, i) => (i < measured.length ? 0 : 1))];
}

/** Some of a large cloud, with all that is selected. */
function keptOf(drawn: Int32Array, selected: ReadonlySet<number> | null): Int32Array {
  const every = Math.ceil(drawn.length / (2 * MOST));
  return drawn.filter((sample, i) => i % every === 0 || selected?.has(sample) === true);
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
