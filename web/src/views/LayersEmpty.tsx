/** The Layers view where nothing was compared yet: what would, and how far it is. */

import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { askForSimilarity, cancelJob } from "../data/jobs";
import type { SimilarityIndex } from "../data/similarity";
import type { AppState, OpenRecording } from "../state/app-state";
import { say } from "../state/session";

/** Why there is nothing to show; null where there may be. */
export type LayersLack = "similarity" | "layers";

export function lackOf({ store }: OpenRecording, index: SimilarityIndex | null): LayersLack | null {
  if (index) return index.rows.length * index.columns.length > 1 ? null : "layers";
  const { layers, checkpoints } = store.index;
  return layers.length * checkpoints.length < 2 ? "layers" : "similarity";
}

export function LayersEmpty({ state, recording, lack }: { state: AppState; recording: OpenRecording; lack: LayersLack | null }) {
  const refused = useMemo(() => signal<string | null>(null), [recording.entry.name]);
  const { name } = recording.entry;
  const { layers, checkpoints } = recording.store.index;
  const job = [...state.jobs.value].reverse().find(({ kind, recording: of }) => kind === "similarity" && of === name);
  const there = state.connection.value === "live";
  const ask = (): void => {
    refused.value = null;
    askForSimilarity(name).catch((error: unknown) => (refused.value = say(error)));
  };
  if (lack === "layers") {
    return (
      <main class="main alone">
        <div class="message" data-testid="layers-empty">
          <h2>There is one layer to look at</h2>
          <p>
            {layers[0]?.name ?? "Nothing"} at {checkpoints[0]?.name ?? "no checkpoint"} is all that was recorded, and a comparison needs two. Record more layers, more checkpoints, or compare with another model
            over the same samples:
          </p>
          <pre tabIndex={0}>{"inscape record --help\ninscape similarity PATH OTHER"}</pre>
        </div>
      </main>
    );
  }
  const pending = job?.state === "queued" || job?.state === "running";
  const failed = job?.state === "failed" || job?.state === "interrupted" || job?.state === "cancelled";
  const steps = layers.length * checkpoints.length;
  return (
    <main class="main alone">
      <div class="message" data-testid="layers-empty" aria-busy={pending}>
        <h2>Which layers, of one model or of two, hold the same thing?</h2>
        {pending ? (
          <>
            <p role="status">{job.state === "queued" ? "The comparison waits for the work before it." : `Comparing: ${job.progress.doing || "starting"}`}</p>
            <progress max={job.progress.total || 1} value={job.progress.total ? job.progress.done : undefined} aria-label="Progress of the comparison" />
            <button type="button" class="plain" onClick={() => void cancelJob(job.id).catch((error: unknown) => (refused.value = say(error)))}>
              Cancel
            </button>
          </>
        ) : (
          <>
            <p>
              {layers.length === 1
                ? `This recording has one layer, ${layers[0].name}: what can be compared are its ${checkpoints.length} checkpoints.`
                : `Nothing was compared yet: ${layers.length} layers${checkpoints.length > 1 ? ` at ${checkpoints.length} checkpoints` : ""}, ${(steps ** 2).toLocaleString("en-US")} pairs. A matrix of them all is made by`}
            </p>
            <pre tabIndex={0}>inscape similarity PATH</pre>
            {failed && (
              <p class="note error" role="alert" data-testid="layers-failed">
                {job.error ? `${job.error.what}: ${job.error.got}. ${job.error.remedy}.` : `The comparison was ${job.state}.`}
              </p>
            )}
            {refused.value && (
              <p class="note error" role="alert">
                {refused.value}
              </p>
            )}
            {there && (
              <button type="button" class="primary" data-testid="layers-make" onClick={ask}>
                {failed ? "Try again" : "Compare them now"}
              </button>
            )}
          </>
        )}
      </div>
    </main>
  );
}
