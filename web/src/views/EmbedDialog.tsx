/** Asks for a layout that the recording does not have yet. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { EmbedParameters } from "../data/jobs";

export interface EmbedDialogProps {
  readonly layer: string;
  readonly layers: number;
  readonly samples: number;
  /** Of the layer that is shown. */
  readonly units: number;
  readonly checkpoints: number;
  /** Takes what was asked for; resolves to what the server said against it, or null. */
  readonly onAsk: (parameters: EmbedParameters) => Promise<string | null>;
  readonly onClose: () => void;
}

const METHODS = [
  { method: "umap", title: "UMAP", dims: 15, says: "parts groups well; the distances between groups mean little" },
  { method: "pca", title: "PCA", dims: 16, says: "exact: the directions that vary most" },
  { method: "tsne", title: "t-SNE", dims: 2, says: "in two dimensions; parts groups, their sizes mean little" },
  { method: "units", title: "Units", dims: 0, says: "every unit as it is" },
];
/** Units that can be toured as they are. */
const MOST_UNITS = 64;
/** Rows of one joint layout: samples times steps. */
const MOST_ROWS = 200_000;

export function EmbedDialog({ layer, layers, samples, units, checkpoints, onAsk, onClose }: EmbedDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [choice, setChoice] = useState(METHODS[0]);
  const [all, setAll] = useState(false);
  const [dims, setDims] = useState(METHODS[0].dims);
  const [joint, setJoint] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const isJoint = choice.method === "umap" || choice.method === "tsne";
  const steps = all ? layers : checkpoints;
  const together = joint && isJoint && steps > 1 && samples * steps <= MOST_ROWS;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { method } = choice;
    const sized = method === "umap" || method === "pca" ? { dims } : {};
    const refused = await onAsk({ method, ...sized, ...(all && method !== "units" ? {} : { layers: [layer] }), ...(together ? { joint: true } : {}) });
    if (refused === null) onClose();
    else setProblem(refused);
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="embed-title" onClose={onClose} data-testid="embed-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="embed-title">Lay out the samples</h2>
        <fieldset>
          <legend>Method</legend>
          {METHODS.filter(({ method }) => method !== "units" || (units >= 2 && units <= MOST_UNITS)).map((m) => (
            <label key={m.method}>
              <input
                type="radio"
                name="method"
                checked={choice === m}
                onChange={() => {
                  setChoice(m);
                  setDims(m.dims);
                }}
              />
              {m.title} <span class="quiet">{m.says}</span>
            </label>
          ))}
        </fieldset>
        <fieldset>
          <legend>Layers</legend>
          <label>
            <input type="radio" name="layers" checked={!all || choice.method === "units"} onChange={() => setAll(false)} />
            {layer}
          </label>
          <label>
            <input type="radio" name="layers" checked={all && choice.method !== "units"} disabled={choice.method === "units"} onChange={() => setAll(true)} />
            every layer <span class="quiet">{layers} of them</span>
          </label>
        </fieldset>
        {isJoint && steps > 1 && (
          <label>
            <input type="checkbox" data-testid="embed-joint" checked={together} disabled={samples * steps > MOST_ROWS} onChange={(event) => setJoint(event.currentTarget.checked)} />
            {all ? "one space for all layers" : "one space for all checkpoints"}{" "}
            <span class="quiet">{samples * steps > MOST_ROWS ? `too large: ${MOST_ROWS.toLocaleString("en-US")} rows at most` : all ? "joint: layers side by side" : "joint: what moved between two of them shows"}</span>
          </label>
        )}
        {(choice.method === "umap" || choice.method === "pca") && (
          <label class="row">
            Dimensions
            <input type="number" min={2} max={64} value={dims} onInput={(event) => setDims(event.currentTarget.valueAsNumber)} required />
          </label>
        )}
        <p class="note">
          {samples.toLocaleString("en-US")} samples. It runs on the server behind this page, which stays usable; the layout appears when it is
          done{choice.method === "umap" ? ". The first UMAP takes some twenty seconds more, for its compiler" : ""}.
        </p>
        {problem && (
          <p class="note error" role="alert">
            {problem}
          </p>
        )}
        <div class="actions">
          <button type="button" class="plain" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="primary" data-testid="embed-submit">
            Make it
          </button>
        </div>
      </form>
    </dialog>
  );
}
