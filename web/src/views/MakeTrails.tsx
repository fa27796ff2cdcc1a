/** Asks the server for trails, and says how far they are. */

import { useState } from "preact/hooks";
import { askForTrails, cancelJob, RefusedJob, startAgain, type TrailsParameters } from "../data/jobs";
import type { Job } from "../data/live";
import { isTimeless } from "../data/steps";
import type { AppState, OpenRecording } from "../state/app-state";
import { say } from "../state/session";

const LAYERS = "through layers";

/** Layouts that trails can be of; the first is the usual one. */
const METHODS = [
  { method: "umap", title: "UMAP" },
  { method: "pca", title: "PCA" },
];

export interface MakeTrailsProps {
  readonly state: AppState;
  readonly recording: OpenRecording;
  /** Called when a job was taken. */
  readonly onMade?: () => void;
}

/** The layer that is asked for at first: the one that is shown, or else the last but one, where classes part. */
export function layerToAsk(state: AppState, recording: OpenRecording): string {
  const layers = recording.store.index.layers.map(({ name }) => name).filter((name) => !isTimeless(name));
  const shown = state.layer.peek();
  return layers.includes(shown) && shown !== layers[layers.length - 1] ? shown : (layers[layers.length - 2] ?? layers[0] ?? shown);
}

export function MakeTrails({ state, recording, onMade }: MakeTrailsProps) {
  const { index } = recording.store;
  const layers = index.layers.map(({ name }) => name).filter((name) => !isTimeless(name));
  const single = index.checkpoints.length < 2;
  const [choice, setChoice] = useState(single ? LAYERS : layerToAsk(state, recording));
  const [method, setMethod] = useState(METHODS[0].method);
  const [refused, setRefused] = useState<string | null>(null);
  const checkpoint = index.checkpoints[state.nearestCheckpoint.value]?.name;
  const ask = async (): Promise<void> => {
    const parameters: TrailsParameters = choice === LAYERS ? { along: "layers", checkpoint, method } : { along: "checkpoints", layer: choice, method };
    try {
      setRefused(null);
      await askForTrails(recording.entry.name, parameters);
      onMade?.();
    } catch (error) {
      setRefused(error instanceof RefusedJob ? error.message : say(error));
    }
  };
  return (
    <div class="make-trails">
      <div class="make-row">
        <select data-testid="trails-layer" aria-label="Trails of" value={choice} onChange={(event) => setChoice(event.currentTarget.value)}>
          {!single && (
            <optgroup label="Through the checkpoints">
              {layers.map((layer) => (
                <option key={layer} value={layer}>
                  {layer}
                </option>
              ))}
            </optgroup>
          )}
          {layers.length > 1 && (
            <optgroup label="Through the layers">
              <option value={LAYERS}>every layer at {checkpoint}</option>
            </optgroup>
          )}
        </select>
        <select data-testid="trails-method" aria-label="Laid out by" title="UMAP keeps who is next to whom, and takes some minutes; PCA keeps the directions that vary most, and takes seconds" value={method} onChange={(event) => setMethod(event.currentTarget.value)}>
          {METHODS.map((one) => (
            <option key={one.method} value={one.method}>
              {one.title}
            </option>
          ))}
        </select>
        <button type="button" class="primary" data-testid="trails-make" onClick={() => void ask()}>
          Make trails
        </button>
      </div>
      {refused && (
        <p class="note error" role="alert">
          {refused}
        </p>
      )}
    </div>
  );
}

/** The job that makes trails of the open recording, if one waits, runs or failed. */
export function TrailsJob({ state, recording }: MakeTrailsProps) {
  const jobs = state.jobs.value.filter((job) => job.kind === "trails" && job.recording === recording.entry.name);
  const job = jobs[jobs.length - 1] as Job | undefined;
  if (!job || job.state === "done" || job.state === "cancelled") return null;
  const { done, total, doing } = job.progress;
  const tell = (error: unknown): void => {
    state.notice.value = say(error);
  };
  const pending = job.state === "queued" || job.state === "running";
  return (
    <div class="trails-job" data-testid="trails-job" data-state={job.state} role="status">
      {pending && (
        <>
          <progress max={total || 1} value={total ? done : undefined} aria-label={`Progress of ${job.title}`} />
          <p class="note">
            {job.state === "queued" ? "waits for another job" : doing || "starting"}
            {total > 0 && ` · ${done} of ${total}`}
          </p>
          <button type="button" class="plain" onClick={() => void cancelJob(job.id).catch(tell)}>
            Cancel
          </button>
        </>
      )}
      {job.error && (
        <p class="note error">
          {job.error.what}: {job.error.got}. {job.error.remedy}.
        </p>
      )}
      {!pending && (
        <button type="button" class="plain" onClick={() => void startAgain(job.id).catch(tell)}>
          Start again
        </button>
      )}
    </div>
  );
}
