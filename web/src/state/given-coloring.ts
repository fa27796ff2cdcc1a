/** Colors as they are told to `window.inscape.state`. */

import { SCALES } from "../theme/scales";
import type { AppState, OpenRecording } from "./app-state";
import { MOVEMENTS, offeredColorings } from "./coloring";
import { asRange } from "./given-range";
import { refuse } from "./refuse";

/** What is to change for what is told of colors, checked. */
export function coloringChanges(state: AppState, recording: OpenRecording, wanted: Record<string, unknown>): (() => void)[] {
  const changes: (() => void)[] = [];
  if (wanted.colorBy !== undefined) {
    // The second picture may come with the same assignment.
    const compared = (wanted.panes === undefined && wanted.beside === undefined ? state.beside.open.peek() : wanted.panes === "two" || Boolean(wanted.beside)) || wanted.view === "layers";
    const offered = offeredColorings(recording, compared).flatMap(({ choices }) => choices.map(({ by }) => by));
    const by = offered.find((b) => b === wanted.colorBy) ?? refuse("no such coloring of this recording", wanted.colorBy, `choose from ${offered.join(", ")}`);
    changes.push(() => state.setColorBy(by));
  }
  if (wanted.colorScale !== undefined) {
    const scale = SCALES.find((s) => s === wanted.colorScale) ?? refuse("no such scale of colors", wanted.colorScale, `choose from ${SCALES.join(", ")}`);
    changes.push(() => (state.colorScale.value = scale));
  }
  if (wanted.movement !== undefined) {
    const from = MOVEMENTS.find((m) => m === wanted.movement) ?? refuse("movement is from the one before", wanted.movement, `choose from ${MOVEMENTS.join(", ")}`);
    changes.push(() => (state.movementFrom.value = from));
  }
  if (wanted.range !== undefined) {
    const range = asRange(wanted.range);
    if (range === undefined) refuse("the range is [least, most], or null", wanted.range, "assign [0.2, 0.8], [null, 0.5] or null");
    changes.push(() => (state.range.value = range));
  }
  return changes;
}
