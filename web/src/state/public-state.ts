/**
 * `window.inscape`: the page's state as plain JSON, for scripts, tests and links.
 *
 *     window.inscape.state                     read all of it
 *     window.inscape.state = {layer: "conv2"}  set a part; it is shown at once, without a transition
 *     window.inscape.view                      where the stage draws, see `StageView`; `ready` when the picture is the state's
 *
 * A sample lies at x = center[0] + scale · p[0] and y = center[1] − scale · p[1] in CSS pixels of the stage, where
 * p = aligned · basis[:, :2] and aligned = screen · scale of the embedding, linear between checkpoints.
 */

import { batch } from "@preact/signals";
import { axesOf } from "../data/recording-index";
import { deviation } from "../tour/matrix";
import type { AppState, StageView } from "./app-state";

export interface PublicState {
  view: "tour";
  recording: string;
  layer: string;
  embedding: string | null;
  /** A place in the list of checkpoints, with a fraction between two. */
  checkpoint: number;
  checkpointName: string;
  /** d × d, row-major; the first two columns are the screen. */
  basis: number[] | null;
  playing: boolean;
  checkpointPlaying: boolean;
  speed: number;
  colorBy: "label";
  /** The samples that alone are drawn; null draws all. */
  filter: number[] | null;
}

export interface PublicView extends StageView {
  readonly ready: boolean;
}

declare global {
  interface Window {
    inscape?: { state: PublicState; readonly view: PublicView | null };
  }
}

export function readState(state: AppState): PublicState {
  const recording = state.recording.peek();
  const steps = state.steps.peek();
  const place = state.checkpoint.peek();
  return {
    view: "tour",
    recording: recording?.entry.name ?? "",
    layer: state.layer.peek(),
    embedding: steps?.embedding.name ?? null,
    checkpoint: place,
    checkpointName: recording?.store.index.checkpoints[Math.round(place)]?.name ?? "",
    basis: steps ? [...state.motion.basis(steps.embedding.dims, axesOf(steps.embedding) !== null)] : null,
    playing: state.playing.peek(),
    checkpointPlaying: state.checkpointPlaying.peek(),
    speed: state.speed.peek(),
    colorBy: "label",
    filter: state.filter.peek() ? [...(state.filter.peek() ?? [])] : null,
  };
}

function refuse(what: string, got: unknown, remedy: string): never {
  throw new TypeError(`${what}; got ${JSON.stringify(got)}; ${remedy}`);
}

/** Set some of the state. Everything is checked before anything is changed. */
export function writeState(state: AppState, value: unknown): void {
  if (typeof value !== "object" || value === null) refuse("the state is an object", value, "assign {layer: …} or the like");
  const wanted = value as Record<string, unknown>;
  const recording = state.recording.peek();
  if (!recording) throw new TypeError("no recording is open yet; wait until inscape.view is there");
  const { index, embeddings } = recording.store;

  const layer = wanted.layer ?? state.layer.peek();
  const layers = state.layers.peek();
  if (typeof layer !== "string" || !layers.includes(layer)) refuse("no such layer", layer, `choose from ${layers.join(", ")}`);
  const changes: (() => void)[] = [() => (state.layer.value = layer)];

  if (typeof wanted.embedding === "string") {
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
  if (wanted.filter !== undefined) {
    const { filter } = wanted;
    const good = filter === null || (Array.isArray(filter) && filter.every((i) => Number.isInteger(i) && i >= 0 && i < index.samples));
    if (!good) refuse("the filter is a list of samples, or null", filter, `samples go from 0 to ${index.samples - 1}`);
    changes.push(() => (state.filter.value = filter as number[] | null));
  }
  if (wanted.basis !== undefined && wanted.basis !== null) changes.push(basisChange(state, wanted.basis));

  batch(() => {
    state.instant = true;
    state.drawn = false;
    state.motion.settle();
    for (const change of changes) change();
    // A change that made no new scene must be drawn all the same.
    state.woken.value += 1;
  });
  if (!state.fetching.peek()) state.instant = false;
}

function basisChange(state: AppState, basis: unknown): () => void {
  if (!Array.isArray(basis) || !basis.every((x) => typeof x === "number" && Number.isFinite(x))) {
    refuse("the basis is a flat list of d × d numbers", typeof basis, "assign one like inscape.state.basis");
  }
  const numbers = Float64Array.from(basis as number[]);
  const dims = Math.round(Math.sqrt(numbers.length));
  if (dims < 2 || dims * dims !== numbers.length) refuse("the basis is square", numbers.length, "assign d × d numbers");
  if (deviation(numbers, dims) > 1e-3) refuse("the basis is orthonormal", "columns that are not", "orthonormalize it first");
  return () => {
    // The other changes are made: this is the embedding that will be seen.
    const embedding = state.steps.peek()?.embedding;
    const units = embedding !== undefined && embedding.dims === dims && axesOf(embedding) !== null;
    state.motion.setBasis(dims, units, numbers);
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
  };
}
