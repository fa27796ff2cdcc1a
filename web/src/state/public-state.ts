/**
 * `window.inscape`: the page's state as plain JSON, for scripts, tests and links.
 *
 *     window.inscape.state                     read all of it
 *     window.inscape.state = {layer: "conv2"}  set a part; it is shown at once, without a transition
 *     window.inscape.frameTime                 main-thread milliseconds of the last frames
 *     window.inscape.whereIs(sample)           its place on the last picture, in CSS pixels of the stage
 *     window.inscape.whereIs(sample, true)     the same of the second picture; `viewBeside` is where that one draws
 *     await window.inscape.frame(1 / 30)       stop the clock, let so much time pass, draw; see film.ts for hold and release
 *     window.inscape.ways                      what there is to go through: layers, checkpoints (first and last), flows
 *     window.inscape.svg({transparent: true})  the stage's picture as SVG
 *     window.inscape.images()                  the samples that are drawn as images, or with their texts
 *     new window.inscape.GrandTour(d, seed)    the tour's mathematics by itself
 *     window.inscape.view                      where the stage draws, see `StageView`; `ready` when the picture is the state's
 *
 * A sample lies at x = center[0] + scale · p[0] and y = center[1] − scale · p[1] in CSS pixels of the stage, where
 * p = aligned · basis[:, :2] and aligned = screen · scale of the embedding, linear between checkpoints.
 *
 * A handle is {kind: "axis", axis: 3}, {kind: "class", group: 3} (a place in the legend) or {kind: "samples", samples:
 * [5, 6]}; each may have `name` and `pinned`. `of` is the axis' own name, or the coloring: where they are others, the handle
 * is hidden; null is any. What is assigned here is not a step of undo.
 */

import { batch } from "@preact/signals";
import { spaceOf } from "../tour/scene";
import { GrandTour } from "../tour/grand-tour";
import { stopOf } from "../data/flow-steps";
import { LONGEST_QUERY } from "../data/query";
import type { ColorBy } from "../data/coloring";
import type { Marks } from "../render/marks-layer";
import type { ScaleName } from "../theme/scales";
import { asCamera, type Camera } from "../tour/camera";
import type { Handle } from "../tour/handles";
import { paneChanges, type PublicPanes, readPanes } from "./arrangement";
import { asHandles } from "./given-handles";
import type { VectorOptions } from "./film";
import type { MovementFrom } from "./coloring";
import { coloringChanges } from "./given-coloring";
import { type GivenRange, rangeGiven } from "./given-range";
import { refuse } from "./refuse";
import { type AppState, type ViewName, VIEWS } from "./app-state";
import { offeredMarks } from "./marks";
import { type PublicTools, readTools, toolChanges } from "./public-tools";
import { asBasis, spaceOfEmbedding } from "./spaces";
import type { StageView } from "./stage-view";

export interface PublicState extends PublicPanes, PublicTools {
  view: ViewName;
  recording: string;
  layer: string;
  embedding: string | null;
  /** On a flow from layer to layer: a place in the list of its stops, with a fraction between two. Else null. */
  layerPlace: number | null;
  /** A place in the list of checkpoints, with a fraction between two. */
  checkpoint: number;
  checkpointName: string;
  /** d × d, row-major; the first two columns are the screen. */
  basis: number[] | null;
  playing: boolean;
  checkpointPlaying: boolean;
  speed: number;
  /** A built-in coloring, or `column:<name>`. */
  colorBy: ColorBy;
  /** What stands for a sample: "points"; "images", where there is room (texts, of text samples); "averages" of the images. */
  marks: Marks;
  colorScale: ScaleName;
  /** From where a movement is measured: the checkpoint before, or the layer before. */
  movement: MovementFrom;
  /** The numbers of the coloring that alone are drawn, [least, most]; null leaves an end open, or draws all. */
  range: GivenRange;
  /** The groups of the coloring (classes, by their place in the legend) that alone are drawn; null draws all. */
  groups: number[] | null;
  /** The samples that alone are drawn; null draws all. */
  filter: number[] | null;
  selection: number[];
  /** What is typed into the search over the samples. */
  search: string;
  /** Those that were made, named or pinned; the ends of the axes have more of them where `axisHandles` says so. */
  handles: Handle[];
  /** Whether the ends of the axes can be taken hold of; null: where they are named after classes. */
  axisHandles: boolean | null;
  /** The sample that is pointed at. */
  hover: number | null;
  camera: Camera;
  /** The saved view whose sentence is read; setting it goes nowhere. */
  bookmark: string | null;
}

