/** Opens recordings and keeps the scene what the state asks for. The only place between the views and the server. */

import { batch, effect } from "@preact/signals";
import { readClasses } from "../data/columns";
import { byLabel } from "../data/coloring";
import { FlowCache } from "../data/flows";
import { TrailsCache } from "../data/trails";
import { Samples } from "../data/samples";
import { type LayerSteps, StepCache, weightedSteps } from "../data/steps";
import { listRecordings, type RecordingEntry, RecordingStore } from "../data/store";
import { WHOLE } from "../tour/camera";
import type { Scene } from "../tour/scene";
import type { AppState, OpenRecording } from "./app-state";
import { flowScene } from "./flow-scene";
import { offeredMarks } from "./marks";
import type { Pane } from "./pane";
import { openPeople } from "./people";
import { sceneOf } from "./scenes";

export function say(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Find the recordings that the server offers, and open one: the one that is named, or the first. */
export async function begin(state: AppState, wanted: string | null): Promise<void> {
  try {
    state.recordings.value = await listRecordings();
    const entries = state.recordings.value;
    const entry = entries.find((e) => e.name === wanted) ?? entries[0];
    if (entry) await openRecording(state, entry);
    else state.phase.value = { kind: "empty", what: "recordings" };
  } catch (error) {
    state.phase.value = { kind: "failed", message: say(error) };
  }
}

async function openedRecording(entry: RecordingEntry): Promise<OpenRecording> {
  const store = await RecordingStore.open(entry.url);
  const classes = await readClasses(store);
  return { entry, store, classes, steps: new StepCache(store), samples: new Samples(store), flows: flowsOf(store), trails: new TrailsCache(store) };
}

export async function openRecording(state: AppState, entry: RecordingEntry): Promise<void> {
  state.phase.value = { kind: "loading" };
  state.scene.value = null;
  try {
    const recording = await openedRecording(entry);
    batch(() => {
      state.gone.value = false;
      state.colorBy.value = "label";
      state.unpainted.value = byLabel(recording.classes);
      state.ownColors.forgetAll();
      state.range.value = null;
      state.groups.value = state.filter.value = state.hover.value = null;
      state.selection.value = [];
      state.handling.forget();
      state.beside.close();
      state.selecting.take("move");
      state.camera.value = WHOLE;
      if (!offeredMarks(recording).includes(state.marks.value)) state.marks.value = "points";
      state.recording.value = recording;
    });
    openPeople(state, entry.name);
    enter(state);
  } catch (error) {
    state.phase.value = { kind: "failed", message: say(error) };
  }
}

/** Open another recording of the same samples in the second picture; null takes the first one's. */
export async function openBeside(state: AppState, name: string | null): Promise<void> {
  const first = state.recording.peek();
  const entry = state.recordings.peek().find((e) => e.name === name);
  if (!first || !entry || entry.name === first.entry.name) {
    state.beside.other.value = null;
    return;
  }
  try {
    const other = await openedRecording(entry);
    const refused = differenceOfSamples(first, other);
    if (refused) state.notice.value = `${entry.name} can't be linked with ${first.entry.name}: ${refused}.`;
    else if (state.recording.peek() === first) state.beside.other.value = other;
  } catch (error) {
    state.notice.value = say(error);
  }
}

/** Why two recordings are not of the same samples; null where nothing speaks against it. */
function differenceOfSamples(first: OpenRecording, other: OpenRecording): string | null {
  const [here, there] = [first.store.index.samples, other.store.index.samples];
  if (here !== there) return `it is of ${there.toLocaleString("en-US")} samples, not of ${here.toLocaleString("en-US")}`;
  const known = first.classes.names.length > 0 && other.classes.names.length > 0;
  const label = (recording: OpenRecording, sample: number): string | undefined => recording.classes.names[recording.classes.of[sample]];
  for (let sample = 0; known && sample < here; sample++) {
    if (label(first, sample) !== label(other, sample)) return `sample ${sample} has the label ${label(other, sample)} there and ${label(first, sample)} here`;
  }
  return null;
}

/** Begin to show the open recording, or say what it lacks. */
export function enter(state: AppState): void {
  const layers = state.layers.value;
  const checkpoints = state.recording.value?.store.index.checkpoints.length ?? 0;
  if (!layers.length) {
    state.phase.value = { kind: "empty", what: checkpoints ? "embeddings" : "checkpoints" };
    return;
  }
  // The last checkpoint of the last layer is what a network is for: there its answer is.
  state.layer.value = layers[layers.length - 1];
  state.going.setCheckpoint(checkpoints - 1);
  state.instant = true;
  state.phase.value = { kind: "ready" };
}

export function flowsOf(store: RecordingStore): FlowCache[] {
  return store.flows.map((flow) => new FlowCache(store, flow));
}

/** Keep the scene in step with the place on a flow, while one is shown. */
export function followFlow(state: AppState, pane: Pane = state): () => void {
  return effect(() => {
    const recording = pane.recording.value;
    const flow = pane.flow.value;
    const place = pane.flowPlace.value;
    void state.attempt.value;
    if (state.phase.value.kind !== "ready" || !recording || !flow) return;
    const scene = flowScene(recording.store.index, flow, place, pane.instant);
    const before = Math.floor(place);
    const legs = [before, before - 1, before + 1].filter((i) => i >= 0 && i < flow.flow.steps.length);
    const isCurrent = (): boolean => pane.flow.peek() === flow && pane.flowPlace.peek() === place;
    const fail = (error: unknown): void => {
      if (!isCurrent()) return;
      pane.fetching.value = false;
      pane.scene.value = null;
      pane.problem.value = say(error);
    };
    if (scene) {
      show(pane, scene);
      // What lies on both sides will be wanted next; what fails is said when it is.
      for (const leg of legs) flow.leg(leg).catch(() => undefined);
      return;
    }
    pane.fetching.value = true;
    const needed: Promise<unknown> = Number.isInteger(place) ? flow.stop(place) : flow.leg(before);
    needed.then(() => {
      const found = isCurrent() && flowScene(recording.store.index, flow, place, pane.instant);
      if (found) show(pane, found);
    }, fail);
  });
}

/** Keep the scene in step with layer, embedding and checkpoint: loading what is missing, and what will be wanted next. */
export function follow(state: AppState, pane: Pane = state): () => void {
  return effect(() => {
    const recording = pane.recording.value;
    const layer = pane.steps.value;
    const position = pane.checkpoint.value;
    void state.attempt.value;
    if (state.phase.value.kind !== "ready" || !recording || !layer || pane.flow.value) return;
    const wanted = weightedSteps(layer, position);
    const here = sceneOf(recording, layer, wanted, pane.instant);
    if (here) {
      show(pane, here);
      void prefetch(pane, recording, layer);
      return;
    }
    pane.fetching.value = true;
    Promise.all(wanted.map(({ step }) => recording.steps.load(layer.embedding, step))).then(
      () => {
        if (!current(pane, recording, layer, position)) return;
        const scene = sceneOf(recording, layer, wanted, pane.instant);
        if (scene) show(pane, scene);
        void prefetch(pane, recording, layer);
      },
      (error: unknown) => {
        if (!current(pane, recording, layer, position)) return;
        // No picture is better than another picture than the one that was asked for.
        pane.fetching.value = false;
        pane.scene.value = null;
        pane.problem.value = say(error);
      },
    );
  });
}

function show(pane: Pane, scene: Scene): void {
  pane.fetching.value = false;
  pane.problem.value = null;
  pane.instant = false;
  pane.drawn = false;
  pane.scene.value = scene;
}

function current(pane: Pane, recording: OpenRecording, layer: LayerSteps, position: number): boolean {
  return pane.recording.peek() === recording && pane.steps.peek() === layer && pane.checkpoint.peek() === position;
}

/** Bytes a layer's checkpoints may take to be fetched ahead. */
const AHEAD = 64 << 20;

/** Fetch the layer's other checkpoints, nearest first and one at a time, so that the scrubber never waits. */
async function prefetch(pane: Pane, recording: OpenRecording, layer: LayerSteps): Promise<void> {
  const bytes = recording.store.index.samples * layer.embedding.dims * 2;
  const order = layer.steps
    .map((step, i) => ({ step, distance: Math.abs(layer.places[i] - pane.checkpoint.peek()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, Math.max(3, Math.floor(AHEAD / Math.max(1, bytes))));
  for (const { step } of order) {
    if (recording.steps.peek(layer.embedding, step)) continue;
    if (pane.steps.peek() !== layer) return;
    try {
      await recording.steps.load(layer.embedding, step);
    } catch {
      return; // it is said when the step is asked for
    }
  }
}
