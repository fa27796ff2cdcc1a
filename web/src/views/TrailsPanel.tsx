/** The Trails view with what belongs to it: its sentence, the stage, the legend, the rankings, and how far to trust it. */

import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { withOwn } from "../data/coloring";
import type { AppState, OpenRecording } from "../state/app-state";
import { classColors, UNLABELED } from "../theme/palette";
import { Legend } from "./Legend";
import { SelectionPanel } from "./SelectionPanel";
import { placeText } from "./TimeBar";
import { TrailsControls } from "./TrailsControls";
import { TrailsEmpty } from "./TrailsEmpty";
import { TrailsRankings } from "./TrailsRankings";
import { TrailsTrust } from "./TrailsTrust";
import { TrailsView } from "./TrailsView";
import { sentenceOf, whatOf } from "./trails-words";

export function TrailsPanel({ state, recording }: { state: AppState; recording: OpenRecording }) {
  const { classes } = recording;
  const { trails } = state;
  const index = trails.index.value;
  const labelColors = useMemo(() => computed(() => withOwn(classes.names, [...classColors(classes.names.length), UNLABELED], state.ownColors.all.value)), [classes, state]).value;
  if (!index) return <TrailsEmpty state={state} recording={recording} />;
  return (
    <>
      <main class="main trails" aria-busy={trails.fetching.value}>
        <div class="caption">
          <h2>
            {whatOf(index)} <span class="quiet" data-testid="trails-at"><At state={state} /></span>
          </h2>
          <p data-testid="caption">{sentenceOf(index)}</p>
        </div>
        <TrailsControls state={state} recording={recording} />
        <TrailsView state={state} recording={recording} />
      </main>
      <aside class="side">
        <Legend state={state} recording={recording} />
        <TrailsRankings state={state} recording={recording} colors={labelColors} />
        <SelectionPanel state={state} recording={recording} colors={labelColors} />
        <TrailsTrust state={state} index={index} />
      </aside>
    </>
  );
}

/** Changes with every frame of a movement: by itself. */
function At({ state }: { state: AppState }) {
  const { trails } = state;
  return <>up to {placeText(trails.names.value, trails.now.value)}</>;
}
