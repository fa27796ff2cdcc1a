/**
 * `window.inscape`: the page's state as plain JSON, for scripts, tests and links.
 *
 *     window.inscape.state                     read all of it
 *     window.inscape.state = {layer: "conv2"}  set a part; it is shown at once, without a transition
 *     window.inscape.frameTime                 main-thread milliseconds of the last frames
 *     window.inscape.whereIs(sample)           its place on the last picture, in CSS pixels of the stage
 *     window.inscape.whereIs(sample, true)     the same of the second picture; `viewBeside` is where that one draws
 *     await window.inscape.frame(1 / 30)       stop the clock, let so much time pass, draw; see film.ts for hold and release
 *     window.inscape.ways                      what there is to go through: layers, checkpoints (first and last), flows, trails (steps)
 *     await window.inscape.svg({transparent: true})  the stage's picture as SVG
 *     window.inscape.quality                   what this very view keeps of the neighborhoods, once it rests; see `ViewQuality`
 *     window.inscape.images()                  the samples that are drawn as images, or with their texts
 *     new window.inscape.GrandTour(d, seed)    the tour's mathematics by itself
 *     window.inscape.view                      where the stage draws, see `StageView`; `ready` when the picture is the state's
 *
 * A sample lies at x = center[0] + scale · p[0] and y = center[1] − scale · p[1] in CSS pixels of the stage, where
 * p = aligned · basis[:, :2] and aligned = screen · scale of the embedding. Between two checkpoints it lies on the straight
 * line from one place to the other, as far along as the checkpoint tells.
 *
 * A handle is {kind: "axis", axis: 3}, {kind: "class", group: 3} (a place in the legend) or {kind: "samples", samples:
 * [5, 6]}; each may have `name` and `pinned`. `of` is the axis' own name, or the coloring: where they are others, the handle
 * is hidden; null is any. What is assigned here is not a step of undo.
 */

import type { ColorBy } from "../data/coloring";
import type { Marks } from "../render/marks-layer";
import type { ScaleName } from "../theme/scales";
import type { Camera } from "../tour/camera";
import { GrandTour } from "../tour/grand-tour";
import type { Handle } from "../tour/handles";
import type { AppState, ViewName } from "./app-state";
import { type PublicPanes, readPanes } from "./arrangement";
import type { MovementFrom } from "./coloring";
import type { VectorOptions } from "./film";
import { type GivenRange, rangeGiven } from "./given-range";
import { writeState } from "./given-state";
import { type MatrixView, type PublicLikeness, readLikeness } from "./likeness-public";
import { type PublicTools, readTools } from "./public-tools";
import { type PublicUnits, readUnits } from "./given-units";
import { spaceOfEmbedding } from "./spaces";
import type { UnitsPicture } from "./units";
import type { StageView } from "./stage-view";
import type { ViewQuality } from "./view-quality";
import { readTrails } from "./given-trails";
import type { PublicTrails } from "./trails";

export interface PublicState extends PublicPanes, PublicTools, PublicLikeness {
  /** What the Units view shows. */
  units: PublicUnits;
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
  /** The Trails view; null where the recording has no trails. */
  trails: PublicTrails | null;
  /** The saved view whose sentence is read; setting it goes nowhere. */
  bookmark: string | null;
}

export interface PublicView extends StageView {
  readonly ready: boolean;
  /** In the Layers view: where the matrix draws. */
  readonly matrix: MatrixView | null;
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
      readonly view: PublicView | UnitsView | null;
      readonly viewBeside: PublicView | null;
      readonly whereIs: (sample: number, beside?: boolean) => readonly [number, number] | null;
      readonly images: (beside?: boolean) => readonly number[];
      readonly frameTime: FrameTime | null;
      readonly quality: ViewQuality;
      readonly qualityBeside: ViewQuality;
      readonly ways: { readonly layers: string[]; readonly checkpoints: readonly [number, number]; readonly flows: string[]; readonly trails: readonly [number, number] | null };
      readonly hold: (seed?: number) => Promise<void>;
      readonly frame: (seconds?: number) => Promise<void>;
      readonly release: () => void;
      readonly svg: (options?: VectorOptions) => Promise<string>;
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
    trails: state.trails.index.peek() && readTrails(state),
    ...readPanes(state),
    ...readLikeness(state),
    bookmark: state.bookmarks?.current.peek()?.name ?? null,
    ...readTools(state),
    units: readUnits(state),
  };
}

/** What the Units view shows; null before it does. */
export interface UnitsView extends UnitsPicture {
  readonly ready: boolean;
}

function unitsView(state: AppState): UnitsView | null {
  const { units } = state;
  if (state.phase.peek().kind !== "ready") return null;
  const quiet = !state.going.underWay && !state.coloringOnTheWay.peek() && !units.loading.peek() && units.measuring.peek() === null;
  const picture = units.picture?.() ?? null;
  const none = units.index.peek() === null || units.problem.peek() !== null;
  return { ready: quiet && (none || picture !== null), ...(picture ?? { units: [], width: 0, height: 0 }) };
}

function copied(list: readonly number[] | null): number[] | null {
  return list && [...list];
}

export function publish(state: AppState): void {
  window.inscape = {
    get state(): PublicState {
      return readState(state);
    },
    set state(value: PublicState) {
      writeState(state, value);
    },
    get view(): PublicView | UnitsView | null {
      if (state.view.peek() === "units") return unitsView(state);
      const stage = state.stage.peek();
      return stage && { ...stage, ready: state.settled, matrix: state.likeness.drawn };
    },
    get viewBeside(): PublicView | null {
      const stage = state.beside.stage.peek();
      return stage && state.beside.open.peek() ? { ...stage, ready: state.settled, matrix: null } : null;
    },
    whereIs: (sample, beside = false) => (beside ? state.beside : state).whereIs?.(sample) ?? null,
    get ways() {
      const flows = state.recording.peek()?.flows ?? [];
      const steps = state.trails.index.peek()?.steps.length;
      const trails: [number, number] | null = steps ? [0, steps - 1] : null;
      return { trails, layers: [...state.layers.peek()], checkpoints: state.span.peek(), flows: flows.map(({ flow: { name } }) => `flow:${name}`) };
    },
    hold: (seed) => state.film.hold(seed),
    frame: (seconds) => state.film.frame(seconds),
    release: () => state.film.release(),
    svg: (options) => state.film.svg(options),
    images: (beside = false) => (beside ? state.beside : state).imagesDrawn?.() ?? [],
    GrandTour,
    get quality() {
      return state.viewQuality.peek();
    },
    get qualityBeside() {
      return state.beside.viewQuality.peek();
    },
    get frameTime(): FrameTime | null {
      return state.frameTimes.summary();
    },
  };
}
