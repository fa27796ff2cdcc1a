/**
 * A scale as a bar of its colors, with ticks below and above it how many samples lie where. Drag over it to draw a part
 * alone; its two ends are sliders for the keyboard. Pointing at it lights the samples near.
 */

import type { Signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import type { NumberColoring } from "../data/coloring";
import { type Extent, histogram, numberAt, positionOn, tickText, ticksOf, written } from "../data/quantities";
import { STEPS } from "../theme/scales";

export interface ColorBarProps {
  readonly coloring: NumberColoring;
  readonly extent: Extent;
  readonly range: readonly [number, number] | null;
  readonly preview: Signal<number | null>;
  readonly onRange: (range: readonly [number, number] | null) => void;
}

const BARS = 64;
/** CSS pixels of the histogram. */
const HEIGHT = 36;
/** Shares of the bar that a key moves an end by. */
const KEY = 0.01;
const WIDE_KEY = 0.1;
/** Shares of the bar from where on a press is a drag. */
const DRAGGED = 0.012;

export function ColorBar({ coloring, extent, range, preview, onRange }: ColorBarProps) {
  const { scale, of, colors } = coloring;
  const bar = useRef<HTMLDivElement>(null);
  const drag = useRef<{ readonly fixed: number; readonly began: number; moved: boolean } | null>(null);
  const counts = useMemo(() => histogram(of, BARS), [of]);
  const tallest = Math.max(1, ...counts);
  const gradient = useMemo(() => `linear-gradient(to right, ${Array.from({ length: 33 }, (_, i) => colors[Math.min(STEPS - 1, 8 * i)]).join(", ")})`, [colors]);
  // The ends as shares of the bar; an open end lies at its own.
  const [low, high] = range ? range.map((end, i) => (Number.isFinite(end) ? positionOn(scale, end) : i)) : [0, 1];

  const setEnds = (a: number, b: number): void => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    const ends = [from <= 0 ? -Infinity : numberAt(scale, from), to >= 1 ? Infinity : numberAt(scale, to)] as const;
    onRange(ends[0] === -Infinity && ends[1] === Infinity ? null : ends);
  };
  const placeOf = (event: PointerEvent): number => {
    const box = bar.current?.getBoundingClientRect();
    return box ? Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) : 0;
  };
  const press = (event: PointerEvent): void => {
    if (event.button !== 0 || !bar.current) return;
    const end = event.target instanceof HTMLElement ? event.target.dataset.end : undefined;
    const at = placeOf(event);
    bar.current.setPointerCapture(event.pointerId);
    drag.current = { fixed: end === "low" ? high : end === "high" ? low : at, began: at, moved: end !== undefined };
  };
  const move = (event: PointerEvent): void => {
    const at = placeOf(event);
    const held = drag.current;
    if (!held) {
      if (event.pointerType === "mouse") preview.value = Math.min(STEPS - 1, Math.floor(STEPS * at));
      return;
    }
    if (!held.moved && Math.abs(at - held.began) < DRAGGED) return;
    held.moved = true;
    preview.value = null;
    setEnds(held.fixed, at);
  };
  const letGo = (): void => {
    drag.current = null;
  };
  const onKey = (event: KeyboardEvent, end: "low" | "high"): void => {
    const at = end === "low" ? low : high;
    const by = event.shiftKey ? WIDE_KEY : KEY;
    const next: Record<string, number> = {
      ArrowLeft: at - by,
      ArrowDown: at - by,
      ArrowRight: at + by,
      ArrowUp: at + by,
      PageDown: at - WIDE_KEY,
      PageUp: at + WIDE_KEY,
      Home: end === "low" ? 0 : low,
      End: end === "low" ? high : 1,
    };
    const wanted = next[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    // Rounded, so that as many steps back are none. An end does not pass the other.
    const place = Math.round(wanted / KEY) * KEY;
    if (end === "low") setEnds(Math.min(high, Math.max(0, place)), high);
    else setEnds(low, Math.max(low, Math.min(1, place)));
  };
  const end = (which: "low" | "high", at: number) => {
    const value = range?.[which === "low" ? 0 : 1];
    const open = value === undefined || !Number.isFinite(value);
    return (
      <div
        class="bar-end"
        role="slider"
        tabIndex={0}
        data-end={which}
        data-testid={`range-${which}`}
        aria-label={which === "low" ? "The least that is drawn" : "The most that is drawn"}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * at)}
        aria-valuetext={open ? `${which === "low" ? "from the least" : "to the most"}, ${written(scale, which === "low" ? extent.least : extent.most)}` : written(scale, value)}
        style={{ left: `${100 * at}%` }}
        onKeyDown={(event) => onKey(event, which)}
      />
    );
  };
  return (
    <div class="color-bar">
      <div
        class="bar-face"
        ref={bar}
        data-testid="color-bar"
        title="Drag over it to draw a part alone; a double click draws all again"
        onPointerDown={press}
        onPointerMove={move}
        onPointerUp={letGo}
        onPointerCancel={letGo}
        onPointerLeave={() => (preview.value = null)}
        onDblClick={() => onRange(null)}
      >
        <svg class="bar-counts" viewBox={`0 0 ${BARS} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`How many samples lie where; ${tallest.toLocaleString("en-US")} at most in one bar`}>
          {counts.map((count, i) => {
            const height = count && Math.max(1.5, (HEIGHT * count) / tallest);
            return count > 0 && <rect key={i} x={i} y={HEIGHT - height} width={1.02} height={height} fill={colors[Math.floor(((i + 0.5) * STEPS) / BARS)]} />;
          })}
        </svg>
        <div class="bar-colors" style={{ backgroundImage: gradient }} />
        <div class="bar-out" style={{ left: 0, width: `${100 * low}%` }} />
        <div class="bar-out" style={{ left: `${100 * high}%`, right: 0 }} />
        {end("low", low)}
        {end("high", high)}
      </div>
      <Ticks coloring={coloring} extent={extent} />
    </div>
  );
}

/** The numbers below the bar; those at its ends say where samples lie beyond it. */
function Ticks({ coloring: { scale }, extent }: { readonly coloring: NumberColoring; readonly extent: Extent }) {
  const [low, high] = scale.domain;
  const beyond = (tick: number, place: number): string => (place < 1e-6 && extent.least < low ? "≤ " : place > 1 - 1e-6 && extent.most > high * (1 + 1e-6) ? "≥ " : "") + tickText(scale, tick);
  let ticks = ticksOf(scale);
  // Where the scale ends before the numbers do, its end is a tick, and what would lie under it is none.
  if (extent.most > high * (1 + 1e-6)) ticks = [...ticks.filter((tick) => positionOn(scale, tick) < 0.75), high];
  return (
    <div class="bar-ticks" aria-hidden="true" data-testid="bar-ticks">
      {ticks.map((tick) => {
        const place = positionOn(scale, tick);
        return (
          <span key={tick} class={place < 0.08 ? "first" : place > 0.92 ? "last" : ""} style={place > 0.92 ? { right: `${100 * (1 - place)}%` } : { left: `${100 * place}%` }}>
            {beyond(tick, place)}
          </span>
        );
      })}
    </div>
  );
}
