/** Asks for a layout that the recording does not have yet. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { EmbedParameters } from "../data/jobs";

export interface EmbedDialogProps {
  readonly layer: string;
  readonly layers: number;
  readonly samples: number;
  /** Takes what was asked for; resolves to what the server said against it, or null. */
  readonly onAsk: (parameters: EmbedParameters) => Promise<string | null>;
  readonly onClose: () => void;
}

const METHODS = [
  { method: "umap", title: "UMAP", dims: 15, says: "parts groups well; the distances between groups mean little" },
  { method: "pca", title: "PCA", dims: 16, says: "exact: the directions that vary most" },
];

export function EmbedDialog({ layer, layers, samples, onAsk, onClose }: EmbedDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [choice, setChoice] = useState(METHODS[0]);
  const [all, setAll] = useState(false);
  const [dims, setDims] = useState(METHODS[0].dims);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const refused = await onAsk({ method: choice.method, dims, ...(all ? {} : { layers: [layer] }) });
    if (refused === null) onClose();
    else setProblem(refused);
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="embed-title" onClose={onClose} data-testid="embed-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="embed-title">Lay out the samples</h2>
        <fieldset>
          <legend>Method</legend>
          {METHODS.map((m) => (
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
            <input type="radio" name="layers" checked={!all} onChange={() => setAll(false)} />
            {layer}
          </label>
          <label>
            <input type="radio" name="layers" checked={all} onChange={() => setAll(true)} />
            every layer <span class="quiet">{layers} of them</span>
          </label>
        </fieldset>
        <label class="row">
          Dimensions
          <input type="number" min={2} max={64} value={dims} onInput={(event) => setDims(event.currentTarget.valueAsNumber)} required />
        </label>
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
