/** No trails yet: what they would show, what makes them, and the button that does it. */

import { useEffect } from "preact/hooks";
import type { AppState, OpenRecording } from "../state/app-state";
import { NO_IMAGES } from "../state/stage-view";
import { layerToAsk, MakeTrails, TrailsJob } from "./MakeTrails";

export function TrailsEmpty({ state, recording }: { state: AppState; recording: OpenRecording }) {
  const { index } = recording.store;
  const single = index.checkpoints.length < 2;
  const few = index.layers.length < 2;
  const layer = layerToAsk(state, recording);
  // Nothing is drawn, and that is the picture of this state.
  useEffect(() => {
    state.stage.value ??= { scale: 1, center: [0, 0], width: 0, height: 0, devicePixelRatio: window.devicePixelRatio || 1, points: 0, ...NO_IMAGES };
  }, [state]);
  return (
    <main class="main alone">
      <div class="message trails-empty" data-testid="trails-empty">
        <h2>How did each sample travel through training, or through the layers?</h2>
        {single ? (
          <p data-testid="trails-single">
            A trail needs two checkpoints or more, and this recording has {index.checkpoints.length === 1 ? "one" : "none"}. {few ? "Record the model again while it trains, with a checkpoint after each epoch." : "Through its layers the samples can be followed all the same:"}
          </p>
        ) : (
          <p>
            Trails lay the samples out in two dimensions at every checkpoint, each next to the one before, and join the places of every sample to one line. Lines that run together are bundled, so that thousands can be read.
          </p>
        )}
        {!(single && few) && (
          <>
            <pre tabIndex={0}>{single ? "inscape trails PATH --along layers" : `inscape trails PATH --layer ${layer}`}</pre>
            <MakeTrails state={state} recording={recording} />
            <TrailsJob state={state} recording={recording} />
          </>
        )}
        <button type="button" class="plain" onClick={() => (state.view.value = "tour")}>
          Back to the Tour
        </button>
      </div>
    </main>
  );
}
