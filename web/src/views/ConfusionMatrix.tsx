/** How often each label was taken for each class, of what is shown: a small chart that marks and selects. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { columnsOf, hasForeignPredictions } from "../data/sample-columns";
import type { AppState, OpenRecording } from "../state/app-state";
import { ConfusionPart } from "./parts";

/** Window heights, in CSS pixels, from which there is room for it. */
const ROOM = 1000;

export function ConfusionMatrix({ state, recording }: { state: AppState; recording: OpenRecording }) {
  const { store } = recording;
  const possible = useMemo(() => {
    const names = columnsOf(store).map(({ name }) => name);
    return names.includes("label") && names.includes("prediction") && !hasForeignPredictions(store);
  }, [store]);
  const [open, setOpen] = useState(window.innerHeight >= ROOM);
  const [large, setLarge] = useState(false);
  if (!possible) return null;
  return (
    <section class="confusion" aria-labelledby="confusion-title">
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary data-testid="confusion-summary">
          <h2 id="confusion-title">Confusion matrix</h2>
        </summary>
        {open && (
          <>
            <ConfusionPart state={state} recording={recording} largest={320} />
            <button type="button" class="plain" data-testid="confusion-larger" onClick={() => setLarge(true)}>
              Larger
            </button>
          </>
        )}
      </details>
      {large && <LargeChart state={state} recording={recording} onClose={() => setLarge(false)} />}
    </section>
  );
}

/** The same in a dialog: there a hundred classes can be pointed at, and counts stand in the cells. */
function LargeChart({ state, recording, onClose }: { state: AppState; recording: OpenRecording; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const largest = Math.max(240, Math.min(760, window.innerWidth - 64, window.innerHeight - 250));
  return (
    <dialog ref={dialog} class="dialog wide" aria-labelledby="confusion-large-title" onClose={onClose} data-testid="confusion-dialog">
      <h2 id="confusion-large-title">Confusion matrix</h2>
      <div style={{ width: `${largest}px` }}>
        <ConfusionPart state={state} recording={recording} largest={largest} />
      </div>
      <div class="actions">
        <button type="button" class="primary" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
