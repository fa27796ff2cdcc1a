/** Where there is no map of the layer at this checkpoint: what makes it, and where there is one. */

import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { askForUnits, RefusedJob } from "../data/jobs";
import type { AppState, OpenRecording } from "../state/app-state";
import { say } from "../state/session";
import { quoted } from "./commands";

export function UnitsEmpty({ state, recording, layer }: { readonly state: AppState; readonly recording: OpenRecording; readonly layer: string | null }) {
  const refused = useMemo(() => signal<string | null>(null), [layer, recording]);
  const { store, entry } = recording;
  const checkpoint = state.units.checkpoint.value;
  const others = store.units.filter((map) => store.index.checkpoints.some(({ name }) => name === map.checkpoint) && store.index.layers.some(({ name }) => name === map.layer));
  const near = [...others.filter((map) => map.layer === layer), ...others.filter((map) => map.layer !== layer)].slice(0, 8);
  const job = state.jobs.value.filter(({ kind, recording: of, parameters }) => kind === "units" && of === entry.name && parameters.layer === layer && parameters.checkpoint === checkpoint).at(-1);
  const busy = job?.state === "queued" || job?.state === "running";
  const make = (): void => {
    refused.value = null;
    if (layer !== null) askForUnits(entry.name, layer, checkpoint).catch((error: unknown) => (refused.value = error instanceof RefusedJob ? error.message : say(error)));
  };
  return (
    <div class="message" data-testid="units-empty" role="status">
      {layer === null ? (
        <>
          <h2>The flow is where nothing was recorded</h2>
          <p>Units are mapped of recorded layers: move the layer scrubber to one.</p>
        </>
      ) : (
        <>
          <h2>
            There is no map of the units of {layer} at {checkpoint} yet
          </h2>
          <p>It lays out the units by how they follow each other, names the dead and the duplicated, and measures what each tells of every class.</p>
          <pre tabIndex={0}>{`inscape units ${entry.name}.inscape --layer ${quoted(layer)} --checkpoint ${quoted(checkpoint)}`}</pre>
          {busy ? (
            <div class="units-job" data-testid="units-job">
              <progress aria-label="Mapping the units" max={Math.max(1, job.progress.total)} value={job.progress.total ? job.progress.done : undefined} />
              <p>{job.state === "queued" ? "waiting for the job before it" : `${job.progress.doing || "beginning"}${job.progress.total ? `, ${job.progress.done} of ${job.progress.total} ${job.progress.unit}` : ""}`}</p>
            </div>
          ) : (
            <button type="button" class="primary" data-testid="units-make" onClick={make}>
              Make it now
            </button>
          )}
          {(refused.value ?? (job?.state === "failed" && job.error)) && (
            <p class="note error" role="alert" data-testid="units-refused">
              {refused.value ?? (job?.error ? `${job.error.what}; got ${job.error.got}; ${job.error.remedy}` : "")}
            </p>
          )}
        </>
      )}
      {near.length > 0 && (
        <p data-testid="units-others">
          There is one of{" "}
          {near.map((map, i) => (
            <span key={map.name}>
              {i > 0 && (i === near.length - 1 ? " and " : ", ")}
              <button type="button" class="link" onClick={() => state.units.goTo(map)}>
                {map.layer} at {map.checkpoint}
              </button>
            </span>
          ))}
          .
        </p>
      )}
    </div>
  );
}
