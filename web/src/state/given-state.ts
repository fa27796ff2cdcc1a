/** Setting the public state: what is given is checked, then made to changes. */

import { batch } from "@preact/signals";
import { stopOf } from "../data/flow-steps";
import { LONGEST_QUERY } from "../data/query-words";
import { wantedFor } from "../data/steps";
import { asCamera } from "../tour/camera";
import { spaceOf } from "../tour/scene";
import { offerChosen } from "./units";
import { type AppState, VIEWS } from "./app-state";
import { paneChanges } from "./arrangement";
import { coloringChanges } from "./given-coloring";
import { asHandles } from "./given-handles";
import { likenessChanges } from "./likeness-public";
import { offeredMarks } from "./marks";
import { toolChanges } from "./public-tools";
import { refuse } from "./refuse";
import { unitsChanges } from "./given-units";
import { asBasis, spaceOfEmbedding } from "./spaces";
import { trailsChanges } from "./given-trails";

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
    state.trails.drawn = false;
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
  const { index } = recording.store;
  const embeddings = [...recording.store.embeddings];

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
    changes.push(() => state.going.setFlowPlace(place));
  } else if (typeof wanted.embedding === "string") {
    const name = wanted.embedding;
    const embedding = recording.store.chosen(name);
    if (embedding?.columns) changes.push(() => void offerChosen(state, name));
    const has = embedding?.steps.some((step) => step.layer === layer);
    const offered = embeddings.filter((e) => e.steps.some((step) => step.layer === layer)).map((e) => e.name);
    // A whole state read before may name the embedding of the layer before: with another layer the choice is made anew.
    if (embedding && has) changes.push(() => (state.method.value = wantedFor(state.choicesOf(layer), embedding)));
    else if (!embedding || wanted.layer === undefined) refuse(`no such embedding of ${layer}`, wanted.embedding, `choose from ${offered.join(", ")}`);
  }
  if (wanted.checkpoint !== undefined) {
    const place = typeof wanted.checkpoint === "string" ? index.checkpoints.findIndex((c) => c.name === wanted.checkpoint) : wanted.checkpoint;
    if (typeof place !== "number" || !(place >= 0 && place <= index.checkpoints.length - 1)) {
      refuse("no such checkpoint", wanted.checkpoint, `give a number from 0 to ${index.checkpoints.length - 1}, or a name`);
    }
    changes.push(() => state.going.setCheckpoint(place));
  } else {
    changes.push(() => state.going.setCheckpoint(state.checkpoint.peek()));
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
    // First of all: a view may arrange the pictures, and what else is told of them holds.
    changes.unshift(() => {
      state.view.value = view;
      state.likeness.sync();
    });
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
  if (wanted.trails !== null) changes.push(...trailsChanges(state, wanted, refuse));
  if (wanted.bookmark !== undefined) {
    const { bookmark } = wanted;
    if (bookmark !== null && typeof bookmark !== "string") refuse("a bookmark is a name, or null", bookmark, "choose a saved view, or null for none");
    changes.push(() => state.bookmarks?.mark(bookmark));
  }
  changes.push(...likenessChanges(state, wanted, refuse));
  changes.push(...toolChanges(state, wanted, refuse));
  changes.push(...unitsChanges(state, wanted, layer));
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
