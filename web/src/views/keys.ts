/** The keys of the page. */

import type { AppState } from "../state/app-state";

export function listenForKeys(state: AppState): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || state.phase.peek().kind !== "ready") return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (target?.closest("textarea, select, [contenteditable], input:not([type=range])")) return;
    switch (event.key) {
      case " ":
        // A focused button is pressed by space; to press it and the tour would be two things at once.
        if (target?.closest("button")) return;
        state.playing.value = !state.playing.value;
        break;
      case "j":
        state.moveLayer(1);
        break;
      case "k":
        state.moveLayer(-1);
        break;
      case "l":
        state.moveCheckpoint(1);
        break;
      case "h":
        state.moveCheckpoint(-1);
        break;
      case "r":
        state.reset();
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}
