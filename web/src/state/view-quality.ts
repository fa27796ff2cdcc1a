/** How much of each sample's neighborhood this very view keeps: measured whenever a picture rests. */

import { effect, type Signal, untracked } from "@preact/signals";
import { stepNearest } from "../data/steps";
import { graphOf, isCurrent, isReadable, type NeighborGraph, readGraph } from "../data/neighbor-graphs";
import type { FrameLayer } from "../tour/frame";
import { type Company, evenlyOf, keptOn, nearInGraph, nearInScene, projected } from "../tour/recall";
import type { Scene } from "../tour/scene";
import type { AppState, OpenRecording } from "./app-state";
import type { Pane } from "./pane";
import { inSlices } from "./slices";

/** Samples that are measured at most, each among all that are drawn. */
const MEASURED = 2000;
/** Products of coordinates that finding neighbors in the layout may take: with more, fewer samples are measured. */
const WORK = 1e9;
/** Neighbors of a sample where nothing says how many, and those whose labels are compared. */
export const USUAL_K = 15;
export const HIT_K = 6;
/** Milliseconds that a picture rests before it is measured. */
const RESTED = 120;

/** Where the neighbors are from that the view keeps or loses: the layer, as the recording has them; or all dimensions of the layout. */
export type Of = { readonly kind: "layer"; readonly graph: NeighborGraph } | { readonly kind: "layout" };

export interface ViewMeasures {
  /** Of each sample's k neighbors, the share among its k nearest in the view. */
  readonly recall: number;
  readonly k: number;
  /** Of each labeled sample's six nearest in the view, the share with its label. */
  readonly hit: number | null;
  /** Samples that were measured, and the drawn ones among which they were. */
  readonly measured: number;
  readonly among: number;
  readonly samples: number;
  readonly of: Of;
}

export type ViewQuality =
  | { readonly kind: "moving" }
  | { readonly kind: "measuring" }
  | { readonly kind: "unmeasured"; readonly reason: string }
  | ({ readonly kind: "measured" } & ViewMeasures);

/** The samples that are drawn, ascending. */
export function drawnSamples(shown: Uint8Array): Int32Array {
  const drawn: number[] = [];
  for (let i = 0; i < shown.length; i++) if (shown[i]) drawn.push(i);
  return Int32Array.from(drawn);
}

/** What is measured of a picture, and what it is compared with. */
export interface Neighborhoods extends Company {
  readonly of: Of;
  readonly k: number;
}

/** The neighbors that the recording has of what a picture shows: of its layer at the nearest checkpoint that is laid out. */
export function graphOfPane(pane: Pane): NeighborGraph | null {
  const store = pane.recording.value?.store;
  const shown = pane.steps.value;
  if (!store || !shown) return null;
  const nearest = shown.steps.indexOf(stepNearest(shown, pane.checkpoint.value));
  const entry = shown.embedding.steps[shown.steps[nearest]];
  const flow = pane.flow.value?.flow;
  const layer = flow ? (flow.stops[Math.round(pane.flowPlace.value)]?.layer ?? null) : entry.layer;
  return entry.lent ? null : graphOf(store, layer, shown.places[nearest]);
}

/** The neighborhoods of the samples at some places of the pool; null where it was not wanted any more. */
export async function neighborhoods(pane: Pane, recording: OpenRecording, scene: Scene, pool: Int32Array, places: Int32Array, wanted: () => boolean): Promise<Neighborhoods | null> {
  const { store } = recording;
  const steps = pane.steps.peek();
  const graph = untracked(() => graphOfPane(pane));
  const k = (steps && steps.embedding.quality[stepNearest(steps, pane.checkpoint.peek())]?.k) || USUAL_K;
  if (graph && isReadable(store, graph) && (await isCurrent(store, graph))) {
    const indices = await readGraph(store, graph);
    const used = Math.min(k, graph.count);
    return { of: { kind: "layer", graph }, k: used, pool, measured: places, near: nearInGraph(indices, graph.count, used, pool, places, store.index.samples) };
  }
  const most = Math.max(20, Math.floor(WORK / (Math.max(1, pool.length) * scene.dims)));
  const measured = evenlyOf(places.length, most).map((i) => places[i]);
  const near = await inSlices(nearInScene(scene, k, pool, measured), wanted);
  return near && { of: { kind: "layout" }, k: Math.min(k, pool.length - 1), pool, measured, near };
}

