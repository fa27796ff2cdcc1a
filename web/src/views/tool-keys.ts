/** The keys of the tools that select: which tool, the size of the brush, and a region that is set up without a pointer. */

import type { AppState } from "../state/app-state";
import type { Pane } from "../state/pane";
import { BRUSH, type Tool } from "../state/selecting";
import { boxOf, type Region } from "../tour/regions";

const TOOLS: Readonly<Record<string, Tool>> = { q: "lasso", w: "rectangle", e: "brush" };
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** CSS pixels that an arrow moves a region, or each of its sides. */
const STEP = 10;

/** Whether it was one of them. */
export function keyOfTools(state: AppState, event: KeyboardEvent): boolean {
  const { selecting } = state;
  const stage = event.target instanceof Element ? event.target.getAttribute("data-testid") : null;
  // The picture whose stage has the focus itself, and nothing on it.
  const pane = stage === "stage" ? state : stage === "stage-beside" ? state.beside : null;
  const { tool, region } = selecting;
  if (event.ctrlKey || event.metaKey) return false;
  const drawn = region.peek();
  if (pane && tool.peek() !== "move" && event.key === "Enter") {
    const keys = event.shiftKey && event.altKey ? "intersect" : event.shiftKey ? "add" : event.altKey ? "subtract" : null;
    if (drawn) selecting.takeRegion(keys ?? selecting.combine.peek());
    else setUp(state, pane);
    return true;
  }
  if (event.altKey) return false;
  const view = pane?.stage.peek();
  const arrow = ARROWS[event.key];
  if (drawn && view && arrow) {
    const [x, y] = [STEP * arrow[0], STEP * arrow[1]];
    if (event.shiftKey && drawn.kind === "stroke") selecting.resize(x > 0 || y < 0 ? BRUSH.step : 1 / BRUSH.step);
    else region.value = event.shiftKey ? resized(drawn, x, -y) : moved(drawn, x, y, view.width, view.height);
    selecting.count();
    return true;
  }
  const wanted = TOOLS[event.key];
  if (wanted) selecting.take(tool.peek() === wanted ? "move" : wanted);
  else if (event.key === "[" || event.key === "]") {
    selecting.resize(event.key === "]" ? BRUSH.step : 1 / BRUSH.step);
    selecting.count();
  } else if (event.key === "f") selecting.toggleFilter();
  else return false;
  return true;
}

/** A region in the middle of the stage: a rectangle, or one place of the brush. */
function setUp({ selecting, hover }: AppState, pane: Pane): void {
  const view = pane.stage.peek();
  if (!view) return;
  const [x, y] = [view.width / 2, view.height / 2];
  const side = Math.round(Math.min(x, y) / 3);
  hover.value = null;
  selecting.pointer.value = null;
  selecting.on.value = pane;
  selecting.region.value =
    selecting.tool.peek() === "brush"
      ? { kind: "stroke", path: [x, y], radius: selecting.brush.peek() }
      : { kind: "rectangle", from: [x - side, y - side], to: [x + side, y + side] };
  selecting.count();
}

/** Moved as far as its middle stays on the stage. */
function moved(region: Region, dx: number, dy: number, width: number, height: number): Region {
  const kept = (place: number, size: number): number => Math.min(size, Math.max(0, place));
  if (region.kind === "stroke") return { ...region, path: [kept(region.path[0] + dx, width), kept(region.path[1] + dy, height)] };
  if (region.kind === "lasso") return region;
  const { from, to } = region;
  const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const [byX, byY] = [kept(x + dx, width) - x, kept(y + dy, height) - y];
  return { ...region, from: [from[0] + byX, from[1] + byY], to: [to[0] + byX, to[1] + byY] };
}

/** Wider and higher, or narrower and lower, about its middle. */
function resized(region: Region, dx: number, dy: number): Region {
  if (region.kind !== "rectangle") return region;
  const box = boxOf(region);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const [w, h] = [Math.max(STEP / 2, box.width / 2 + dx), Math.max(STEP / 2, box.height / 2 + dy)];
  return { ...region, from: [x - w, y - h], to: [x + w, y + h] };
}
