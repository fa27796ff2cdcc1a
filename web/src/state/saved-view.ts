/** What of the public state a saved view keeps, and what of a saved one still applies to the recording that is open. */

import { samplesOf, type SavedSelection } from "../data/people";
import type { RecordingIndex } from "../data/recording-index";
import { stopOf } from "../data/flow-steps";
import type { AppState } from "./app-state";
import { arrangementOf } from "./arrangement";
import { changesFor } from "./given-state";
import type { PublicState } from "./public-state";

export type Wanted = Readonly<Record<string, unknown>>;

/** What says nothing of the picture, or follows from the rest. */
const LEFT_OUT: readonly string[] = [
  ...["recording", "checkpointName", "checkpointPlaying", "speed", "bookmark"],
  // What the hand holds and types is the reader's own.
  ...["tool", "combine", "brush", "search"],
];

/** Decimals of a basis: far below a pixel, and a sixth of the digits of a double. */
const DECIMALS = 6;

/** Samples up to which they are kept in the view itself; more are kept as a selection, by its name. */
export const MOST_SAMPLES = 500;

/** The part of the public state that a saved view keeps. */
export function keptOf(shown: PublicState): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(shown)) if (!LEFT_OUT.includes(key)) kept[key] = value;
  // A name outlives the place in the list: checkpoints may be put before it.
  kept.checkpoint = Number.isInteger(shown.checkpoint) && shown.checkpointName ? shown.checkpointName : rounded(shown.checkpoint);
  // Of the Trails view, where that is what is seen.
  if (shown.view !== "trails") delete kept.trails;
  if (shown.layerPlace === null) delete kept.layerPlace;
  else kept.layerPlace = rounded(shown.layerPlace);
  if (shown.basis) kept.basis = shown.basis.map(rounded);
  if (shown.beside?.basis) kept.beside = { ...shown.beside, basis: shown.beside.basis.map(rounded) };
  kept.camera = { zoom: rounded(shown.camera.zoom), x: rounded(shown.camera.x), y: rounded(shown.camera.y) };
  return kept;
}

function rounded(value: number): number {
  return Number(value.toFixed(DECIMALS));
}

/** A checkpoint by its name or place; null where none is asked for. */
export function placeOfCheckpoint(index: RecordingIndex, checkpoint: unknown): number | null {
  if (typeof checkpoint === "number") return checkpoint;
  if (typeof checkpoint !== "string") return null;
  const place = index.checkpoints.findIndex(({ name }) => name === checkpoint);
  return place < 0 ? null : place;
}

/** Put the samples in the place of names of selections. */
export function resolved(given: Wanted, selections: readonly SavedSelection[]): { wanted: Wanted; problems: string[] } {
  const wanted: Record<string, unknown> = { ...given };
  const problems: string[] = [];
  for (const key of ["selection", "filter"] as const) {
    const name = wanted[key];
    if (typeof name !== "string") continue;
    const found = selections.find((selection) => selection.name === name);
    if (found) wanted[key] = samplesOf(found);
    else {
      delete wanted[key];
      problems.push(`the selection “${name}” is gone`);
    }
  }
  return { wanted, problems };
}

/** What is told together makes sense together alone. */
const TOGETHER: readonly string[] = ["layer", "embedding", "layerPlace"];

