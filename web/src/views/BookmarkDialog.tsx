/** Asks for the name and the sentence of a saved view; of one that is there, also for its place, or to delete it. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Bookmarks, Editing, Refusal } from "../state/bookmarks";

export interface BookmarkDialogProps {
  readonly bookmarks: Bookmarks;
  readonly editing: Editing;
  readonly count: number;
  readonly onClose: () => void;
}

export function BookmarkDialog({ bookmarks, editing, count, onClose }: BookmarkDialogProps) {
  const { bookmark } = editing;
  const dialog = useRef<HTMLDialogElement>(null);
  const [first] = useState(() => (bookmark ? bookmarks.list.peek().findIndex(({ name }) => name === bookmark.name) : count));
  const [name, setName] = useState(editing.name);
  const [sentence, setSentence] = useState(bookmark?.sentence ?? "");
  const [place, setPlace] = useState(first);
  const [replacing, setReplacing] = useState(!bookmark);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector("textarea")?.focus();
  }, []);
  // Who has read what somebody else wrote may write over it.
  const seen = refusal?.now ?? bookmark;
  const run = async (act: () => Promise<Refusal | null>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const refused = await act();
    setBusy(false);
    if (refused) setRefusal(refused);
    else dialog.current?.close();
  };
  const save = (event: Event): void => {
    event.preventDefault();
    // One that is made anew comes back where it was.
    const moved = place === first && seen !== "gone" ? undefined : place;
    void run(() => bookmarks.save(editing, { name, sentence, position: moved, replacing }, seen));
  };
  return (
    <dialog ref={dialog} class="dialog bookmark-dialog" aria-labelledby="bookmark-title" onClose={onClose} data-testid="bookmark-dialog">
      <form onSubmit={save}>
        <h2 id="bookmark-title">{bookmark ? "Change a saved view" : "Keep this view"}</h2>
        <label>
          Name
          <input type="text" value={name} maxLength={80} required onInput={(event) => setName(event.currentTarget.value)} data-testid="bookmark-name" />
        </label>
        <label>
          What is to be seen
          <textarea rows={4} value={sentence} maxLength={500} required onInput={(event) => setSentence(event.currentTarget.value.replace(/\s*\n\s*/g, " "))} data-testid="bookmark-text" />
        </label>
        {bookmark && (
          <>
            <label class="line">
              Place
              <select value={place} onChange={(event) => setPlace(Number(event.currentTarget.value))} data-testid="bookmark-position">
                {Array.from({ length: count }, (_, i) => (
                  <option key={i} value={i}>
                    {i + 1}
                  </option>
                ))}
              </select>
              <span class="quiet">of {count}</span>
            </label>
            <label class="line">
              <input type="checkbox" checked={replacing} onChange={(event) => setReplacing(event.currentTarget.checked)} data-testid="bookmark-replace" />
              Show what is on the stage now in place of what was kept
            </label>
          </>
        )}
        {refusal && (
          <div class="note error" role="alert" data-testid="bookmark-refusal">
            {refusal.now === null ? (
              <p>{refusal.message}</p>
            ) : refusal.now === "gone" ? (
              <p>Somebody deleted this view meanwhile. Save it to make it anew, or cancel.</p>
            ) : (
              <p>Somebody changed this view meanwhile. Now it says: “{refusal.now.sentence}” Save to write yours over it, or cancel to leave it.</p>
            )}
          </div>
        )}
        <div class="actions">
          {bookmark && (
            <button type="button" class="plain delete" disabled={refusal?.now === "gone"} onClick={() => void run(() => bookmarks.remove(seen && seen !== "gone" ? seen : bookmark))} data-testid="bookmark-delete">
              Delete
            </button>
          )}
          <button type="button" class="plain" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={busy} data-testid="bookmark-save">
            {refusal?.now ? "Save mine" : "Save"}
          </button>
        </div>
      </form>
    </dialog>
  );
}
