/** Opens recordings and keeps the scene what the state asks for. The only place between the views and the server. */

import { batch, computed, effect } from "@preact/signals";
import { readClasses } from "../data/columns";
import { byCorrectness, byLabel, byPrediction } from "../data/coloring";
import { axesOf } from "../data/recording-index";
import { FlowCache } from "../data/flows";
import { Samples } from "../data/samples";
import { type LayerSteps, StepCache, weightedSteps } from "../data/steps";
import { listRecordings, type RecordingEntry, RecordingStore } from "../data/store";
import { WHOLE } from "../tour/camera";
import { type Scene, spaceOf } from "../tour/scene";
import type { AppState, OpenRecording } from "./app-state";
import { flowScene } from "./flow-scene";
import { openPeople } from "./people";

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

export async function openRecording(state: AppState, entry: RecordingEntry): Promise<void> {
  state.phase.value = { kind: "loading" };
  state.scene.value = null;
  try {
    const store = await RecordingStore.open(entry.url);
    const classes = await readClasses(store);
    const recording: OpenRecording = { entry, store, classes, steps: new StepCache(store), samples: new Samples(store), flows: flowsOf(store) };
    batch(() => {
      state.gone.value = false;
      state.colorBy.value = "label";
      state.coloring.value = byLabel(classes);
      state.groups.value = state.filter.value = state.hover.value = null;
      state.selection.value = [];
      state.handling.forget();
      state.camera.value = WHOLE;
      state.recording.value = recording;
    });
    openPeople(state, entry.name);
    enter(state);
  } catch (error) {
    state.phase.value = { kind: "failed", message: say(error) };
  }
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
  state.setCheckpoint(checkpoints - 1);
  state.instant = true;
  state.phase.value = { kind: "ready" };
}

/** Keep the coloring what was asked for, at the checkpoint that is nearest. */
export function followColoring(state: AppState): () => void {
  const nearest = computed(() => Math.round(state.checkpoint.value));
  return effect(() => {
    const recording = state.recording.value;
    const by = state.colorBy.value;
    const place = by === "label" ? 0 : nearest.value;
    if (!recording) return;
    const { classes, samples } = recording;
    if (by === "label") {
      if (state.coloring.peek()?.by !== "label") state.coloring.value = byLabel(classes);
      return;
    }
    samples.scores(place).then(
      (scores) => {
        const asked = state.recording.peek() === recording && state.colorBy.peek() === by && nearest.peek() === place;
        if (asked) state.coloring.value = by === "prediction" ? byPrediction(scores, classes) : byCorrectness(scores, classes);
      },
      (error: unknown) => (state.notice.value = say(error)),
    );
  });
}

export function flowsOf(store: RecordingStore): FlowCache[] {
  return store.flows.map((flow) => new FlowCache(store, flow));
}

/** Keep the scene in step with the place on a flow, while one is shown. */
export function followFlow(state: AppState): () => void {
  return effect(() => {
    const recording = state.recording.value;
    const flow = state.flow.value;
    const place = state.flowPlace.value;
    void state.attempt.value;
    if (state.phase.value.kind !== "ready" || !recording || !flow) return;
    const scene = flowScene(recording.store.index, flow, place, state.instant);
    const before = Math.floor(place);
    const legs = [before, before - 1, before + 1].filter((i) => i >= 0 && i < flow.flow.steps.length);
    const isCurrent = (): boolean => state.flow.peek() === flow && state.flowPlace.peek() === place;
    const fail = (error: unknown): void => {
      if (!isCurrent()) return;
      state.fetching.value = false;
      state.scene.value = null;
      state.problem.value = say(error);
    };
    if (scene) {
      show(state, scene);
      // What lies on both sides will be wanted next; what fails is said when it is.
      for (const leg of legs) flow.leg(leg).catch(() => undefined);
      return;
    }
    state.fetching.value = true;
    const needed: Promise<unknown> = Number.isInteger(place) ? flow.stop(place) : flow.leg(before);
    needed.then(() => {
      const found = isCurrent() && flowScene(recording.store.index, flow, place, state.instant);
      if (found) show(state, found);
    }, fail);
  });
}

/** Keep the scene in step with layer, embedding and checkpoint: loading what is missing, and what will be wanted next. */
export function follow(state: AppState): () => void {
  return effect(() => {
    const recording = state.recording.value;
    const layer = state.steps.value;
    const position = state.checkpoint.value;
    void state.attempt.value;
    if (state.phase.value.kind !== "ready" || !recording || !layer || state.flow.value) return;
    const wanted = weightedSteps(layer, position);
    const here = sceneOf(state, recording, layer, wanted);
    if (here) {
      show(state, here);
      void prefetch(state, recording, layer);
      return;
    }
    state.fetching.value = true;
    Promise.all(wanted.map(({ step }) => recording.steps.load(layer.embedding, step))).then(
      () => {
        if (!current(state, recording, layer, position)) return;
        const scene = sceneOf(state, recording, layer, wanted);
        if (scene) show(state, scene);
        void prefetch(state, recording, layer);
      },
      (error: unknown) => {
        if (!current(state, recording, layer, position)) return;
        // No picture is better than another picture than the one that was asked for.
        state.fetching.value = false;
        state.scene.value = null;
        state.problem.value = say(error);
      },
    );
  });
}

function show(state: AppState, scene: Scene): void {
  state.fetching.value = false;
  state.problem.value = null;
  state.instant = false;
  state.drawn = false;
  state.scene.value = scene;
}

function current(state: AppState, recording: OpenRecording, layer: LayerSteps, position: number): boolean {
  return state.recording.peek() === recording && state.steps.peek() === layer && state.checkpoint.peek() === position;
}

function sceneOf(
  state: AppState,
  recording: OpenRecording,
  layer: LayerSteps,
  wanted: readonly { step: number; weight: number }[],
): Scene | null {
  const { embedding } = layer;
  const parts = [];
  for (const { step, weight } of wanted) {
    const data = recording.steps.peek(embedding, step);
    if (!data) return null;
    parts.push({ step: data, weight });
  }
  const key = [recording.entry.name, embedding.name, embedding.version, embedding.steps[layer.steps[0]].layer].join("\n");
  const axes = axesOf(embedding);
  return { key, dims: embedding.dims, space: spaceOf(embedding.dims, axes !== null), parts, axes, instant: state.instant };
}

/** Bytes a layer's checkpoints may take to be fetched ahead. */
const AHEAD = 64 << 20;

/** Fetch the layer's other checkpoints, nearest first and one at a time, so that the scrubber never waits. */
async function prefetch(state: AppState, recording: OpenRecording, layer: LayerSteps): Promise<void> {
  const bytes = recording.store.index.samples * layer.embedding.dims * 2;
  const order = layer.steps
    .map((step, i) => ({ step, distance: Math.abs(layer.places[i] - state.checkpoint.peek()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, Math.max(3, Math.floor(AHEAD / Math.max(1, bytes))));
  for (const { step } of order) {
    if (recording.steps.peek(layer.embedding, step)) continue;
    if (state.steps.peek() !== layer) return;
    try {
      await recording.steps.load(layer.embedding, step);
    } catch {
      return; // it is said when the step is asked for
    }
  }
}
