/** The pictures of the Tour: one, or two beside each other, with what each is of. */

import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { FrameTimes } from "../state/frame-times";
import type { AppState } from "../state/app-state";
import { BesideHead, FirstHead } from "./PaneHead";
import { PaneView } from "./PaneView";

/** What the second picture has no part in. */
const nothing = (): void => undefined;

export function Panes({ state }: { state: AppState }) {
  const pointed = useMemo(() => signal(false), []);
  const otherTimes = useMemo(() => new FrameTimes(), []);
  // While somebody draws, all waits.
  const advance = (seconds: number): void => (state.selecting.drawing.peek() ? undefined : state.advance(seconds));
  const two = state.beside.open.value;
  return (
    <div class={two ? "panes two" : "panes"}>
      <div class="pane-column">
        {two && <FirstHead state={state} />}
        <PaneView state={state} grip={state.handling.grip} frameTimes={state.frameTimes} pointed={pointed} advance={advance} />
      </div>
      {two && (
        <div class="pane-column">
          <BesideHead state={state} />
          <PaneView state={state} grip={state.beside.grip} frameTimes={otherTimes} pointed={pointed} advance={nothing} />
        </div>
      )}
    </div>
  );
}
