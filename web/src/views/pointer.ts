/** The hand on the stage: drag and pinch move it, the wheel brings it nearer, a point that is touched tells of itself. */

import type { Signal } from "@preact/signals";
import type { Pen } from "../state/selecting";
import { type Camera, moved, zoomed } from "../tour/camera";
import { listenTo, placeOn } from "./listening";

export interface Hand {
  readonly pen: Pen;
  readonly camera: Signal<Camera>;
  readonly hover: Signal<number | null>;
  /** CSS pixels of the stage's half side. */
  readonly halfSide: () => number;
  /** The sample at a place in CSS pixels from the stage's upper left corner. */
  readonly pick: (x: number, y: number) => number | null;
  readonly onSelect: (sample: number, more: boolean) => void;
}

/** CSS pixels that a finger or a mouse may move in a click. */
const STILL = 5;

/** Listen to the pointers on a stage; returns how to end it. */
export function handOn(box: HTMLElement, hand: Hand): () => void {
  const down = new Map<number, { x: number; y: number }>();
  let began: { x: number; y: number } | null = null;
  let dragging = false;
  let drawing = false;

  const at = (event: MouseEvent): { x: number; y: number } => {
    const [x, y] = placeOn(box, event);
    return { x, y };
  };
  /** From CSS pixels on the stage to half sides from its middle. */
  const fromMiddle = ({ x, y }: { x: number; y: number }): [number, number] => {
    const { width, height } = box.getBoundingClientRect();
    return [(x - width / 2) / hand.halfSide(), (y - height / 2) / hand.halfSide()];
  };
  const setDragging = (now: boolean): void => {
    dragging = now;
    box.classList.toggle("dragging", now);
  };

  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest("button, a"))) return;
    down.set(event.pointerId, at(event));
    if (down.size === 1) {
      began = at(event);
      drawing = hand.pen.begin(began.x, began.y, event);
    }
    if (down.size === 2) {
      // The second finger says that the first one was to move the stage.
      if (drawing) hand.pen.cancel();
      drawing = false;
      setDragging(true);
    }
    box.setPointerCapture(event.pointerId);
  };
  const onMove = (event: PointerEvent): void => {
    const now = at(event);
    const before = down.get(event.pointerId);
    if (!before) {
      hand.hover.value = hand.pen.point([now.x, now.y]) ? hand.pick(now.x, now.y) : null;
      return;
    }
    if (drawing) {
      hand.pen.drawTo(now.x, now.y);
      down.set(event.pointerId, now);
      return;
    }
    if (began && !dragging && Math.hypot(now.x - began.x, now.y - began.y) > STILL) {
      setDragging(true);
      hand.hover.value = null;
    }
    down.set(event.pointerId, now);
    if (!dragging) return;
    const half = hand.halfSide();
    const others = [...down].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    const other = others[0];
    if (!other) {
      hand.camera.value = moved(hand.camera.value, (now.x - before.x) / half, (now.y - before.y) / half);
      return;
    }
    // Two fingers: the stage stays under both, as far as one zoom and one shift can.
    const length = (a: { x: number; y: number }): number => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    const shifted = moved(hand.camera.value, (now.x - before.x) / 2 / half, (now.y - before.y) / 2 / half);
    hand.camera.value = zoomed(shifted, length(now) / length(before), ...fromMiddle(middle));
  };
  const onUp = (event: PointerEvent): void => {
    const was = down.delete(event.pointerId);
    let drew = false;
    if (was && drawing) {
      if (event.type === "pointerup") drew = hand.pen.end();
      else hand.pen.cancel();
      drawing = false;
    }
    if (was && !dragging && !drew && event.type === "pointerup") {
      const { x, y } = at(event);
      const sample = hand.pick(x, y);
      if (event.pointerType !== "mouse") hand.hover.value = sample;
      if (sample !== null) hand.onSelect(sample, event.shiftKey);
    }
    if (down.size === 0) {
      began = null;
      setDragging(false);
    }
  };
  const onLeave = (event: PointerEvent): void => {
    if (event.pointerType !== "mouse" || down.size) return;
    hand.pen.point(null);
    hand.hover.value = null;
  };
  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    // Lines and pages as some mice count them, in pixels.
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1);
    const factor = Math.exp(-Math.max(-300, Math.min(300, pixels)) * (event.ctrlKey ? 0.01 : 0.0018));
    hand.camera.value = zoomed(hand.camera.value, factor, ...fromMiddle(at(event)));
  };

  return listenTo(box, { pointerdown: onDown, pointermove: onMove, pointerup: onUp, pointercancel: onUp, pointerleave: onLeave, wheel: onWheel });
}