export interface PublicView extends StageView {
  readonly ready: boolean;
}

/** Milliseconds that the main thread took for the last frames: the median and the longest. */
export interface FrameTime {
  readonly median: number;
  readonly longest: number;
  readonly frames: number;
}

declare global {
  interface Window {
    inscape?: {
      state: PublicState;
      readonly view: PublicView | null;
      readonly viewBeside: PublicView | null;
      readonly whereIs: (sample: number, beside?: boolean) => readonly [number, number] | null;
      readonly images: (beside?: boolean) => readonly number[];
      readonly frameTime: FrameTime | null;
      readonly ways: { readonly layers: string[]; readonly checkpoints: readonly [number, number]; readonly flows: string[] };
      readonly hold: (seed?: number) => Promise<void>;
      readonly frame: (seconds?: number) => Promise<void>;
      readonly release: () => void;
      readonly svg: (options?: VectorOptions) => string;
      readonly GrandTour: typeof GrandTour;
    };
  }
}

export function readState(state: AppState): PublicState {
  const recording = state.recording.peek();
  const steps = state.steps.peek();
  const place = state.checkpoint.peek();
  return {
    view: state.view.peek(),
    recording: recording?.entry.name ?? "",
    layer: state.layer.peek(),
    embedding: steps?.embedding.name ?? null,
    layerPlace: state.flow.peek() ? state.flowPlace.peek() : null,
    checkpoint: place,
    checkpointName: recording?.store.index.checkpoints[Math.round(place)]?.name ?? "",
    basis: steps ? [...state.motion.basis(spaceOfEmbedding(steps.embedding), steps.embedding.dims)] : null,
    playing: state.playing.peek(),
    checkpointPlaying: state.checkpointPlaying.peek(),
    speed: state.speed.peek(),
    colorBy: state.colorBy.peek(),
    marks: state.marks.peek(),
    colorScale: state.colorScale.peek(),
    movement: state.movementFrom.peek(),
    range: rangeGiven(state.range.peek()),
    groups: copied(state.groups.peek()),
    filter: copied(state.filter.peek()),
    selection: [...state.selection.peek()],
    search: state.search.text.peek(),
    handles: state.handling.handles.peek().map((handle) => ({ ...handle, ...(handle.kind === "samples" && { samples: [...handle.samples] }) })),
    axisHandles: state.handling.axes.peek(),
    hover: state.hover.peek(),
    camera: { ...state.camera.peek() },
    ...readPanes(state),
    bookmark: state.bookmarks?.current.peek()?.name ?? null,
    ...readTools(state),
  };
}

function copied(list: readonly number[] | null): number[] | null {
  return list && [...list];
}

/** Set some of the state. Everything is checked before anything is changed. */
export function writeState(state: AppState, value: unknown): void {
  const changes = changesFor(state, value);
  batch(() => {
    for (const pane of [state, state.beside]) {
      pane.instant = true;
      pane.drawn = false;
      pane.motion.settle();
    }
    for (const change of changes) change();
    // A change that made no new scene must be drawn all the same.
    state.woken.value += 1;
  });
  for (const pane of [state, state.beside]) if (!pane.fetching.peek()) pane.instant = false;
}

