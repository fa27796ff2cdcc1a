/** The map of a layer's units: pointing tells a unit, a click looks at it, a drag chooses those that it goes around. */

import { effect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { type Inks, type UnitMarks, UnitsCanvas } from "../render/units-canvas";
import type { AppState } from "../state/app-state";
import { toRgb } from "../theme/palette";
import { samplesIn } from "../tour/regions";
import { secondsBetween } from "../tour/time";
import { oddityOf, type UnitMap } from "../data/units";
import { listenTo, placeOn } from "./listening";
import { colorsOfUnits, powerText } from "./units-words";

/** CSS pixels from where on a press is a drag. */
const DRAGGED = 5;

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export interface UnitsMapProps {
  readonly state: AppState;
  readonly map: UnitMap;
  readonly name: (unit: number) => string;
  readonly description: string;
}

export function UnitsMap({ state, map, name, description }: UnitsMapProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const lasso = useRef<SVGPathElement>(null);
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => (box.current && canvas.current && lasso.current && card.current ? run(state, box.current, canvas.current, lasso.current, card.current) : undefined), [state]);
  const hovered = state.units.hover.value;
  const unit = hovered !== null && hovered < map.index.units ? hovered : null;
  return (
    <div class="stage units-stage" data-testid="units-stage" ref={box} tabIndex={0} role="group" aria-label="Map of the units: arrow keys go from unit to unit, Enter looks at one, Shift and Enter choose it for the Tour">
      <canvas class="stage-layer" ref={canvas} role="img" aria-label={description} />
      <svg class="region" aria-hidden="true">
        <path ref={lasso} />
      </svg>
      <div ref={card} class="hover-card units-card" data-testid="unit-card" role="status" style={{ visibility: unit === null ? "hidden" : "visible" }}>
        {unit !== null && <Facts state={state} map={map} unit={unit} name={name} />}
      </div>
    </div>
  );
}

