/** The frame of the page: header, views, stage, legend, time bar. */

import { useMemo } from "preact/hooks";
import { isTimeless } from "../data/steps";
import { isSimplex } from "../tour/fit";
import { classColors, UNLABELED } from "../theme/palette";
import { theme } from "../theme/theme";
import type { AppState, OpenRecording, Phase } from "../state/app-state";
import { openRecording } from "../state/session";
import { captionOf, describe } from "./caption";
import { Header } from "./Header";
import { Legend } from "./Legend";
import { Message } from "./Message";
import { placeText, TimeBar } from "./TimeBar";
import { TourView } from "./TourView";
import { Trust } from "./Trust";
import { ViewsRail } from "./ViewsRail";

export interface AppProps {
  readonly state: AppState;
  readonly begin: () => void;
}

export function App({ state, begin }: AppProps) {
  const phase = state.phase.value;
  const recording = state.recording.value;
  return (
    <div class="page">
      <Header
        index={recording?.store.index ?? null}
        entries={state.recordings.value}
        open={recording?.entry ?? null}
        onOpen={(entry) => void openRecording(state, entry)}
      />
      <ViewsRail />
      {phase.kind === "ready" && recording ? <Tour state={state} recording={recording} /> : <Waiting phase={phase} begin={begin} />}
    </div>
  );
}

function Waiting({ phase, begin }: { phase: Phase; begin: () => void }) {
  return (
    <main class="main alone">
      {phase.kind === "loading" && <Message title="Opening the recording" busy />}
      {phase.kind === "failed" && <Message title="The recording can't be shown" text={phase.message} retry={begin} />}
      {phase.kind === "empty" &&
        (phase.what === "recordings" ? (
          <Message title="No recordings yet" text="Record a model of your own, or let the demo train one in half a minute:" command={"inscape demo\ninscape record --help"} />
        ) : (
          <Message
            title="Nothing is laid out yet"
            text="This recording holds activations, and no embedding of them to tour. This makes one of every layer:"
            command="inscape embed PATH pca"
            retry={begin}
          />
        ))}
    </main>
  );
}

function Tour({ state, recording }: { state: AppState; recording: OpenRecording }) {
  const { classes, store } = recording;
  const colors = useMemo(() => [...classColors(classes.names.length), UNLABELED], [classes]);
  const steps = state.steps.value;
  const scene = state.scene.value;
  const problem = state.problem.value;
  const names = store.index.checkpoints.map((c) => c.name);
  const place = state.checkpoint.value;
  if (!steps) return null;
  const { embedding } = steps;
  // Between two checkpoints the numbers are those of the nearer one, and say so.
  const nearest = steps.places.reduce((best, p, i) => (Math.abs(p - place) < Math.abs(steps.places[best] - place) ? i : best), 0);
  const step = embedding.steps[steps.steps[nearest]];
  const part = scene?.parts[0]?.step;
  const simplex = embedding.method === "units" && part !== undefined && isSimplex(part.scale, part.center);
  const isClasses = embedding.axes !== null && embedding.axes.join("\n") === classes.names.join("\n");
  return (
    <>
      <main class="main" aria-busy={state.fetching.value}>
        <div class="caption">
          <h2>
            {state.layer.value} <span class="quiet">{isTimeless(state.layer.value) ? "the data itself" : `at ${placeText(names, place)}`}</span>
          </h2>
          <p>
            {captionOf({ layer: state.layer.value, method: embedding.method, dims: embedding.dims, units: step.units, simplex, classes: isClasses })}
          </p>
        </div>
        <TourView
          motion={state.motion}
          scene={state.scene}
          classes={classes}
          colors={colors}
          preview={state.preview}
          filter={state.filter}
          playing={state.playing}
          speed={state.speed}
          theme={theme}
          woken={state.woken}
          description={describe(store.index.samples, classes.names.length, state.layer.value, placeText(names, place), embedding.dims)}
          advance={(seconds) => state.advance(seconds)}
          active={() => state.active}
          onDrawn={(view) => {
            state.drawn = view !== null;
            state.stage.value = view;
          }}
        />
        {problem && <Message title="This step can't be shown" text={problem} retry={() => (state.attempt.value += 1)} />}
      </main>
      <aside class="side">
        <Legend classes={classes} colors={colors} preview={state.preview} />
        <Trust method={embedding.method} dims={embedding.dims} step={step} quality={embedding.quality[steps.steps[nearest]]} samples={store.index.samples} />
      </aside>
      <TimeBar state={state} />
    </>
  );
}
