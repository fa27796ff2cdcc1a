/** The keys of the page. */

import { type AppState, VIEWS } from "../state/app-state";
import { arrange, arrangementOf } from "../state/arrangement";
import { nextMarks } from "../state/marks";
import { moved, zoomed } from "../tour/camera";
import { keyOfTools } from "./tool-keys";

/** Half sides of the stage that an arrow moves. */
const STEP = 0.1;

export function listenForKeys(state: AppState): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || state.phase.peek().kind !== "ready") return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (target?.closest("textarea, select, dialog, [contenteditable], input:not([type=range])")) return;
    if (undoes(state, event)) event.preventDefault();
    if (keyOfTools(state, event)) {
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target?.closest("[data-testid=stage]") && onStage(state, event)) {
      event.preventDefault();
      return;
    }
    switch (event.key) {
      case " ":
        // A focused button is pressed by space; to press it and the tour would be two things at once.
        if (target?.closest("button")) return;
        if (state.view.peek() === "trails") state.trails.play();
        else state.playing.value = !state.playing.value;
        break;
      case "j":
        state.going.layersOn(1);
        break;
      case "k":
        state.going.layersOn(-1);
        break;
      case "l":
        state.going.checkpointsOn(1);
        break;
      case "h":
        state.going.checkpointsOn(-1);
        break;
      case "r":
        state.reset();
        break;
      case "i":
        nextMarks(state);
        break;
      case "c":
        state.setSelection([]);
        break;
      case "b":
        state.bookmarks?.keep();
        break;
      case ">":
        state.bookmarks?.step(1);
        break;
      case "<":
        state.bookmarks?.step(-1);
        break;
      case "a":
        state.handling.toggleAxes();
        break;
      case "d":
        state.handling.addSelection();
        break;
      case "v":
        arrange(state, arrangementOf(state) === "two" ? "one" : "two");
        break;
      case "g":
        arrange(state, arrangementOf(state) === "grid" ? "one" : "grid");
        break;
      case "n":
        void state.neighbors.select();
        break;
      case "/":
        state.search.focus?.();
        break;
      case "?":
        state.help.value = true;
        break;
      case "Escape":
        state.leave();
        break;
      case "1":
      case "2":
      case "3":
      case "4":
      case "5":
      case "6":
      case "7":
        state.view.value = VIEWS[Number(event.key) - 1];
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}

/** Ctrl or Cmd with Z; and with Shift, or Y: again. */
function undoes(state: AppState, event: KeyboardEvent): boolean {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  const key = event.key.toLowerCase();
  if (key === "y" || (key === "z" && event.shiftKey)) state.handling.redo();
  else if (key === "z") state.handling.undo();
  else return false;
  return true;
}

/** The keys of the stage, while it is focused; whether it was one of them. */
function onStage(state: AppState, event: KeyboardEvent): boolean {
  const { hover } = state;
  const camera = state.view.peek() === "trails" ? state.trails.camera : state.camera;
  switch (event.key) {
    case "+":
    case "=":
      camera.value = zoomed(camera.value, 1.25, 0, 0);
      return true;
    case "-":
      camera.value = zoomed(camera.value, 0.8, 0, 0);
      return true;
    case "ArrowLeft":
      camera.value = moved(camera.value, STEP, 0);
      return true;
    case "ArrowRight":
      camera.value = moved(camera.value, -STEP, 0);
      return true;
    case "ArrowUp":
      camera.value = moved(camera.value, 0, STEP);
      return true;
    case "ArrowDown":
      camera.value = moved(camera.value, 0, -STEP);
      return true;
    case ".":
    case ",":
      hover.value = nextShown(state, event.key === "." ? 1 : -1);
      return true;
    case "Enter":
      if (hover.value === null || (event.target instanceof Element && event.target.closest("button"))) return false;
      state.select(hover.value, event.shiftKey);
      return true;
    default:
      return false;
  }
}

/** The next sample that is drawn, in the order of the data, round and round. */
function nextShown(state: AppState, by: number): number | null {
  const shown = state.shown.peek();
  let sample = state.hover.peek() ?? (by > 0 ? -1 : 0);
  for (let tries = 0; tries < shown.length; tries++) {
    sample = (sample + by + shown.length) % shown.length;
    if (shown[sample]) return sample;
  }
  return null;
}
