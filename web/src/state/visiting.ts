/** The way to a saved view: by the ordinary transitions, one after another where they need each other; anybody may stop it. */

import { batch, type Signal, signal } from "@preact/signals";
import { stopOf } from "../data/flow-steps";
import { wantedFor } from "../data/steps";
import { asCamera, type Camera } from "../tour/camera";
import { smoothstep, TRANSITION } from "../tour/time";
import type { AppState } from "./app-state";
import { changesFor, writeState } from "./given-state";
import { offerChosen } from "./units";
import { applicable, placeOfCheckpoint, type Wanted } from "./saved-view";
import { spaceOfEmbedding } from "./spaces";

/** What is gone to; all else is set at once. */
const MOVED: readonly string[] = ["layer", "embedding", "layerPlace", "checkpoint", "basis", "camera", "playing", "checkpointPlaying"];

export class Visiting {
  readonly underWay: Signal<boolean> = signal(false);
  /** What is to be done next, each once the stage rests. */
  private stages: (() => void)[] = [];
  private camera: { readonly from: Camera; readonly to: Camera; elapsed: number } | null = null;

  constructor(private readonly state: AppState) {}

  /** Set out for a part of the public state. What does not apply here is left out, and said. */
  visit(given: Wanted): string[] {
    const { state } = this;
    this.stop();
    const { wanted, problems } = applicable(state, given);
    const panes = wanted.panes ?? (state.grid.open.peek() ? "grid" : "one");
    if ((wanted.view ?? "tour") !== "tour" || panes === "grid") {
      // There is no one stage to move on.
      writeState(state, wanted);
      return problems;
    }
    const { camera, playing, checkpointPlaying } = wanted;
    const rest = Object.fromEntries(Object.entries(wanted).filter(([key]) => !MOVED.includes(key)));
    const plays = typeof playing === "boolean" ? playing : state.playing.peek();
    state.halt();
    state.handling.step(() => {
      state.playing.value = false;
      for (const change of changesFor(state, rest)) change();
    });
    const to = asCamera(camera);
    if (to) this.camera = { from: state.camera.peek(), to, elapsed: 0 };
    this.stages = [
      ...this.way(wanted),
      () => {
        state.playing.value = plays && !(playing === true && state.motion.still);
        if (checkpointPlaying === true && !state.motion.still) state.going.playCheckpoints();
      },
    ];
    this.stages.shift()?.();
    this.underWay.value = true;
    state.woken.value += 1;
    return problems;
  }

  /** Stay where everything is now. */
  stop(): void {
    if (!this.underWay.peek()) return;
    this.stages = [];
    this.camera = null;
    this.underWay.value = false;
    this.state.halt();
  }

  /** Let time pass. */
  advance(seconds: number): void {
    if (!this.underWay.peek()) return;
    if (this.camera) {
      const way = this.camera;
      way.elapsed += seconds;
      const done = this.state.motion.still || way.elapsed >= TRANSITION;
      this.state.camera.value = done ? way.to : between(way.from, way.to, smoothstep(way.elapsed / TRANSITION));
      if (done) this.camera = null;
    }
    if (this.camera || !this.state.resting) return;
    const next = this.stages.shift();
    if (next) next();
    if (!this.stages.length) this.underWay.value = false;
  }

  /** What leads to the layer, the checkpoint and the basis. */
  private way(wanted: Wanted): (() => void)[] {
    const { state } = this;
    const { layer, embedding, layerPlace, checkpoint, basis } = wanted;
    const recording = state.recording.peek();
    const place = recording && placeOfCheckpoint(recording.store.index, checkpoint);
    const toCheckpoint = (): void => {
      if (place !== null && place !== state.checkpoint.peek()) state.going.toCheckpoint(place, true);
    };
    const toBasis = (): void => {
      const seen = state.steps.peek()?.embedding;
      if (seen && Array.isArray(basis)) state.motion.turnTo(spaceOfEmbedding(seen), seen.dims, basis as number[]);
      state.woken.value += 1;
    };
    const here = state.flow.peek()?.flow;
    const named = recording?.flows.find(({ flow }) => embedding === `flow:${flow.name}`)?.flow;
    const flow = named ?? (embedding === undefined ? here : undefined);
    if (!flow) {
      return [
        () => {
          batch(() => {
            if (typeof embedding === "string") offerChosen(state, embedding);
            const told = recording?.store.embeddings.find(({ name }) => name === embedding);
            if (told) state.going.toMethod(wantedFor(state.choicesOf(typeof layer === "string" ? layer : state.layer.peek()), told));
            if (typeof layer === "string") state.going.toLayer(layer);
            toBasis();
          });
          toCheckpoint();
        },
      ];
    }
    const at = typeof layerPlace === "number" ? layerPlace : typeof layer === "string" ? stopOf(flow, layer) : state.flowPlace.peek();
    const stop = Math.round(at);
    const enter = (): void => {
      if (here === flow) {
        if (state.flowPlace.peek() !== stop) state.going.along(stop, true);
        return;
      }
      batch(() => {
        state.going.setFlowPlace(stop);
        toBasis();
      });
      toCheckpoint();
    };
    // The view of a place between two stops follows from that of the nearer one.
    return [enter, toBasis, () => at !== stop && state.going.along(at, true)];
  }
}

function between(from: Camera, to: Camera, share: number): Camera {
  return {
    zoom: from.zoom * (to.zoom / from.zoom) ** share,
    x: from.x + share * (to.x - from.x),
    y: from.y + share * (to.y - from.y),
  };
}

/** Keys that do nothing by themselves. */
const IDLE = new Set(["Tab", "Shift", "Control", "Alt", "Meta", "CapsLock"]);

/** Who takes hold of something stops the way to a saved view. */
export function listenForInterruptions(visiting: Visiting): () => void {
  const stop = (event: Event): void => {
    if (event instanceof KeyboardEvent && IDLE.has(event.key)) return;
    const target = event.target instanceof Element ? event.target : null;
    if (event instanceof KeyboardEvent || target?.closest("[data-testid=stage], button, input, select, a, label")) visiting.stop();
  };
  const events = ["pointerdown", "wheel", "keydown"] as const;
  for (const name of events) window.addEventListener(name, stop, { capture: true, passive: true });
  return () => events.forEach((name) => window.removeEventListener(name, stop, { capture: true }));
}