/** What setting some of the state would change; throws, in words, where that makes no sense here. */
export function changesFor(state: AppState, value: unknown): (() => void)[] {
  if (typeof value !== "object" || value === null) refuse("the state is an object", value, "assign {layer: …} or the like");
  const wanted = value as Record<string, unknown>;
  const recording = state.recording.peek();
  if (!recording) throw new TypeError("no recording is open yet; wait until inscape.view is there");
  const { index, embeddings } = recording.store;

  const layer = wanted.layer ?? state.layer.peek();
  const stops = recording.flows.flatMap(({ flow: { stops } }) => stops.map((stop) => stop.name));
  const layers = typeof wanted.embedding !== "string" ? state.layers.peek() : wanted.embedding.startsWith("flow:") ? stops : index.layers.map((l) => l.name).filter((l) => state.choicesOf(l).length > 0);
  if (typeof layer !== "string" || !layers.includes(layer)) refuse("no such layer", layer, `choose from ${layers.join(", ")}`);
  const changes: (() => void)[] = [() => (state.layer.value = layer)];

  const named = recording.flows.find(({ flow: { name } }) => wanted.embedding === `flow:${name}`)?.flow;
  const flow = named ?? (wanted.embedding === undefined ? state.flow.peek()?.flow : undefined);
  if (flow && (named || wanted.layer !== undefined || wanted.layerPlace !== undefined)) {
    const place = wanted.layerPlace ?? stopOf(flow, layer);
    if (typeof place !== "number" || !(place >= 0 && place <= flow.stops.length - 1)) {
      refuse("no such place on the flow", place, `give a number from 0 to ${flow.stops.length - 1}`);
    }
    changes.push(() => state.setFlowPlace(place));
  } else if (typeof wanted.embedding === "string") {
    const embedding = embeddings.find((e) => e.name === wanted.embedding);
    const has = embedding?.steps.some((step) => step.layer === layer);
    const offered = embeddings.filter((e) => e.steps.some((step) => step.layer === layer)).map((e) => e.name);
    // A whole state read before may name the embedding of the layer before: with another layer the choice is made anew.
    if (embedding && has) changes.push(() => (state.method.value = embedding.method));
    else if (!embedding || wanted.layer === undefined) refuse(`no such embedding of ${layer}`, wanted.embedding, `choose from ${offered.join(", ")}`);
  }
  if (wanted.checkpoint !== undefined) {
    const place = typeof wanted.checkpoint === "string" ? index.checkpoints.findIndex((c) => c.name === wanted.checkpoint) : wanted.checkpoint;
    if (typeof place !== "number" || !(place >= 0 && place <= index.checkpoints.length - 1)) {
      refuse("no such checkpoint", wanted.checkpoint, `give a number from 0 to ${index.checkpoints.length - 1}, or a name`);
    }
    changes.push(() => state.setCheckpoint(place));
  } else {
    changes.push(() => state.setCheckpoint(state.checkpoint.peek()));
  }
  for (const name of ["playing", "checkpointPlaying"] as const) {
    const flag = wanted[name];
    if (flag === undefined) continue;
    if (typeof flag !== "boolean") refuse(`${name} is true or false`, flag, "assign one of them");
    changes.push(() => (state[name].value = flag));
  }
  if (wanted.speed !== undefined) {
    const { speed } = wanted;
    if (typeof speed !== "number" || !(speed >= 0 && speed <= 10)) refuse("the speed is from 0 to 10", speed, "1 is the usual");
    changes.push(() => (state.speed.value = speed));
  }
  changes.push(...paneChanges(state, wanted, refuse));
  changes.push(...sampleChanges(state, wanted, index.samples));
  if (wanted.view !== undefined) {
    const view = VIEWS.find((v) => v === wanted.view) ?? refuse("no such view", wanted.view, `choose from ${VIEWS.join(", ")}`);
    changes.push(() => (state.view.value = view));
  }
  if (wanted.marks !== undefined) {
    const offered = offeredMarks(recording);
    const marks = offered.find((m) => m === wanted.marks) ?? refuse("this recording can't show its samples so", wanted.marks, `choose from ${offered.join(", ")}`);
    changes.push(() => (state.marks.value = marks));
  }
  changes.push(...coloringChanges(state, recording, wanted));
  if (wanted.groups !== undefined) {
    const groups = asNumbers(wanted.groups, 65535) ?? refuse("groups are a list of places in the legend, or null", wanted.groups, "assign null for all");
    changes.push(() => (state.groups.value = groups.length ? groups : null));
  }
  if (wanted.handles !== undefined) {
    const handles = asHandles(wanted.handles, index.samples);
    if (typeof handles === "string") refuse(handles, wanted.handles, 'assign a list of {kind: "samples", samples: […]} or the like');
    changes.push(() => (state.handling.handles.value = handles));
  }
  if (wanted.axisHandles !== undefined) {
    const { axisHandles } = wanted;
    if (axisHandles !== null && typeof axisHandles !== "boolean") refuse("axisHandles is true, false or null", axisHandles, "assign one of them");
    changes.push(() => (state.handling.axes.value = axisHandles));
  }
  if (wanted.camera !== undefined) {
    const camera = asCamera(wanted.camera) ?? refuse("the camera is {zoom, x, y}", wanted.camera, "assign {zoom: 1, x: 0, y: 0}");
    changes.push(() => (state.camera.value = camera));
  }
  if (wanted.bookmark !== undefined) {
    const { bookmark } = wanted;
    if (bookmark !== null && typeof bookmark !== "string") refuse("a bookmark is a name, or null", bookmark, "choose a saved view, or null for none");
    changes.push(() => state.bookmarks?.mark(bookmark));
  }
  changes.push(...toolChanges(state, wanted, refuse));
  if (wanted.basis !== undefined && wanted.basis !== null) changes.push(basisChange(state, wanted.basis));
  return changes;
}

