/** The loop that draws a grid, and the hand on it: pointing lights a sample in every cell, dragging brushes. */

import { effect } from "@preact/signals";
import { litSteps } from "../data/coloring";
import { combined } from "../data/sample-sets";
import { type Box, type Drawn, GridStage, placeIn } from "../render/grid-stage";
import type { AppState } from "../state/app-state";
import type { GridMotion } from "../state/grid-motion";
import { NO_IMAGES } from "../state/stage-view";
import { ringColor, toRgb } from "../theme/palette";
import { theme } from "../theme/theme";
import { listenTo, placeOn } from "./listening";
import { runLoop } from "./stage-loop";

/** CSS pixels around the pointer that a brush takes, and that a pointer may move in a click. */
const BRUSH = 10;
const STILL = 4;
const SVG = "http://www.w3.org/2000/svg";

/** A pointer that found nothing under it. It outlives a run: cells get another size under a hand that keeps still. */
export interface GridHand {
  /** CSS pixels of the canvas; null where something was found, or the pointer is elsewhere. */
  waits: readonly [number, number] | null;
}

export interface GridRun {
  readonly state: AppState;
  readonly motion: GridMotion;
  readonly canvas: HTMLCanvasElement;
  readonly marks: SVGSVGElement;
  readonly columns: number;
  /** CSS pixels of a cell. */
  readonly width: number;
  readonly height: number;
  readonly hand: GridHand;
  /** The graphics context was lost, or is there again: then another stage is to be made. */
  readonly contextChanged: (there: boolean) => void;
}

export function runGrid({ state, motion, canvas, marks, columns, width, height, hand, contextChanged }: GridRun): () => void {
  const stage = new GridStage(canvas);
  const rows = Math.ceil(motion.frames().length / Math.max(1, columns));
  canvas.style.width = `${width * columns}px`;
  canvas.style.height = `${height * rows}px`;
  const boxOf = (i: number): Box => ({ x: (i % columns) * width, y: Math.floor(i / columns) * height, width, height });
  const cells = (): (Drawn | null)[] => motion.frames().map((picture, i) => picture && { frame: picture, ...boxOf(i) });
  // From the first: a hand that points before the first frame finds what lies under it.
  let drawn = cells();
  const cellAt = (x: number, y: number): Drawn | null => drawn[Math.floor(y / height) * columns + Math.floor(x / width)] ?? null;

  const pointedAt = (x: number, y: number): number | null => {
    const cell = cellAt(x, y);
    return cell && stage.pick(cell, x, y);
  };
  const pass = (seconds: number): void => {
    const playing = state.playing.peek() && !state.held.peek();
    state.motion.advance(seconds, playing, state.speed.peek());
    motion.advance(seconds, playing, state.speed.peek());
    drawn = cells();
    // A cloud that comes later is pointed at by a hand that is there already; one that turns under it is not.
    if (hand.waits && !state.active && state.hover.peek() === null) state.hover.value = pointedAt(...hand.waits);
    if (state.hover.peek() !== null) hand.waits = null;
    stage.draw(drawn.filter((cell) => cell !== null));
    mark(marks, drawn, state.hover.peek());
    state.drawn = !motion.loading;
    const points = drawn.reduce((sum, cell) => sum + (cell ? cell.frame.layers[0].step.samples : 0), 0);
    state.stage.value = { scale: 1, center: [0, 0], width: width * columns, height: height * rows, devicePixelRatio: window.devicePixelRatio || 1, points, ...NO_IMAGES };
  };
  const loop = runLoop({
    canvas,
    held: state.film.held,
    advance: (seconds) => state.advance(seconds),
    pass,
    active: () => state.active,
    frameTimes: state.frameTimes,
    onLost: () => {
      stage.forget();
      state.drawn = false;
    },
    contextChanged,
  });
  const { ask } = loop;
  stage.resize(width * columns, height * rows, window.devicePixelRatio || 1);
  const stops = [
    effect(() => {
      const coloring = state.coloring.value;
      if (coloring) stage.setClasses(coloring.of);
      ask();
    }),
    effect(() => {
      const ring = toRgb(ringColor(theme.value));
      const coloring = state.coloring.value;
      stage.setColors((coloring?.colors ?? []).map(toRgb), state.preview.value, ring, litSteps(coloring));
      ask();
    }),
    effect(() => {
      stage.setShown(state.shown.value);
      ask();
    }),
    effect(() => {
      stage.setSelected(state.selecting.selected.value);
      ask();
    }),
    effect(() => {
      for (const signal of [state.playing, state.film.held, state.speed, state.woken, state.hover]) void signal.value;
      ask();
    }),
    state.film.join({ box: canvas, pass: loop.pass, vector: () => null, isLoading: () => motion.loading }),
    brushOn(state, canvas, hand, cellAt, stage),
  ];
  return () => {
    loop.stop();
    state.drawn = false;
    for (const stop of stops) stop();
    marks.replaceChildren();
    stage.free();
  };
}

/** A ring around a sample in every cell. */
function mark(marks: SVGSVGElement, drawn: readonly (Drawn | null)[], sample: number | null): void {
  const cells = sample === null ? [] : drawn.filter((cell) => cell !== null);
  while (marks.childElementCount > cells.length) marks.lastElementChild?.remove();
  while (marks.childElementCount < cells.length) marks.append(document.createElementNS(SVG, "circle"));
  cells.forEach((cell, i) => {
    const [x, y] = placeIn(cell, sample ?? 0);
    const circle = marks.children[i];
    circle.setAttribute("cx", x.toFixed(1));
    circle.setAttribute("cy", y.toFixed(1));
    circle.setAttribute("r", "5");
  });
}

/** Point, click and brush on the cells. */
function brushOn(state: AppState, canvas: HTMLCanvasElement, hand: GridHand, cellAt: (x: number, y: number) => Drawn | null, stage: GridStage): () => void {
  let stroke: { x: number; y: number; moved: boolean; taken: readonly number[]; before: ReturnType<AppState["handling"]["moment"]> } | null = null;
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const [x, y] = placeOn(canvas, event);
    hand.waits = null;
    stroke = { x, y, moved: false, taken: event.shiftKey ? state.selection.peek() : [], before: state.handling.moment() };
    if (event.pointerType === "mouse") canvas.setPointerCapture(event.pointerId);
  };
  const onMove = (event: PointerEvent): void => {
    const [x, y] = placeOn(canvas, event);
    const cell = cellAt(x, y);
    if (!stroke) {
      state.hover.value = cell && stage.pick(cell, x, y);
      hand.waits = state.hover.value === null ? [x, y] : null;
      return;
    }
    if (!stroke.moved && Math.hypot(x - stroke.x, y - stroke.y) < STILL) return;
    stroke.moved = true;
    state.hover.value = null;
    if (!cell) return;
    stroke.taken = combined(stroke.taken, stage.within(cell, x, y, BRUSH), "add");
    state.selection.value = stroke.taken;
  };
  const onUp = (event: PointerEvent): void => {
    const [x, y] = placeOn(canvas, event);
    const cell = cellAt(x, y);
    if (stroke?.moved) state.handling.record(stroke.before);
    else if (stroke && cell && event.type === "pointerup") {
      const sample = stage.pick(cell, x, y);
      if (sample !== null) state.select(sample, event.shiftKey);
    }
    stroke = null;
  };
  const onLeave = (): void => {
    hand.waits = null;
    if (!stroke) state.hover.value = null;
  };
  return listenTo(canvas, { pointerdown: onDown, pointermove: onMove, pointerup: onUp, pointercancel: onUp, pointerleave: onLeave });
}
