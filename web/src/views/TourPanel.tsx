/** The Tour with what belongs to it: its sentence, the stage, the legend, the selection, and how far to trust it. */

import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { withOwn } from "../data/coloring";
import { isOfClasses, isTimeless } from "../data/steps";
import { isSimplex } from "../tour/fit";
import { classColors, UNLABELED } from "../theme/palette";
import type { AppState, OpenRecording } from "../state/app-state";
import { Arrangement } from "./Arrangement";
import { captionOf } from "./caption";
import { HandlesPanel } from "./HandlesPanel";
import { type FlowWords, wordsOf } from "./flow-words";
import { Legend } from "./Legend";
import { MarksChoice } from "./MarksChoice";
import { Panes } from "./Panes";
import { GridPart } from "./parts";
import { SelectionPanel } from "./SelectionPanel";
import { placeText } from "./TimeBar";
import { Trust } from "./Trust";

export function TourPanel({ state, recording }: { state: AppState; recording: OpenRecording }) {
  const { classes, samples, store } = recording;
  const steps = state.steps.value;
  const scene = state.scene.value;
  const coloring = state.coloring.value;
  const names = store.index.checkpoints.map((c) => c.name);
  const place = state.checkpoint.value;
  // Of a place between two layers only the step matters here: the place itself changes with every frame.
  const leg = useMemo(() => computed(() => legOf(state)), [state]).value;
  const labelColors = useMemo(() => computed(() => withOwn(classes.names, [...classColors(classes.names.length), UNLABELED], state.ownColors.all.value)), [classes, state]).value;
  if (!steps || !coloring) return null;
  const { embedding } = steps;
  // Between two checkpoints the numbers are those of the nearer one, and say so.
  const nearest = steps.places.reduce((best, p, i) => (Math.abs(p - place) < Math.abs(steps.places[best] - place) ? i : best), 0);
  const step = embedding.steps[steps.steps[nearest]];
  const part = scene?.parts[0]?.step;
  const simplex = embedding.method === "units" && part !== undefined && isSimplex(part.scale, part.center);
  const mark = state.marks.value === "images" && samples.hasPictures ? "image or point" : "point";
  return (
    <>
      <main class="main" aria-busy={state.fetching.value}>
        <Arrangement state={state} />
        <div class="caption">
          {state.grid.open.value ? (
            <>
              <h2>{names.length > 1 ? "Every layer at every checkpoint" : "Every layer"}</h2>
              <p data-testid="caption">
                {names.length > 1 ? "Rows are layers, columns are checkpoints." : "In execution order."} Those of one number of dimensions turn together. Point at a sample to
                find it in every picture; drag across some to select them.
              </p>
            </>
          ) : (
            <>
              <h2>
                {leg?.title ?? state.layer.value} <span class="quiet">{isTimeless(state.layer.value) ? "the data itself" : `at ${placeText(names, place)}`}</span>
              </h2>
              <p data-testid="caption">
                {leg?.sentence ?? captionOf({ layer: state.layer.value, method: embedding.method, dims: embedding.dims, units: step.units, simplex, classes: isOfClasses(store.index, embedding), mark })}
              </p>
            </>
          )}
        </div>
        {state.grid.open.value ? <GridPart state={state} /> : <Panes state={state} />}
      </main>
      <aside class="side">
        <Legend state={state} recording={recording}>
          <MarksChoice state={state} recording={recording} />
        </Legend>
        <HandlesPanel state={state} />
        <SelectionPanel state={state} recording={recording} colors={labelColors} />
        <Trust state={state} leg={leg} />
      </aside>
    </>
  );
}

/** The words for the step that is gone through; equal while it is the same one. */
const words = new WeakMap<object, (FlowWords | null)[]>();
function legOf(state: AppState): FlowWords | null {
  const flow = state.flow.value?.flow;
  if (!flow) return null;
  const place = state.flowPlace.value;
  const known = words.get(flow) ?? [];
  words.set(flow, known);
  const step = Math.floor(place);
  if (place - step < 1e-9) return null;
  return (known[step] ??= wordsOf(flow, place));
}
