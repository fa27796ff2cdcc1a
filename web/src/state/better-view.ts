/** Finds the view that shows most of something: groups apart, variance, or neighbors kept. Fetched when one is asked for. */

import { basisOf, discriminantPlane, planeOf, type Plane, ratioOn, type Rows, scatterOf, scattersOf, shareOn, variancePlane, widened } from "../tour/planes";
import { type Company, coordinatesOf, evenlyOf } from "../tour/recall";
import { localityPlane, searchRecall } from "../tour/recall-search";
import type { AppState } from "./app-state";
import type { BestViewOf, Better, Seen } from "./best-view";
import type { Pane } from "./pane";
import { inSlices } from "./slices";
import { drawnSamples, measuredOn, neighborhoods } from "./view-quality";

/** Samples that planes are found from at most, evenly over those that are drawn. */
const MOST = 20_000;
/** Samples whose neighbors count in the search and in what is told of it. */
const MEASURED = 2000;
/** Better by less than this share is no better. */
const MARGIN = 1e-6;

/** The better view; in words, why there is none; null where nobody waits for it any more. */
export async function betterView(state: AppState, pane: Pane, of: BestViewOf, seen: Seen, wanted: () => boolean): Promise<Better | string | null> {
  const drawn = drawnSamples(pane.shown.peek());
  const selected = new Set(state.selection.peek());
  const chosen = drawn.filter((sample) => selected.has(sample));
  const own = chosen.length > 2;
  const members = own ? chosen : drawn;
  if (drawn.length < 3) return "Fewer than three samples are drawn: there is nothing to show more of.";
  const whose = own ? `of ${chosen.length.toLocaleString("en-US")} selected samples` : drawn.length < pane.shown.peek().length ? `of ${drawn.length.toLocaleString("en-US")} shown samples` : "";
  if (of === "neighbors") return byNeighbors(pane, seen, drawn, own ? selected : null, whose, wanted);
  const some = evenlyOf(members.length, MOST).map((i) => members[i]);
  return of === "variance" ? byVariance(seen, some, whose) : byClasses(pane, seen, some, drawn, own, whose);
}

function byClasses(pane: Pane, seen: Seen, members: Int32Array, drawn: Int32Array, own: boolean, whose: string): Better | string {
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

async function byNeighbors(pane: Pane, { scene, basis }: Seen, drawn: Int32Array, selected: ReadonlySet<number> | null, whose: string, wanted: () => boolean): Promise<Better | string | null> {
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