function Facts({ state, map, unit, name }: { readonly state: AppState; readonly map: UnitMap; readonly unit: number; readonly name: (unit: number) => string }) {
  const { index, mean, deviation, auc } = map;
  const odd = oddityOf(index, unit);
  const values = state.units.values.value;
  const best = useMemo(() => bestClass(map, unit), [map, unit]);
  const rows: readonly (readonly [string, string])[] = [
    ["mean", written(mean[unit])],
    ["deviation", written(deviation[unit])],
    ...(values ? [[state.units.telling.value === "selection" ? "selection" : "this class", powerText(state.units.powerShown.value, values[unit])] as const] : []),
    ...(best && auc ? [["tells best", `${best.name} (${powerText("auc", best.auc)})`] as const] : []),
  ];
  return (
    <>
      <p>
        <b>{name(unit)}</b>
        {odd && <span class="quiet"> · {odd}</span>}
      </p>
      <dl>
        {rows.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

export function written(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** The class that a unit tells best, by its AUC. */
export function bestClass({ index, auc }: UnitMap, unit: number): { readonly name: string; readonly auc: number } | null {
  if (!auc || index.dead.includes(unit)) return null;
  const values = index.classes.map((_, row) => auc[row * index.units + unit]);
  const best = values.reduce((found, value, row) => (Math.abs(value - 0.5) > Math.abs(values[found] - 0.5) ? row : found), 0);
  return { name: index.classes[best].name, auc: values[best] };
}

function run(state: AppState, box: HTMLDivElement, element: HTMLCanvasElement, outline: SVGPathElement, card: HTMLDivElement): () => void {
  const { units } = state;
  const canvas = new UnitsCanvas(element);
  let [request, last]: [number, number | null] = [0, null];
  let drawn = false;
  let shown: UnitMap | null = null;
  let groups: ReadonlyMap<number, readonly [number, number]> = new Map();
  let dead: ReadonlySet<number> = new Set();
  const marks = (): UnitMarks => ({ dead, duplicates: groups, chosen: new Set(units.chosen.peek()), unit: units.unit.peek(), hover: units.hover.peek() });
  const styled = (name: string): string => getComputedStyle(box).getPropertyValue(name).trim();
  const inks = (): Inks => ({ ink: styled("--ink"), soft: styled("--soft"), accent: styled("--accent"), paper: styled("--paper") });

  const frame = (now: number): void => {
    request = 0;
    const seconds = last === null ? 0 : secondsBetween(last, now);
    last = now;
    canvas.advance(seconds);
    const here = marks();
    canvas.draw(here, inks());
    placeCard(here);
    drawn = !canvas.moving;
    if (canvas.moving) ask();
    else last = null;
  };
  const ask = (): void => {
    drawn = false;
    request ||= requestAnimationFrame(frame);
  };
  const placeCard = (here: UnitMarks): void => {
    if (here.hover === null || here.hover >= canvas.count) return;
    const [x, y] = canvas.place(here.hover, here);
    const { offsetWidth: width, offsetHeight: height } = card;
    const left = x + 16 + width > canvas.width ? x - 16 - width : x + 16;
    card.style.transform = `translate(${Math.max(0, left).toFixed(1)}px, ${Math.max(0, Math.min(canvas.height - height, y - height / 2)).toFixed(1)}px)`;
  };

  const stops = [
    effect(() => {
      const map = units.shown.value;
      const [values, power, dark, scale] = [units.values.value, units.powerShown.value, state.dark.value, state.colorScale.value];
      if (map) {
        const still = state.motion.still;
        if (map !== shown) {
          groups = new Map(map.index.duplicates.flatMap((group) => group.map((unit, i) => [unit, [i, group.length]] as const)));
          dead = new Set(map.index.dead);
          canvas.setPlaces(map.places, `${map.index.layer} ${map.index.units}`, still);
        }
        shown = map;
        canvas.setColors(colorsOfUnits(values, map.index.units, power, dark, scale).map(toRgb), still);
      }
      ask();
    }),
    effect(() => {
      for (const signal of [units.chosen, units.unit, units.hover, state.woken, state.dark]) void signal.value;
      ask();
    }),
  ];
  const measure = (): void => {
    const { width, height } = box.getBoundingClientRect();
    canvas.resize(width, height, window.devicePixelRatio || 1);
    ask();
  };
  const observer = new ResizeObserver(measure);
  observer.observe(box);
  measure();
  units.picture = () => {
    if (!drawn || units.shown.peek() !== shown || !shown) return null;
    const here = marks();
    return { units: Array.from({ length: canvas.count }, (_, unit) => canvas.place(unit, here)), width: canvas.width, height: canvas.height };
  };
  const stopHand = handOn(state, box, outline, canvas, marks);
  return () => {
    cancelAnimationFrame(request);
    for (const stop of stops) stop();
    stopHand();
    observer.disconnect();
    units.picture = null;
    units.hover.value = null;
  };
}

/** Pointer and keys of the map. */
function handOn(state: AppState, box: HTMLDivElement, outline: SVGPathElement, canvas: UnitsCanvas, marks: () => UnitMarks): () => void {
  const { units } = state;
  let path: number[] | null = null;
  let dragging = false;
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    path = placeOn(box, event);
    dragging = false;
    // A finger that moves scrolls the page.
    if (event.pointerType !== "touch") box.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent): void => {
    const [x, y] = placeOn(box, event);
    if (!path) {
      units.hover.value = canvas.pick(x, y, marks());
      return;
    }
    dragging ||= Math.hypot(x - path[0], y - path[1]) > DRAGGED;
    if (!dragging) return;
    units.hover.value = null;
    path.push(x, y);
    outline.setAttribute("d", `M${path.map((n, i) => `${i % 2 || !i ? "" : "L"}${n.toFixed(1)}`).join(" ")}z`);
  };
  const up = (event: PointerEvent): void => {
    const drawn = path;
    drop();
    if (!drawn) return;
    const more = event.shiftKey;
    if (dragging) {
      const here = marks();
      const places = Array.from({ length: canvas.count }, (_, unit) => canvas.place(unit, here));
      const inside = samplesIn(
        { kind: "lasso", path: drawn },
        { positions: Float32Array.from(places.flatMap(([x, y]) => [x, -y])), shown: new Uint8Array(canvas.count).fill(1), scale: 1, x: 0, y: 0, width: canvas.width, height: canvas.height },
      );
      const taken = [...inside.keys()].filter((unit) => inside[unit] === 1);
      units.choose(more ? [...units.chosen.peek(), ...taken] : taken);
      return;
    }
    const unit = canvas.pick(drawn[0], drawn[1], marks());
    if (unit === null) {
      if (!more) units.look(null);
    } else if (more) units.toggle(unit);
    else units.look(units.unit.peek() === unit ? null : unit);
  };
  const drop = (): void => {
    path = null;
    outline.setAttribute("d", "");
  };
  const leave = (): void => {
    if (!path) units.hover.value = null;
  };
  const key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !canvas.count) return;
    const direction = DIRECTIONS[event.key];
    const at = units.hover.peek();
    if (direction) units.hover.value = at === null ? (units.unit.peek() ?? units.ranked.peek()[0]) : canvas.next(at, direction, marks());
    else if (event.key === "Enter" && at !== null) {
      if (event.shiftKey) units.toggle(at);
      else units.look(units.unit.peek() === at ? null : at);
    } else if (event.key === "Escape" && (at !== null || units.unit.peek() !== null || units.chosen.peek().length)) {
      if (at !== null) units.hover.value = null;
      else if (units.unit.peek() !== null) units.look(null);
      else units.choose([]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return listenTo(box, { pointerdown: down, pointermove: move, pointerup: up, pointercancel: drop, pointerleave: leave, blur: leave, keydown: key });
}
