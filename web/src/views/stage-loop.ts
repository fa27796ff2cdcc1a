/** What every stage on the graphics card needs: a frame when one is asked for, its size, and care for a lost context. */

import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { FrameTimes } from "../state/frame-times";
import { secondsBetween } from "../tour/time";

export interface Looped {
  readonly canvas: HTMLCanvasElement;
  /** What the stage is as large as, and where that goes; left out, it is of one size. */
  readonly fit?: { readonly box: HTMLElement; readonly resize: (width: number, height: number, ratio: number) => void };
  /** While this holds no time passes by itself; see `film.ts`. */
  readonly held: ReadonlySignal<boolean>;
  /** Let time pass for what the stage does not own. */
  readonly advance: (seconds: number) => void;
  /** Let it pass for what is on the stage, and draw. */
  readonly pass: (seconds: number) => void;
  /** Is another frame needed? */
  readonly active: () => boolean;
  readonly frameTimes: FrameTimes;
  /** A picture is asked for: the last one is not the newest any more. */
  readonly onAsk?: () => void;
  /** The graphics context is gone, with all that was made in it. */
  readonly onLost: () => void;
  /** It was lost, or is there again: then another stage is to be made. */
  readonly contextChanged: (there: boolean) => void;
}

export interface StageLoop {
  /** Draw with the screen's next frame. */
  readonly ask: () => void;
  /** Let time pass and draw at once. */
  readonly pass: (seconds: number) => void;
  readonly stop: () => void;
}

export function runLoop({ canvas, fit, held, advance, pass, active, frameTimes, onAsk, onLost, contextChanged }: Looped): StageLoop {
  let request = 0;
  // What was made in a context that was lost is gone for good: the next stage draws, not this one.
  let lost = false;
  let last: number | null = null;
  const draw = (seconds: number): void => {
    // A stage that left the page is ended a little later: till then nothing of it is the page's picture.
    if (!lost && canvas.isConnected) pass(seconds);
  };
  const frame = (now: number): void => {
    request = 0;
    const began = performance.now();
    const seconds = last === null || held.peek() ? 0 : secondsBetween(last, now);
    advance(seconds);
    draw(seconds);
    frameTimes.add(performance.now() - began);
    last = now;
    if (active() && !held.peek()) ask();
    else last = null;
  };
  const ask = (): void => {
    onAsk?.();
    if (!lost) request ||= requestAnimationFrame(frame);
  };
  const contextLost = (event: Event): void => {
    event.preventDefault();
    lost = true;
    cancelAnimationFrame(request);
    request = 0;
    onLost();
    contextChanged(false);
  };
  const contextRestored = (): void => contextChanged(true);
  canvas.addEventListener("webglcontextlost", contextLost);
  canvas.addEventListener("webglcontextrestored", contextRestored);
  const unfit = fit && fitted(fit, ask);
  return {
    ask,
    pass: draw,
    stop: () => {
      cancelAnimationFrame(request);
      unfit?.();
      canvas.removeEventListener("webglcontextlost", contextLost);
      canvas.removeEventListener("webglcontextrestored", contextRestored);
    },
  };
}

/** Keep a stage as large as its box, from now on; returns how to end it. */
function fitted({ box, resize }: NonNullable<Looped["fit"]>, ask: () => void): () => void {
  const measure = (): void => {
    const { width, height } = box.getBoundingClientRect();
    resize(width, height, window.devicePixelRatio || 1);
    ask();
  };
  const observer = new ResizeObserver(measure);
  observer.observe(box);
  // The ratio changes without the size when a window goes to another screen.
  const ratio = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  ratio.addEventListener("change", measure);
  measure();
  return () => {
    observer.disconnect();
    ratio.removeEventListener("change", measure);
  };
}

/**
 * Runs a stage while its elements are on the page, and anew when the context comes back or one of `inputs` is another one.
 * `run` returns how to end it; undefined where there is nothing to run on yet.
 */
export function useStage(run: (contextChanged: (there: boolean) => void) => (() => void) | undefined, inputs: readonly unknown[]): { readonly failure: string | null; readonly lost: boolean } {
  const [failure, setFailure] = useState<string | null>(null);
  const [lost, setLost] = useState(false);
  // A lost context comes back as a new one: the stage is built again.
  const [life, setLife] = useState(0);
  useEffect(() => {
    try {
      return run((there) => {
        setLost(!there);
        if (there) setLife((n) => n + 1);
      });
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      return;
    }
  }, [...inputs, life]);
  return { failure, lost };
}
