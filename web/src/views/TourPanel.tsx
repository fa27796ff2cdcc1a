/** The Tour with what belongs to it: its sentence, the stage, the legend, the selection, and how far to trust it. */

import { computed, signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { isOfClasses, isTimeless } from "../data/steps";
import { isSimplex } from "../tour/fit";
import { classColors, UNLABELED } from "../theme/palette";
import { theme } from "../theme/theme";
import type { AppState, OpenRecording } from "../state/app-state";
import { captionOf, describe } from "./caption";
import { Handles } from "./Handles";
import { HandlesPanel } from "./HandlesPanel";
import { type FlowWords, wordsOf } from "./flow-words";
import { HoverCard } from "./HoverCard";
import { Legend } from "./Legend";
import { Message } from "./Message";
import { SelectionPanel } from "./SelectionPanel";
import { placeText } from "./TimeBar";
import { TourView } from "./TourView";
import { Trust } from "./Trust";

export function TourPanel({ state, recording }: { state: AppState; recording: OpenRecording }) {
  const { classes, store, samples } = recording;
  const steps = state.steps.value;
  const scene = state.scene.value;
  const problem = state.problem.value;
  const coloring = state.coloring.value;
  const names = store.index.checkpoints.map((c) => c.name);
  const place = state.checkpoint.value;
  // The place of the hovered sample changes with every frame; only its card follows.
  const hoverPlace = useMemo(() => signal<readonly [number, number] | null>(null), []);
  const drawnSize = useMemo(() => computed(() => ({ width: state.stage.value?.width ?? 0, height: state.stage.value?.height ?? 0 })), [state]);
  // While somebody holds a handle the tour waits.
  const touring = useMemo(() => computed(() => state.playing.value && !state.held.value), [state]);
  // Of a place between two layers only the step matters here: the place itself changes with every frame.
  const leg = useMemo(() => computed(() => legOf(state)), [state]).value;
  const labelColors = useMemo(() => [...classColors(classes.names.length), UNLABELED], [classes]);
  if (!steps || !coloring) return null;
  const { embedding } = steps;
  // Between two checkpoints the numbers are those of the nearer one, and say so.
  const nearest = steps.places.reduce((best, p, i) => (Math.abs(p - place) < Math.abs(steps.places[best] - place) ? i : best), 0);
  const step = embedding.steps[steps.steps[nearest]];
  const part = scene?.parts[0]?.step;
  const simplex = embedding.method === "units" && part !== undefined && isSimplex(part.scale, part.center);
  const hover = state.hover.value;
  const nearestCheckpoint = Math.round(place);
  return (
    <>
      <main class="main" aria-busy={state.fetching.value}>
        <div class="caption">
          <h2>
            {leg?.title ?? state.layer.value} <span class="quiet">{isTimeless(state.layer.value) ? "the data itself" : `at ${placeText(names, place)}`}</span>
          </h2>
          <p data-testid="caption">
            {leg?.sentence ?? captionOf({ layer: state.layer.value, method: embedding.method, dims: embedding.dims, units: step.units, simplex, classes: isOfClasses(store.index, embedding) })}
          </p>
        </div>
        <TourView
          motion={state.motion}
          scene={state.scene}
          samples={store.index.samples}
          coloring={state.coloring}
          preview={state.preview}
          shown={state.shown}
          camera={state.camera}
          hover={state.hover}
          selection={state.selection}
          playing={touring}
          speed={state.speed}
          theme={theme}
          woken={state.woken}
          frameTimes={state.frameTimes}
          description={describe(store.index.samples, coloring.by, coloring.names.length, state.layer.value, placeText(names, place), embedding.dims)}
          advance={(seconds) => {
            state.advance(seconds);
            state.handling.grip.hold();
          }}
          active={() => state.active}
          onSelect={(sample, more) => state.select(sample, more)}
          onPicker={(pick) => (state.pick = pick)}
          onFinder={(whereIs) => (state.whereIs = whereIs)}
          onDrawn={(view) => {
            state.drawn = view !== null;
            state.stage.value = view;
          }}
          onHoverPlace={(at) => (hoverPlace.value = at)}
        >
          <Handles state={state} />
          {hover !== null && !problem && (
            <HoverCard
              sample={hover}
              samples={samples}
              classes={classes}
              place={nearestCheckpoint}
              checkpoint={names[nearestCheckpoint] ?? ""}
              at={hoverPlace}
              width={drawnSize.value.width}
              height={drawnSize.value.height}
            />
          )}
        </TourView>
        {problem && <Message title="This step can't be shown" text={problem} retry={() => (state.attempt.value += 1)} />}
      </main>
      <aside class="side">
        <Legend
          coloring={coloring}
          preview={state.preview}
          groups={state.groups}
          predictions={samples.hasPredictions}
          onColorBy={(by) => state.setColorBy(by)}
          onToggle={(group) => state.toggleGroup(group)}
          onAll={() => (state.groups.value = null)}
        />
        <HandlesPanel state={state} />
        <SelectionPanel
          selection={state.selection.value}
          samples={samples}
          classes={classes}
          colors={labelColors}
          onHover={(sample) => (state.hover.value = sample)}
          onClear={() => state.setSelection([])}
        />
        <Trust leg={leg} method={embedding.method} dims={embedding.dims} step={step} quality={embedding.quality[steps.steps[nearest]]} samples={store.index.samples} />
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
