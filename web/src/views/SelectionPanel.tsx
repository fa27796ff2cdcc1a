/** The samples that are selected: found by a search, how many, of which classes, how well the model does, what they look like. */

import { useEffect, useState } from "preact/hooks";
import { typicalAndOdd } from "../data/cloud";
import type { AppState, OpenRecording } from "../state/app-state";
import { spaceOnStage } from "../state/space";
import type { StepData } from "../tour/fit";
import { ClassHistogram } from "./ClassHistogram";
import { ConfusionMatrix } from "./ConfusionMatrix";
import { ExportSelection } from "./ExportSelection";
import { Members } from "./Members";
import { NeighborsControl } from "./NeighborsControl";
import { SavedSelections } from "./SavedSelections";
import { SearchField } from "./SearchField";
import { SelectionScores } from "./SelectionScores";

export interface SelectionPanelProps {
  readonly state: AppState;
  readonly recording: OpenRecording;
  /** A color a class, and last the one of samples without a label. */
  readonly colors: readonly string[];
  /** What is said while nothing is selected. */
  readonly hint?: string;
}

export function SelectionPanel({ state, recording, colors, hint = "Click a point to select it; with Shift, click more of them or draw around them." }: SelectionPanelProps) {
  const selection = state.selection.value;
  const { samples, classes, store } = recording;
  const total = store.index.samples;
  return (
    <>
      <section class="selection" aria-labelledby="selection-title">
        <div class="heading">
          <h2 id="selection-title">
            Selection{" "}
            <span class="quiet" data-testid="selection-count">
              {selection.length.toLocaleString("en-US")}
            </span>
            {selection.length > 0 && (
              <span class="quiet">
                {" "}
                · <span data-testid="selection-share">{shareOf(selection.length, total)}</span>
              </span>
            )}
          </h2>
          {selection.length > 0 && (
            <button type="button" class="plain" onClick={() => state.setSelection([])} title="Clear (c)">
              Clear
            </button>
          )}
        </div>
        <SearchField state={state} recording={recording} />
        {selection.length === 0 ? (
          <p class="note">{hint}</p>
        ) : (
          <>
            <SelectionScores state={state} store={store} />
            <ClassHistogram selection={selection} classes={classes} colors={colors} />
            <NeighborsControl state={state} />
            <Members title={null} members={selection} samples={samples} state={state} first={24} />
            {selection.length > 2 && <Extremes state={state} recording={recording} />}
            <ExportSelection state={state} recording={recording} />
          </>
        )}
      </section>
      <SavedSelections state={state} />
      <ConfusionMatrix state={state} recording={recording} />
    </>
  );
}

/** How many of them are shown. */
const EXTREMES = 6;
/** Milliseconds in which what was selected is on the screen. */
const AFTER_THE_FRAME = 30;

/** The most typical and the most odd members, in the coordinates that are on the stage. */
function Extremes({ state, recording }: { state: AppState; recording: OpenRecording }) {
  const selection = state.selection.value;
  const space = spaceOnStage(state);
  const step = space?.step;
  const [found, setFound] = useState<(ReturnType<typeof typicalAndOdd> & { readonly of: readonly number[]; readonly step: StepData }) | null>(null);
  // Of many thousands it takes a while: first the stage and the count answer.
  useEffect(() => {
    if (!step) return;
    const timer = setTimeout(() => setFound({ ...typicalAndOdd(step, selection, Math.min(EXTREMES, selection.length >> 1)), of: selection, step }), AFTER_THE_FRAME);
    return () => clearTimeout(timer);
  }, [selection, step]);
  if (!space || !found) return null;
  const others = found.of !== selection || found.step !== step;
  return (
    <div class="extremes" style={{ visibility: others ? "hidden" : "visible" }}>
      <Members title="Most typical" members={found.typical} samples={recording.samples} state={state} first={EXTREMES} />
      <Members title="Most odd" members={found.odd} samples={recording.samples} state={state} first={EXTREMES} />
      <p class="note" data-testid="extremes-where">
        Nearest to the middle of the selection and farthest from it, {space.words}.
      </p>
    </div>
  );
}

function shareOf(count: number, total: number): string {
  const share = (100 * count) / Math.max(1, total);
  return `${share < 0.1 ? "<0.1" : share.toFixed(share < 9.95 || (share > 99 && share < 100) ? 1 : 0)}%`;
}