/** What of a saved view can be shown here, and in words what can't. */
export function applicable(state: AppState, given: Wanted): { wanted: Wanted; problems: string[] } {
  const { wanted: told, problems } = resolved(given, state.people.peek().selections);
  const wanted: Record<string, unknown> = {};
  const where = Object.fromEntries(TOGETHER.filter((key) => told[key] !== undefined).map((key) => [key, told[key]]));
  const attempt = (part: Wanted): boolean => {
    try {
      changesFor(state, part);
      Object.assign(wanted, part);
      return true;
    } catch (error) {
      problems.push(error instanceof Error ? error.message.split("; got ")[0] + gotOf(error.message) : String(error));
      return false;
    }
  };
  const placed = !Object.keys(where).length || attempt(where);
  // The layer may be there though the layout of it is not.
  if (!placed && told.embedding !== undefined && state.choicesOf(String(told.layer)).length) wanted.layer = told.layer;
  for (const [key, value] of Object.entries(told)) {
    if (TOGETHER.includes(key) || (key === "basis" && !placed)) continue;
    if (key === "basis" && Array.isArray(value) && dimsOf(state, wanted) !== Math.sqrt(value.length)) {
      problems.push(`its view is of ${Math.round(Math.sqrt(value.length))} dimensions`);
      continue;
    }
    attempt({ [key]: value });
  }
  return { wanted, problems };
}

/** "got …" of a message, if that is short. */
function gotOf(message: string): string {
  const got = /; got (.{1,40}?); /.exec(message)?.[1];
  return got ? ` (${got})` : "";
}

/** The dimensions of what such a state shows. */
function dimsOf(state: AppState, { layer, embedding, layerPlace }: Wanted): number | undefined {
  const recording = state.recording.peek();
  if (!recording) return undefined;
  const named = recording.flows.find(({ flow }) => embedding === `flow:${flow.name}`)?.flow;
  const flow = named ?? (embedding === undefined ? state.flow.peek()?.flow : undefined);
  if (flow) {
    const stop = typeof layerPlace === "number" ? Math.round(layerPlace) : typeof layer === "string" ? stopOf(flow, layer) : Math.round(state.flowPlace.peek());
    return flow.stops[stop]?.dims;
  }
  const of = typeof layer === "string" ? layer : state.layer.peek();
  const offered = state.choicesOf(of);
  if (embedding === undefined) return state.steps.peek()?.embedding.dims;
  return (offered.find((choice) => choice.embedding.name === embedding) ?? offered[0])?.embedding.dims;
}

/** Is the stage where a saved view leads, but for what moves by itself? */
export function isSeen(state: AppState, given: Wanted): boolean {
  const recording = state.recording.value;
  if (!recording) return false;
  const { wanted } = resolved(given, state.people.value.selections);
  const flow = state.flow.value?.flow;
  const place = placeOfCheckpoint(recording.store.index, wanted.checkpoint);
  const at = typeof wanted.layerPlace === "number" ? wanted.layerPlace : flow && typeof wanted.layer === "string" ? stopOf(flow, wanted.layer) : null;
  return (
    (wanted.view ?? "tour") === state.view.value &&
    (typeof wanted.embedding !== "string" || wanted.embedding === state.steps.value?.embedding.name) &&
    (flow && at !== null ? Math.abs(at - state.flowPlace.value) < 0.005 : typeof wanted.layer !== "string" || wanted.layer === state.layer.value) &&
    (place === null || wanted.checkpointPlaying === true || Math.abs(clamped(place, state.span.value) - state.checkpoint.value) < 0.005) &&
    (wanted.panes ?? arrangementOf(state)) === arrangementOf(state) &&
    (wanted.colorBy ?? state.colorBy.value) === state.colorBy.value &&
    sameSet(wanted.groups, state.groups.value) &&
    sameSet(wanted.filter, state.filter.value) &&
    (!(Array.isArray(wanted.selection) && wanted.selection.length) || sameSet(wanted.selection, state.selection.value))
  );
}

function clamped(place: number, [first, last]: readonly [number, number]): number {
  return Math.min(last, Math.max(first, place));
}

/** Is a list that was asked for the present one? What was not asked for is. */
function sameSet(wanted: unknown, now: readonly number[] | null): boolean {
  if (wanted === undefined) return true;
  const [a, b] = [Array.isArray(wanted) ? wanted : [], now ?? []];
  const there = new Set<unknown>(b);
  return a.length === there.size && a.every((x) => there.has(x));
}
