/** The selections that are kept in the recording, by whomever: to select, to bring up to date, to rename, to remove. */

import { useState } from "preact/hooks";
import { ChangedMeanwhile, samplesOf, type SavedSelection } from "../data/people";
import type { AppState } from "../state/app-state";
import { say } from "../state/session";

/** Characters of a name. */
const LONGEST_NAME = 80;

export function SavedSelections({ state }: { state: AppState }) {
  const { selections, writable } = state.people.value;
  const selection = state.selection.value;
  const [name, setName] = useState("");
  /** The one whose buttons are shown. */
  const [chosen, setChosen] = useState<string | null>(null);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [removed, setRemoved] = useState<SavedSelection | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  if (!selections.length && !removed && (!selection.length || !writable)) return null;

  const taken = (entry: string): string => `“${entry}” is there already: take another name, or update it.`;
  const change = async (entry: string, work: () => Promise<void> | undefined, conflict?: string): Promise<boolean> => {
    setSaid(null);
    try {
      await work();
      return true;
    } catch (error) {
      setSaid(error instanceof ChangedMeanwhile ? conflict ?? `“${entry}” was changed meanwhile, elsewhere: what you see now is the newest. Do it again if it still holds.` : say(error));
      return false;
    }
  };
  const save = async (): Promise<void> => {
    const wanted = name.trim();
    if (selections.some((entry) => entry.name === wanted)) {
      setChosen(wanted);
      setSaid(taken(wanted));
    } else if (await change(wanted, () => state.peopleClient?.put("selections", wanted, { samples: selection }, "new"), taken(wanted))) {
      setName("");
      setChosen(wanted);
    }
  };
  const rename = async (entry: SavedSelection, to: string): Promise<void> => {
    setRenaming(null);
    const wanted = to.trim();
    if (!wanted || wanted === entry.name) return;
    if (selections.some((other) => other.name === wanted)) setSaid(taken(wanted));
    else if (await change(entry.name, () => state.peopleClient?.put("selections", entry.name, { name: wanted }, entry.version))) setChosen(wanted);
  };
  const remove = async (entry: SavedSelection): Promise<void> => {
    if (await change(entry.name, () => state.peopleClient?.remove("selections", entry.name, entry.version))) setRemoved(entry);
  };
  const restore = async ({ name: old, samples, color, note, by }: SavedSelection): Promise<void> => {
    const content = { samples, ...(color && { color }), ...(note && { note }), ...(by && { by }) };
    if (await change(old, () => state.peopleClient?.put("selections", old, content, "new"), taken(old))) setRemoved(null);
  };
  const samplesIn = (entry: SavedSelection): number[] => {
    const samples = state.recording.peek()?.store.index.samples ?? 0;
    return samplesOf(entry).filter((sample) => sample < samples);
  };

  return (
    <section class="saved" aria-labelledby="saved-title">
      <h2 id="saved-title">
        Saved selections <span class="quiet">{selections.length.toLocaleString("en-US")}</span>
      </h2>
      {writable && selection.length > 0 && (
        <form
          class="save"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <input
            type="text"
            data-testid="save-name"
            aria-label="Name of the selection"
            placeholder="name"
            autocomplete="off"
            maxLength={LONGEST_NAME}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
            onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
          />
          <button type="submit" class="plain" data-testid="save" aria-disabled={!name.trim()} onClick={(event) => !name.trim() && event.preventDefault()}>
            Save
          </button>
        </form>
      )}
      <ul>
        {selections.map((entry) => (
          <li key={entry.name} data-testid={`saved-${entry.name}`}>
            {renaming === entry.name ? (
              <RenameField name={entry.name} onDone={(to) => void rename(entry, to)} onCancel={() => setRenaming(null)} />
            ) : (
              <button
                type="button"
                class="row"
                aria-expanded={writable ? chosen === entry.name : undefined}
                title={entry.note ?? "Select it"}
                onPointerEnter={() => (state.pointing.value = samplesIn(entry))}
                onPointerLeave={() => (state.pointing.value = null)}
                onFocus={() => (state.pointing.value = samplesIn(entry))}
                onBlur={() => (state.pointing.value = null)}
                onClick={() => {
                  state.setSelection(samplesIn(entry));
                  setChosen(entry.name);
                }}
              >
                {entry.color && <span class="swatch" style={{ backgroundColor: entry.color }} aria-hidden="true" />}
                <span class="name">{entry.name}</span>
                <span class="count">{entry.samples.count.toLocaleString("en-US")}</span>
              </button>
            )}
            {writable && chosen === entry.name && renaming !== entry.name && (
              <div class="does-with" role="group" aria-label={`“${entry.name}”`}>
                <button
                  type="button"
                  class="plain"
                  data-testid="saved-update"
                  title="Let it be what is selected now"
                  onClick={() => void change(entry.name, () => state.peopleClient?.put("selections", entry.name, { samples: selection }, entry.version))}
                >
                  Update
                </button>
                <button type="button" class="plain" data-testid="saved-rename" onClick={() => setRenaming(entry.name)}>
                  Rename
                </button>
                <button type="button" class="plain" data-testid="saved-remove" onClick={() => void remove(entry)}>
                  Remove
                </button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {removed && (
        <p class="note" role="status">
          “{removed.name}” is removed.{" "}
          <button type="button" class="plain" data-testid="saved-undo" onClick={() => void restore(removed)}>
            Undo
          </button>
        </p>
      )}
      {said && (
        <p class="note error" role="alert" data-testid="saved-said">
          {said}
        </p>
      )}
      {!writable && <p class="note">This copy can't be written: its selections can be read only.</p>}
    </section>
  );
}

function RenameField({ name, onDone, onCancel }: { name: string; onDone: (to: string) => void; onCancel: () => void }) {
  const [to, setTo] = useState(name);
  return (
    <input
      type="text"
      data-testid="saved-new-name"
      aria-label={`New name of “${name}”`}
      maxLength={LONGEST_NAME}
      value={to}
      ref={(field) => {
        if (field && document.activeElement !== field && to === name) field.select();
      }}
      onInput={(event) => setTo(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") onDone(to);
        else if (event.key === "Escape") onCancel();
      }}
      onBlur={onCancel}
    />
  );
}
