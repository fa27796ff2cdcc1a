/** The ways through layers and checkpoints: at once where they are near, else by a transition that time carries on. */

import { batch } from "@preact/signals";
import { layerOfStop, stopOf } from "../data/flow-steps";
import { smoothstep, TRANSITION } from "../tour/time";
import { type AppState, FLOW } from "./app-state";

/** Seconds that a step from layer to layer takes, and a longer way at most. */
const LEG_SECONDS = 1.6;
const LONGEST_WAY = 8;

/** Checkpoints a second while the checkpoints play. */
const CHECKPOINT_RATE = 0.8;

interface Way {
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
  elapsed: number;
}

export class Going {
  /** Along a flow, and from checkpoint to checkpoint. */
  private flowWay: Way | null = null;
  private way: Way | null = null;

  constructor(private readonly state: AppState) {}

  get underWay(): boolean {
    return this.way !== null || this.flowWay !== null;
  }

  /** Stay where it is. */
  stop(): void {
    this.way = this.flowWay = null;
    this.state.checkpointPlaying.value = false;
  }

  toLayer(layer: string): void {
    const { state } = this;
    if (state.flow.peek()) {
      this.along(state.layers.peek().indexOf(layer));
      return;
    }
    state.layer.value = layer;
    this.stayInSpan();
  }

  layersOn(by: number): void {
    const { state } = this;
    if (state.flow.peek()) {
      this.along(onward(this.flowWay?.to ?? state.flowPlace.peek(), by));
      return;
    }
    const layers = state.layers.value;
    const next = layers[layers.indexOf(state.layer.value) + by];
    if (next) this.toLayer(next);
  }

  /** Go along the flow: near places at once (the pointer is on the scrubber), unless `eased`; far ones through all that lies between. */
  along(place: number, eased = false): void {
    const { state } = this;
    const to = Math.min(state.layers.peek().length - 1, Math.max(0, place));
    const from = state.flowPlace.peek();
    const distance = Math.abs(to - from);
    if ((distance <= 0.5 && !eased) || state.motion.still) {
      this.flowWay = null;
      this.placeOnFlow(to);
    } else {
      this.flowWay = { from, to, elapsed: 0, seconds: Math.min(LONGEST_WAY, LEG_SECONDS * distance) };
      state.woken.value += 1;
    }
  }

  /** Show a place of the flow, with no transition. */
  setFlowPlace(place: number): void {
    this.state.method.value = FLOW;
    this.flowWay = null;
    this.placeOnFlow(place);
  }

  private placeOnFlow(place: number): void {
    const { flowPlace, layer, layers } = this.state;
    batch(() => {
      flowPlace.value = place;
      layer.value = layers.peek()[Math.round(place)] ?? layer.peek();
    });
  }

  /** See the layer by another method: an embedding's, or a flow's. */
  toMethod(method: string): void {
    const { state } = this;
    const before = state.flow.peek();
    if (method === FLOW && before) return;
    if (method === FLOW) {
      const flow = state.recording.peek()?.flows[0]?.flow;
      if (!flow) return;
      const stop = stopOf(flow, state.layer.peek());
      batch(() => this.setFlowPlace(stop < 0 ? flow.stops.length - 1 : stop));
    } else {
      batch(() => {
        state.method.value = method;
        if (before) state.layer.value = layerOfStop(before.flow, state.nearestStop.peek()) ?? state.layers.value[0] ?? "";
      });
    }
    this.stayInSpan();
  }

  /** Go to a checkpoint: near ones at once (the pointer is on the scrubber), unless `eased`; far ones by a transition. */
  toCheckpoint(place: number, eased = false): void {
    const { checkpoint, checkpointPlaying, motion, woken } = this.state;
    const to = this.inSpan(place);
    checkpointPlaying.value = false;
    if ((Math.abs(to - checkpoint.value) <= 0.5 && !eased) || motion.still) {
      this.way = null;
      checkpoint.value = to;
    } else {
      this.way = { from: checkpoint.value, to, elapsed: 0, seconds: TRANSITION };
      woken.value += 1;
    }
  }

  /** Set the checkpoint as it is told, with no transition. */
  setCheckpoint(place: number): void {
    this.way = null;
    this.state.checkpoint.value = this.inSpan(place);
  }

  /** To the next whole checkpoint, from where the last such step goes to. */
  checkpointsOn(by: number): void {
    this.toCheckpoint(onward(this.way?.to ?? this.state.checkpoint.value, by));
  }

  /** Play, from the end of a way that is gone just now; or stay. */
  playCheckpoints(): void {
    const { checkpoint, checkpointPlaying, span, woken } = this.state;
    const [first, last] = span.value;
    const plays = !checkpointPlaying.value && last > first;
    const from = this.way?.to ?? checkpoint.value;
    if (!plays || from >= last) this.way = null;
    if (plays && from >= last) checkpoint.value = first;
    checkpointPlaying.value = plays;
    woken.value += 1;
  }

  /** Let time pass. */
  advance(seconds: number): void {
    const { checkpoint, checkpointPlaying, span } = this.state;
    if (this.flowWay) {
      this.placeOnFlow(passed(this.flowWay, seconds));
      if (this.flowWay.elapsed >= this.flowWay.seconds) this.flowWay = null;
    }
    if (this.way) {
      checkpoint.value = passed(this.way, seconds);
      if (this.way.elapsed >= this.way.seconds) this.way = null;
    } else if (checkpointPlaying.value) {
      const [, last] = span.value;
      const next = checkpoint.value + seconds * CHECKPOINT_RATE;
      checkpoint.value = Math.min(last, next);
      if (next >= last) checkpointPlaying.value = false;
    }
  }

  private inSpan(place: number): number {
    const [first, last] = this.state.span.value;
    return Math.min(last, Math.max(first, place));
  }

  private stayInSpan(): void {
    const { checkpoint } = this.state;
    if (this.inSpan(checkpoint.value) !== checkpoint.value) this.toCheckpoint(checkpoint.value);
  }
}

/** Where one is on a way, once so much more time has passed. */
function passed(way: Way, seconds: number): number {
  way.elapsed += seconds;
  return way.elapsed < way.seconds ? way.from + smoothstep(way.elapsed / way.seconds) * (way.to - way.from) : way.to;
}

/** The next whole place. */
function onward(from: number, by: number): number {
  return by > 0 ? Math.floor(from + 1e-6) + by : Math.ceil(from - 1e-6) + by;
}