/** The labels by place in the pool; −1 for none. */
export function labelsIn({ classes }: OpenRecording, pool: Int32Array): Int32Array {
  return pool.map((sample) => (classes.of[sample] < classes.names.length ? classes.of[sample] : -1));
}

/** What a view keeps of neighborhoods. */
export async function measuredOn(recording: OpenRecording, scene: Scene, basis: ArrayLike<number>, found: Neighborhoods, wanted: () => boolean): Promise<ViewMeasures | null> {
  const places = await inSlices(projected(scene, basis, found.pool), wanted);
  const kept = places && (await inSlices(keptOn(places[0], places[1], found, labelsIn(recording, found.pool), HIT_K), wanted));
  return kept && { ...kept, k: found.k, measured: found.measured.length, among: found.pool.length, samples: recording.store.index.samples, of: found.of };
}

const MOVING: ViewQuality = { kind: "moving" };
const MEASURING: ViewQuality = { kind: "measuring" };

/** Keep the measures of a picture what the picture is. */
export function followView(state: AppState, pane: Pane, found: Signal<ViewQuality> = pane.viewQuality): () => void {
  let timer = 0;
  /** What is measured, or on its way to be. */
  let last: Asked | null = null;

  const measure = async (asked: Asked): Promise<void> => {
    const { recording, shown } = asked;
    const { seen } = pane.motion;
    const wanted = (): boolean => last === asked;
    if (!seen || seen.scene.parts.length > 1) {
      found.value = { kind: "unmeasured", reason: pane.flow.peek() ? "between two layers" : "between two checkpoints" };
      return;
    }
    try {
      const pool = drawnSamples(shown);
      if (pool.length < 3) {
        found.value = { kind: "unmeasured", reason: "fewer than three samples are drawn" };
        return;
      }
      const company = await neighborhoods(pane, recording, seen.scene, pool, evenlyOf(pool.length, MEASURED), wanted);
      const measures = company && (await measuredOn(recording, seen.scene, seen.basis, company, wanted));
      if (!measures || !wanted()) return;
      found.value = Number.isFinite(measures.recall) ? { kind: "measured", ...measures } : { kind: "unmeasured", reason: "no sample's neighbors are drawn" };
    } catch (error) {
      if (wanted()) found.value = { kind: "unmeasured", reason: error instanceof Error ? error.message : String(error) };
    }
  };

  return effect(() => {
    // Each frame that was drawn comes by here.
    void [pane.stage.value, pane.scene.value];
    const shown = pane.shown.value;
    const recording = pane.recording.value;
    const moves = state.active || state.held.value || pane.fetching.value;
    const layers = moves ? [] : (pane.motion.frame()?.layers ?? []);
    if (last && !moves && last.recording.store === recording?.store && last.shown === shown && areAlike(last.layers, layers)) return;
    clearTimeout(timer);
    last = null;
    if (moves || !recording || !layers.length) {
      found.value = MOVING;
      return;
    }
    // What was measured is of another view.
    found.value = MEASURING;
    const asked = (last = { layers, shown, recording });
    timer = window.setTimeout(() => void measure(asked), RESTED);
  });
}

interface Asked {
  readonly layers: readonly FrameLayer[];
  readonly shown: Uint8Array;
  readonly recording: OpenRecording;
}

function areAlike(a: readonly FrameLayer[], b: readonly FrameLayer[]): boolean {
  const same = (p: Float32Array, q: Float32Array): boolean => p.length === q.length && p.every((value, i) => value === q[i]);
  return a.length === b.length && a.every(({ step, x, y }, i) => step === b[i].step && same(x, b[i].x) && same(y, b[i].y));
}
