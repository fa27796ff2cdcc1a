/** Lets time pass while a view is shown that has no stage of the Tour: checkpoints play, ways come to their ends. */

import { effect } from "@preact/signals";
import { secondsBetween } from "../tour/time";
import type { AppState } from "./app-state";

export function runClock(state: AppState): () => void {
  let [request, last]: [number, number | null] = [0, null];
  const frame = (now: number): void => {
    request = 0;
    state.advance(last === null ? 0 : secondsBetween(last, now));
    last = now;
    if (state.going.underWay || state.checkpointPlaying.peek() || state.bookmarks?.visiting.underWay.peek()) ask();
    else last = null;
  };
  const ask = (): void => {
    request ||= requestAnimationFrame(frame);
  };
  const stop = effect(() => {
    for (const signal of [state.woken, state.checkpointPlaying, state.fetching]) void signal.value;
    void state.bookmarks?.visiting.underWay.value;
    ask();
  });
  return () => {
    cancelAnimationFrame(request);
    stop();
  };
}
