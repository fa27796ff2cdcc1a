/** What is being drawn on the stage to select: its outline, crisp over the points, and how many samples are inside. */

import { computed, effect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Combination } from "../data/sample-sets";
import type { AppState } from "../state/app-state";
import type { Pane } from "../state/pane";
import { boxOf, type Region } from "../tour/regions";

/** CSS pixels between a region and its number. */
const BESIDE = 14;

const SIGNS: Readonly<Record<Combination, string>> = { replace: "", add: "+ ", subtract: "− ", intersect: "∩ " };

export function SelectRegion({ state, pane }: { state: AppState; pane: Pane }) {
  const { selecting } = state;
  const first = pane === state;
  const outline = useRef<SVGPathElement>(null);
  const number = useRef<HTMLDivElement>(null);
  const drawing = selecting.drawing.value && selecting.on.value === pane;

  // An outline has a new place with every movement: it is written without Preact. Before it is seen: else the number stood
  // in the corner for a frame.
  useLayoutEffect(
    () =>
      effect(() => {
        const here = selecting.on.value === pane;
        const region = here ? selecting.region.value : null;
        const pointer = here ? selecting.pointer.value : null;
        const shown = region ?? (pointer && { kind: "stroke" as const, path: pointer, radius: selecting.brush.value });
        outline.current?.setAttribute("d", shown ? pathOf(shown) : "");
        if (!number.current || !region) return;
        number.current.textContent = SIGNS[selecting.how.value] + selecting.inside.value.toLocaleString("en-US");
        const [x, y] = placeOfNumber(region);
        const { width = 0, height = 0 } = pane.stage.peek() ?? {};
        const [left, top] = [Math.min(x + BESIDE, width - 60), Math.min(y + BESIDE, height - 26)];
        number.current.style.transform = `translate(${Math.max(0, left).toFixed(1)}px, ${Math.max(0, top).toFixed(1)}px)`;
      }),
    [state, pane, drawing],
  );
  // A picture that goes takes along what is drawn on it.
  useEffect(() => () => (selecting.on.peek() === pane ? selecting.cancel() : undefined), [selecting, pane]);
  // What is on its way to its place moves under the region.
  useEffect(() => effect(() => void (pane.stage.value && selecting.on.peek() === pane && selecting.count())), [state, pane]);
  useEffect(() => (first ? followKeys(state) : undefined), [state, first]);

  return (
    <>
      <svg class="region" aria-hidden="true">
        <path ref={outline} fill-rule="nonzero" />
      </svg>
      {drawing && <div class="region-count" ref={number} data-testid="region-count" aria-hidden="true" />}
      {first && <Announcement state={state} />}
    </>
  );
}

/** Says what a person who does not see the stage must hear of it. */
function Announcement({ state }: { state: AppState }) {
  const { selecting } = state;
  const text = useMemo(
    () =>
      computed(() => {
        const region = selecting.region.value;
        const count = (n: number): string => n.toLocaleString("en-US");
        if (region && region.kind !== "lasso") {
          const { x, y, width, height } = region.kind === "rectangle" ? boxOf(region) : circleBox(region.path, region.radius);
          const size = region.kind === "rectangle" ? `${Math.round(width)} by ${Math.round(height)}` : `circle of ${Math.round(width)}`;
          return `${size} pixels around ${Math.round(x + width / 2)}, ${Math.round(y + height / 2)}: ${count(selecting.inside.value)} samples inside`;
        }
        const selected = state.selection.value.length;
        const all = state.recording.value?.store.index.samples ?? 0;
        return selected ? `${count(selected)} of ${count(all)} samples selected` : "nothing selected";
      }),
    [state],
  ).value;
  return (
    <p class="unseen" role="status" data-testid="selection-status">
      {text}
    </p>
  );
}

/** Shift and Alt say how a region joins the selection: while a tool is in the hand, and while one is drawn. */
function followKeys({ selecting }: AppState): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Shift" && event.key !== "Alt") return;
    if (selecting.tool.peek() === "move" && !selecting.drawing.peek()) return;
    selecting.hold(event);
    // Alone, Alt opens the menu of some browsers.
    if (event.key === "Alt") event.preventDefault();
  };
  const onBlur = (): void => selecting.hold({ shiftKey: false, altKey: false });
  window.addEventListener("keydown", onKey);
  window.addEventListener("keyup", onKey);
  window.addEventListener("blur", onBlur);
  return () => {
    window.removeEventListener("keydown", onKey);
    window.removeEventListener("keyup", onKey);
    window.removeEventListener("blur", onBlur);
  };
}

function circleBox(path: readonly number[], radius: number): { x: number; y: number; width: number; height: number } {
  const [x, y] = path.slice(-2);
  return { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius };
}

function pathOf(region: Region): string {
  if (region.kind === "rectangle") {
    const { x, y, width, height } = boxOf(region);
    return `M${x} ${y}h${width}v${height}h${-width}z`;
  }
  if (region.kind === "stroke") {
    const [x, y] = region.path.slice(-2);
    const r = region.radius;
    return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
  }
  let path = "";
  for (let at = 0; at < region.path.length; at += 2) path += `${at ? "L" : "M"}${region.path[at].toFixed(1)} ${region.path[at + 1].toFixed(1)}`;
  return `${path}z`;
}

/** Where the pointer is that draws it. */
function placeOfNumber(region: Region): readonly [number, number] {
  if (region.kind === "rectangle") return region.to;
  const [x, y] = region.path.slice(-2);
  return region.kind === "stroke" ? [x + 0.7 * region.radius, y + 0.7 * region.radius] : [x, y];
}
