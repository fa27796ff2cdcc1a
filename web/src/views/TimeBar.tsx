/** The one time of the page: the tour, the layer, the checkpoint. */

import { type AppState, FLOW } from "../state/app-state";
import { layerOfStop } from "../data/flow-steps";
import type { CheckpointEntry, SplitAccuracy } from "../data/recording-index";
import { isTimeless } from "../data/steps";
import { Slider } from "./Slider";

interface PlayButtonProps {
  readonly playing: boolean;
  readonly label: string;
  readonly testid: string;
  readonly title: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

export function PlayButton({ playing, label, testid, title, disabled = false, onClick }: PlayButtonProps) {
  return (
    <button type="button" class="play" data-testid={testid} aria-label={label} aria-pressed={playing} title={title} disabled={disabled} onClick={onClick}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" fill="currentColor">
        {playing ? <path d="M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z" /> : <path d="M4 2.2v11.6L13.4 8z" />}
      </svg>
    </button>
  );
}

interface StepButtonProps {
  readonly testid: "undo" | "redo";
  readonly label: string;
  readonly title: string;
  readonly enabled: boolean;
  readonly onClick: () => void;
}

/** Stays focusable when there is nothing left to undo: the keyboard does not fall off it. */
function StepButton({ testid, label, title, enabled, onClick }: StepButtonProps) {
  return (
    <button type="button" class="plain" data-testid={testid} aria-label={label} title={title} aria-disabled={!enabled} onClick={onClick}>
      <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">
        <g transform={testid === "redo" ? "matrix(-1 0 0 1 16 0)" : undefined}>
          <path d="M5.5 2.5 2.5 5.5l3 3M2.8 5.5h6.4a4 4 0 0 1 0 8H6" />
        </g>
      </svg>
    </button>
  );
}

export function UndoAndRedo({ state: { handling } }: { state: AppState }) {
  return (
    <span class="steps" role="group" aria-label="Undo and redo">
      <StepButton testid="undo" label="Undo" title="Undo (Ctrl+Z)" enabled={handling.history.undoable.value} onClick={() => handling.undo()} />
      <StepButton testid="redo" label="Redo" title="Redo (Ctrl+Shift+Z)" enabled={handling.history.redoable.value} onClick={() => handling.redo()} />
    </span>
  );
}

/** What the methods of embedding are called. */
export const METHODS: Record<string, string> = { pca: "PCA", umap: "UMAP", units: "Units", tsne: "t-SNE" };

export function TimeBar({ state, onEmbed }: { state: AppState; onEmbed: () => void }) {
  const recording = state.recording.value;
  const steps = state.steps.value;
  if (!recording || !steps) return null;
  const { checkpoints } = recording.store.index;
  const layers = state.layers.value;
  const flow = state.flow.value;
  const place = state.checkpoint.value;
  const timeless = isTimeless(state.layer.value);
  const single = state.span.value[0] === state.span.value[1];
  return (
    <footer class="timebar">
      <div class="control tour">
        <PlayButton
          playing={state.playing.value}
          label={state.playing.value ? "Pause the tour" : "Play the tour"}
          testid="tour-play"
          title="Play or pause the tour (space)"
          onClick={() => (state.playing.value = !state.playing.value)}
        />
        <label class="speed" title="The speed of the tour">
          <span class="name">speed</span>
          <input
            type="range"
            data-testid="speed-slider"
            min={0.25}
            max={3}
            step={0.25}
            value={state.speed.value}
            aria-valuetext={`${state.speed.value} times`}
            onInput={(event) => (state.speed.value = event.currentTarget.valueAsNumber)}
          />
        </label>
        <button type="button" class="plain" title="Back to the first two dimensions (r)" onClick={() => state.reset()} data-testid="reset">
          Reset
        </button>
        <UndoAndRedo state={state} />
      </div>
      <div class="control layer">
        <span class="name">layer</span>
        <Slider
          label="Layer"
          testid="layer-slider"
          names={layers}
          value={flow ? state.flowPlace.value : layers.indexOf(state.layer.value)}
          span={[0, layers.length - 1]}
          continuous={flow !== null}
          text={flow ? placeText(layers, state.flowPlace.value) : state.layer.value}
          onInput={(i) => (flow ? state.going.along(i) : state.going.toLayer(layers[i]))}
        />
        <output class="value" title={flow ? placeText(layers, state.flowPlace.value) : "j, k"}>
          {flow ? placeText(layers, state.flowPlace.value) : state.layer.value}
        </output>
        <Embeddings state={state} onEmbed={onEmbed} />
      </div>
      <div class="control checkpoint">
        <span class="name">checkpoint</span>
        <PlayButton
          playing={state.checkpointPlaying.value}
          label={state.checkpointPlaying.value ? "Pause the checkpoints" : "Play the checkpoints"}
          testid="checkpoint-play"
          title={single ? "This embedding was made of one checkpoint" : "Play the checkpoints"}
          disabled={single}
          onClick={() => state.going.playCheckpoints()}
        />
        <Slider
          label="Checkpoint"
          testid="checkpoint-slider"
          names={checkpoints.map((c) => c.name)}
          value={place}
          span={state.span.value}
          continuous={true}
          text={placeText(checkpoints.map((c) => c.name), place)}
          onInput={(value) => state.going.toCheckpoint(value)}
        />
        <output class={`value two${checkpoints.some(parted) ? " parted" : ""}`} title="h, l">
          <span>{placeText(checkpoints.map((c) => c.name), place)}</span>
          <small>{timeless ? "the data: no change" : accuracyText(checkpoints, place)}</small>
        </output>
      </div>
    </footer>
  );
}

function Embeddings({ state, onEmbed }: { state: AppState; onEmbed: () => void }) {
  const flow = state.flow.value;
  // On a flow the recorded layer that is nearest can be shown in the other ways.
  const choices = flow ? state.choicesOf(layerOfStop(flow.flow, Math.round(state.flowPlace.value))) : state.choices.value;
  const shown = state.steps.value?.embedding;
  return (
    <div class="choice" role="group" aria-label="Embedding">
      {choices.map(({ embedding }) => (
        <button
          key={embedding.name}
          type="button"
          aria-pressed={embedding === shown}
          data-testid={`embedding-${embedding.method}`}
          onClick={() => state.going.toMethod(embedding.method)}
        >
          {METHODS[embedding.method] ?? embedding.title}
        </button>
      ))}
      {state.recording.value && state.recording.value.flows.length > 0 && (
        <button
          type="button"
          aria-pressed={state.flow.value !== null}
          data-testid="embedding-flow"
          title="From layer to layer as the network computes it"
          onClick={() => state.going.toMethod(FLOW)}
        >
          Flow
        </button>
      )}
      <button type="button" class="more" aria-label="Lay out in another way" title="Lay out in another way" onClick={onEmbed} data-testid="embed-button">
        +
      </button>
    </div>
  );
}

/** Where a position is: a checkpoint's name, or two of them with the way between. */
export function placeText(names: readonly string[], place: number): string {
  const before = Math.floor(place + 1e-6);
  const share = place - before;
  if (share < 0.005 || before + 1 >= names.length) return names[before] ?? "";
  return `${names[before]} → ${names[before + 1]}`;
}

/** The accuracy there: of a checkpoint, or of the two that lie around; between them nobody measured it. */
export function accuracyText(checkpoints: readonly Measured[], place: number): string {
  const before = Math.floor(place + 1e-6);
  const here = checkpoints[before];
  const next = place - before < 0.005 ? undefined : checkpoints[before + 1];
  if (!here || here.accuracy === null) return "";
  // Over training and test samples together it would be neither's: each by itself, shorter on the way.
  if (parted(here)) {
    const text = (split: SplitAccuracy): string => {
      const after = next?.splits?.find((s) => s.name === split.name);
      return after
        ? `${split.name} ${(100 * split.accuracy).toFixed(0)} → ${(100 * after.accuracy).toFixed(0)}%`
        : `${split.name} ${percent(split.accuracy)}`;
    };
    return (here.splits ?? []).map(text).join(" · ");
  }
  const after = next?.accuracy ?? null;
  return `accuracy ${percent(here.accuracy)}` + (after === null ? "" : ` → ${percent(after)}`);
}

type Measured = Pick<CheckpointEntry, "accuracy" | "splits">;

/** Whether accuracy is told by split: of two to four. */
function parted({ splits = [] }: Measured): boolean {
  return splits.length > 1 && splits.length <= 4;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
