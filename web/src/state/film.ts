/**
 * Time as a script lets it pass: frame by frame, each with all that belongs to it, however slow the machine is.
 *
 *     await window.inscape.hold()        the clock stands; the recording is open
 *     await window.inscape.frame(1 / 30) so much time passes, and the picture of that moment is on the screen
 *     window.inscape.release()           the clock goes on
 */

import { effect, signal, untracked } from "@preact/signals";
import type { AppState } from "./app-state";
import { part } from "./part";

/** A stage, as far as a film needs it. */
export interface FilmedStage {
  /** Where it lies on the page. */
  readonly box: HTMLElement;
  /** Let time pass for what moves on it, and draw. */
  readonly pass: (seconds: number) => void;
  /** Its last picture as vectors, by what makes them; null where there is none. */
  readonly vector: (vectors: Vectors, options: VectorOptions) => SVGSVGElement | null;
  /** Its last picture in so many pixels to a CSS pixel, without a ground; where that is better than painting the vectors. */
  readonly pixels?: (ratio: number) => HTMLCanvasElement | null;
  /** Is something of it still on its way? */
  readonly isLoading?: () => boolean;
}

export type Vectors = typeof import("../render/vector");

export interface VectorOptions {
  /** Leave the ground out. */
  readonly transparent?: boolean;
}

/** The tour turns no farther at once than in this many seconds at its usual speed; see `LONGEST_STEP`. */
const LONGEST_PART = 0.1;

/** Frames of the screen that a stage may take to be there: half a minute. */
const MOST_TRIES = 2000;

export class Film {
  /** Does the clock stand? */
  readonly held = signal(false);
  private readonly stages = new Set<FilmedStage>();
  private readonly awaited = new Set<Promise<unknown>>();

  constructor(private readonly state: AppState) {}

  /** A stage that is there; returns what is to be called when it goes. */
  readonly join = (stage: FilmedStage): (() => void) => {
    this.stages.add(stage);
    return () => this.stages.delete(stage);
  };

  /** Something that the picture is made of is on its way; given back as it is. */
  awaits<T>(promise: Promise<T>): Promise<T> {
    const ended: Promise<unknown> = promise.then(
      () => this.awaited.delete(ended),
      () => this.awaited.delete(ended),
    );
    this.awaited.add(ended);
    return promise;
  }

  /** Stop the clock once the recording is open, and let the tours begin anew from where they are, by a seed. */
  async hold(seed = 0): Promise<void> {
    if (!Number.isInteger(seed) || seed < 0) throw new TypeError(`the seed is a whole number; got ${seed}; 0 is the usual`);
    this.held.value = true;
    await this.opened();
    for (const { motion } of [this.state, this.state.beside]) {
      motion.begin(seed);
      // What the page was doing by itself is done with.
      motion.settle();
    }
    this.state.trails.settle();
  }

  release(): void {
    this.held.value = false;
    this.state.woken.value += 1;
  }

  /** Let so much time pass; resolves when the picture is on the screen. */
  async frame(seconds = 0): Promise<void> {
    if (!(seconds >= 0 && seconds <= 60)) throw new TypeError(`a frame takes from 0 to 60 seconds; got ${seconds}; 1 / 30 is usual`);
    this.held.value = true;
    await this.fetched();
    await this.staged();
    const parts = Math.max(1, Math.ceil((seconds * Math.max(1, this.state.speed.peek())) / LONGEST_PART));
    for (let part = 0; part < parts; part++) {
      this.state.advance(seconds / parts);
      await this.fetched();
      for (const stage of this.stages) stage.pass(seconds / parts);
    }
    // What follows from it is written to the page first, and is on the screen one frame later.
    await nextFrame();
    await nextFrame();
    // A part of the page that was not there yet is wanted by then.
    if (!this.awaited.size) return;
    await this.fetched();
    await this.staged();
    for (const stage of this.stages) stage.pass(0);
    await nextFrame();
    await nextFrame();
  }

  /** The picture as SVG. */
  async svg(options: VectorOptions = {}): Promise<string> {
    return new XMLSerializer().serializeToString(await this.vector(options));
  }

  async vector(options: VectorOptions = {}): Promise<SVGSVGElement> {
    const vectors = await part(import("../render/vector"));
    const stages = [...this.stages].filter(({ box }) => box.isConnected);
    const pictures = stages.map((stage) => stage.vector(vectors, options)).filter((picture) => picture !== null);
    if (!pictures.length || pictures.length < stages.length) throw new Error("there is no picture of this as vectors");
    return vectors.joined(pictures, stages.map(({ box }) => box.getBoundingClientRect()));
  }

  /** The picture as pixels, so many to a CSS pixel. */
  async canvas(ratio: number): Promise<HTMLCanvasElement> {
    const [{ groundOf }, { grounded, painted }] = await part(Promise.all([import("../render/vector"), import("../render/painting")]));
    const stages = [...this.stages].filter(({ box }) => box.isConnected);
    const own = stages.length === 1 ? stages[0].pixels?.(ratio) : null;
    return own ? grounded(own, groundOf(stages[0].box)) : painted(await this.vector(), ratio);
  }

  /** Resolves when everything that the scene is made of is there. */
  private async fetched(): Promise<void> {
    const { state } = this;
    const panes = state.beside.open.peek() ? [state, state.beside] : [state];
    const fetching = (): boolean => panes.some((pane) => pane.fetching.value);
    while (untracked(fetching) || this.awaited.size) {
      await until(() => !fetching());
      await Promise.all(this.awaited);
    }
    for (const { problem } of panes) if (problem.peek() !== null) throw new Error(problem.peek() ?? "");
    await this.opened();
  }

  /** Resolves when there is a stage, where the view has one: the page makes it a moment after the recording is open. */
  private async staged(): Promise<void> {
    const { state } = this;
    const view = state.view.peek();
    const trails = view === "trails" && state.trails.index.peek() !== null;
    const missing = (): boolean => this.stages.size < (view === "tour" && state.beside.open.peek() ? 2 : 1);
    const loading = (): boolean => [...this.stages].some(({ isLoading }) => isLoading?.());
    for (let tries = 0; (view === "tour" || trails) && (missing() || loading()); tries++) {
      if (trails && state.trails.problem.peek() !== null) throw new Error(state.trails.problem.peek() ?? "");
      if (tries === MOST_TRIES) throw new Error(document.querySelector(".main .message")?.textContent ?? "the stage does not draw");
      await nextFrame();
    }
  }

  private async opened(): Promise<void> {
    const { phase } = this.state;
    await until(() => phase.value.kind !== "loading");
    const now = phase.peek();
    if (now.kind === "failed") throw new Error(now.message);
    if (now.kind === "empty") throw new Error(now.what === "embeddings" ? "nothing is laid out yet" : `no ${now.what} yet`);
  }
}

/** Resolves when a condition on signals holds. */
function until(condition: () => boolean): Promise<void> {
  return new Promise((done) => {
    let stop: (() => void) | undefined;
    let over = false;
    stop = effect(() => {
      if (over || !condition()) return;
      over = true;
      // Not from within the effect, where what it stops is not there yet.
      queueMicrotask(() => stop?.());
      done();
    });
  });
}

function nextFrame(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => done()));
}
