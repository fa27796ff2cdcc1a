/** The time of the trails: the checkpoint, or the layer, up to which they are drawn. */

import type { AppState } from "../state/app-state";
import { Slider } from "./Slider";
import { accuracyText, placeText, PlayButton, UndoAndRedo } from "./TimeBar";

export function TrailsTimeBar({ state }: { state: AppState }) {
  const { trails } = state;
  const recording = state.recording.value;
  const index = trails.index.value;
  if (!recording || !index) return null;
  const kind = index.along === "checkpoints" ? "checkpoint" : "layer";
  const names = trails.names.value;
  const now = trails.now.value;
  const text = placeText(names, now);
  const playing = trails.playing;
  return (
    <footer class="timebar trails-time">
      <div class="control tour">
        <PlayButton playing={playing} label={playing ? "Let the trails wait" : "Let the trails grow"} testid={`${kind}-play`} title="Let the trails grow, or wait (space)" onClick={() => trails.play()} />
        <button type="button" class="plain" title="The whole in view (r)" onClick={() => trails.reset()} data-testid="reset">
          Reset
        </button>
        <UndoAndRedo state={state} />
      </div>
      <div class="control checkpoint">
        <span class="name">{kind}</span>
        {kind === "checkpoint" ? (
          // The places of checkpoints: trails may leave some out.
          <Slider label="Checkpoint" testid="checkpoint-slider" names={recording.store.index.checkpoints.map(({ name }) => name)} value={state.checkpoint.value} span={state.span.value} continuous={true} text={text} onInput={(value) => state.going.toCheckpoint(value)} />
        ) : (
          <Slider label="Layer" testid="layer-slider" names={names} value={now} span={[0, names.length - 1]} continuous={true} text={text} onInput={(value) => trails.go(value)} />
        )}
        <output class="value two" title={kind === "checkpoint" ? "h, l" : "j, k"}>
          <span>{text}</span>
          <small>{kind === "checkpoint" ? accuracyText(recording.store.index.checkpoints, state.checkpoint.value) : `at ${index.fixed}`}</small>
        </output>
      </div>
    </footer>
  );
}