/** What is told of samples, one by one. */
function sampleChanges(state: AppState, wanted: Record<string, unknown>, samples: number): (() => void)[] {
  const changes: (() => void)[] = [];
  const remedy = `samples go from 0 to ${samples - 1}`;
  if (wanted.filter !== undefined) {
    const filter = wanted.filter === null ? null : (asNumbers(wanted.filter, samples) ?? refuse("the filter is a list of samples, or null", wanted.filter, remedy));
    changes.push(() => (state.filter.value = filter));
  }
  if (wanted.selection !== undefined) {
    const selection = asNumbers(wanted.selection, samples) ?? refuse("the selection is a list of samples", wanted.selection, remedy);
    changes.push(() => (state.selection.value = selection));
  }
  if (wanted.search !== undefined) {
    const { search } = wanted;
    if (typeof search !== "string" || search.length > LONGEST_QUERY) refuse(`a search is a text of up to ${LONGEST_QUERY} characters`, search, 'assign "label = 3" or the like');
    changes.push(() => (state.search.text.value = search));
  }
  if (wanted.hover !== undefined) {
    const [hover] = asNumbers([wanted.hover ?? 0], samples) ?? refuse("what is pointed at is a sample, or null", wanted.hover, remedy);
    changes.push(() => (state.hover.value = wanted.hover === null ? null : hover));
  }
  return changes;
}

/** A list of whole numbers below a limit, null for none; anything else is undefined. */
function asNumbers(value: unknown, limit: number): number[] | undefined {
  if (value === null) return [];
  const good = Array.isArray(value) && value.every((i) => Number.isInteger(i) && i >= 0 && i < limit);
  return good ? (value as number[]) : undefined;
}

function basisChange(state: AppState, basis: unknown): () => void {
  const numbers = asBasis(basis, refuse);
  const dims = Math.round(Math.sqrt(numbers.length));
  return () => {
    // The other changes are made: this is the embedding that will be seen.
    const embedding = state.steps.peek()?.embedding;
    if (embedding?.dims === dims) state.motion.setBasis(spaceOfEmbedding(embedding), dims, numbers);
    else state.motion.setBasis(spaceOf(dims, false), dims, numbers);
  };
}

export function publish(state: AppState): void {
  window.inscape = {
    get state(): PublicState {
      return readState(state);
    },
    set state(value: PublicState) {
      writeState(state, value);
    },
    get view(): PublicView | null {
      const stage = state.stage.peek();
      return stage && { ...stage, ready: state.settled };
    },
    get viewBeside(): PublicView | null {
      const stage = state.beside.stage.peek();
      return stage && state.beside.open.peek() ? { ...stage, ready: state.settled } : null;
    },
    whereIs: (sample, beside = false) => (beside ? state.beside : state).whereIs?.(sample) ?? null,
    get ways() {
      const flows = state.recording.peek()?.flows ?? [];
      return { layers: [...state.layers.peek()], checkpoints: state.span.peek(), flows: flows.map(({ flow: { name } }) => `flow:${name}`) };
    },
    hold: (seed) => state.film.hold(seed),
    frame: (seconds) => state.film.frame(seconds),
    release: () => state.film.release(),
    svg: (options) => state.film.svg(options),
    images: (beside = false) => (beside ? state.beside : state).imagesDrawn?.() ?? [],
    GrandTour,
    get frameTime(): FrameTime | null {
      return state.frameTimes.summary();
    },
  };
}
