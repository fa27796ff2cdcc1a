/** What may stand in place of points: it depends on what the recording knows of its samples. */

import { type Marks, MARKS } from "../render/marks-layer";
import type { AppState, OpenRecording } from "./app-state";

/** The choices that a recording offers; the first is always there. */
export function offeredMarks(recording: OpenRecording | null): readonly Marks[] {
  if (recording?.samples.hasPictures) return MARKS;
  return recording?.samples.hasTexts ? ["points", "images"] : ["points"];
}

/** Go on to the next choice, round and round. */
export function nextMarks(state: AppState): void {
  const offered = offeredMarks(state.recording.peek());
  state.marks.value = offered[(offered.indexOf(state.marks.peek()) + 1) % offered.length];
}
