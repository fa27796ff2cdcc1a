/** The sets of handles that are kept in the recording: to keep the present ones, to take one up again, to remove one. */

import { useState } from "preact/hooks";
import type { SavedHandles } from "../data/people";
import type { AppState } from "../state/app-state";
import { fromSaved, toSaved } from "../state/saved-handles";
import { say } from "../state/session";

/** Characters of a name that the recording keeps. */
const LONGEST = 80;

export function SavedHandlesList({ state }: { state: AppState }) {
  const people = state.people.value;
  const [naming, setNaming] = useState(false);
  const handles = state.handling.handles.value;
  const tell = (error: unknown): void => {
    state.notice.value = say(error);
  };
  const keep = (name: string): void => {
    setNaming(false);
    const trimmed = name.trim();
    if (!trimmed) return;
    const there = people.handles.find((entry) => entry.name === trimmed);
    void state.peopleClient?.put("handles", trimmed, { handles: toSaved(handles, state.grouping.peek()) }, there?.version ?? "new").catch(tell);
  };
  const take = (saved: SavedHandles): void => {
    const found = fromSaved(saved, state.grouping.peek(), state.recording.peek()?.store.index.samples ?? 0);
    if (typeof found === "string") {
      state.notice.value = `The handles “${saved.name}” can't be shown: ${found}.`;
      return;
    }
    state.handling.step(() => (state.handling.handles.value = found.handles));
    if (found.lost) state.notice.value = `${found.lost} of them hold groups that this coloring has not: color by label.`;
  };
  if (!people.handles.length && !(handles.length && people.writable)) return null;
  return (
    <div class="saved-handles">
      {people.handles.length > 0 && (
        <ul>
          {people.handles.map((saved) => (
            <li key={saved.name}>
              <button type="button" class="plain" title="Take these handles up" onClick={() => take(saved)}>
                {saved.name} <span class="quiet">{saved.handles.length}</span>
              </button>
              {people.writable && (
                <button
                  type="button"
                  class="plain"
                  aria-label={`Remove the handles ${saved.name} from the recording`}
                  title="Remove from the recording"
                  onClick={() => void state.peopleClient?.remove("handles", saved.name, saved.version).catch(tell)}
                >
                  ×
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {handles.length > 0 &&
        people.writable &&
        (naming ? (
          <input
            class="handle-set-name"
            data-testid="handle-set-name"
            aria-label="Name of this set of handles"
            placeholder="name, then Enter"
            maxLength={LONGEST}
            ref={(input) => input?.focus()}
            onBlur={() => setNaming(false)}
            onKeyDown={(event) => {
              if (event.key === "Enter") keep(event.currentTarget.value);
              else if (event.key === "Escape") setNaming(false);
              else return;
              event.preventDefault();
              event.stopPropagation();
            }}
          />
        ) : (
          <button type="button" class="plain" data-testid="handles-keep" onClick={() => setNaming(true)}>
            Keep these handles
          </button>
        ))}
    </div>
  );
}
