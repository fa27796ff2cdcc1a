/** A field to search the samples: what is found is counted and marked while one types. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { LONGEST_QUERY } from "../data/query-words";
import { hasForeignPredictions } from "../data/sample-columns";
import { type Suggestion, suggestionsFor } from "../data/suggestions";
import type { AppState, OpenRecording } from "../state/app-state";

const EXAMPLE = "prediction != label";
/** The same where predictions and labels are of different classes. */
const OTHER_EXAMPLE = "confidence > 0.9";

export function SearchField({ state, recording }: { state: AppState; recording: OpenRecording }) {
  const { search } = state;
  const field = useRef<HTMLInputElement>(null);
  const [caret, setCaret] = useState(0);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [focused, setFocused] = useState(false);
  const typed = search.text.value;
  const error = search.error.value;
  const found = search.found.value;
  useLayoutEffect(() => {
    search.focus = () => {
      field.current?.focus();
      field.current?.select();
    };
    return () => {
      search.focus = null;
    };
  }, []);
  useEffect(() => {
    if (!focused) return;
    state.pointing.value = found?.samples ?? null;
    return () => {
      state.pointing.value = null;
    };
  }, [focused, found]);

  // What a script or a link typed is not being typed.
  const own = useRef(typed);
  useEffect(() => {
    // The newest, not the one that was drawn: more may have been typed since.
    const now = search.text.peek();
    if (own.current === now) return;
    own.current = now;
    setOpen(false);
    setCaret(now.length);
  }, [typed]);

  const suggestions = suggestionsFor(typed, caret, {
    columns: search.columns(recording.store),
    values: (name) => valuesOf(state, name),
    classNames: recording.store.index.classNames ?? [],
    saved: state.people.value.selections.map(({ name }) => name),
  });
  const { options } = suggestions;
  const listed = open && focused && options.length > 0;
  const accept = ({ text }: Suggestion): void => {
    const begun = `${typed.slice(0, suggestions.from)}${text} `;
    const whole = (begun + typed.slice(suggestions.to).trimStart()).slice(0, LONGEST_QUERY);
    own.current = search.text.value = whole;
    setActive(-1);
    setCaret(begun.length);
    if (!field.current) return;
    // At once, and not with the next drawing: the next letter may come before it.
    field.current.value = whole;
    field.current.focus();
    field.current.setSelectionRange(begun.length, begun.length);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!listed) setOpen(true);
      else setActive((active + (event.key === "ArrowDown" ? 1 : options.length + 1) + 1) % (options.length + 1) - 1);
    } else if (event.key === "Enter" || (event.key === "Tab" && listed && active >= 0 && !event.shiftKey)) {
      event.preventDefault();
      if (listed && active >= 0) accept(options[active]);
      else {
        setOpen(false);
        void search.select(event.shiftKey ? "add" : event.altKey ? "subtract" : "replace");
      }
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (listed) setOpen(false);
      else field.current?.blur();
    }
  };
  const follow = (): void => setCaret(field.current?.selectionStart ?? 0);
  // What is being typed is no mistake yet.
  const unfinished = error !== null && (error.includes("; got nothing; ") || (focused && options.length > 0 && caret === typed.length));
  return (
    <div class="search">
      <div class="typed">
        <input
          ref={field}
          data-testid="search"
          type="text"
          role="combobox"
          aria-label="Search the samples"
          aria-expanded={listed}
          aria-controls="search-suggestions"
          aria-autocomplete="list"
          aria-activedescendant={listed && active >= 0 ? `suggestion-${active}` : undefined}
          aria-describedby="search-said"
          aria-invalid={error !== null && !unfinished}
          placeholder={hasForeignPredictions(recording.store) ? OTHER_EXAMPLE : EXAMPLE}
          title="Search (/)"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={LONGEST_QUERY}
          value={typed}
          onInput={(event) => {
            own.current = search.text.value = event.currentTarget.value;
            setActive(-1);
            setOpen(event.currentTarget.value !== "");
            follow();
          }}
          onKeyDown={onKeyDown}
          onKeyUp={follow}
          onClick={follow}
          onFocus={() => setFocused(true)}
          onBlur={() => {
            setFocused(false);
            setOpen(false);
          }}
        />
        <p id="search-said" role="status" class={error && !unfinished ? "note error" : "note"} data-testid="search-said">
          {error ?? (found ? saidOf(found.samples.length, found.hidden, found.checkpoint) : "")}
        </p>
        {found && (
          <div class="does-with" role="group" aria-label="What is found">
            {(["replace", "add", "subtract"] as const).map((how) => (
              <button key={how} type="button" class="plain" data-testid={`search-${how}`} title={WORDS[how].title} onClick={() => void search.select(how)}>
                {WORDS[how].name}
              </button>
            ))}
          </div>
        )}
        <ul id="search-suggestions" role="listbox" aria-label="Suggestions" hidden={!listed}>
          {listed &&
            options.map((option, i) => (
              <li
                key={option.text}
                id={`suggestion-${i}`}
                role="option"
                aria-selected={i === active}
                // Before the field loses the focus.
                onPointerDown={(event) => {
                  event.preventDefault();
                  accept(option);
                }}
              >
                {option.text} <span class="quiet">{option.note}</span>
              </li>
            ))}
        </ul>
      </div>
    </div>
  );
}

const WORDS = {
  replace: { name: "Select", title: "Select what is found (Enter)" },
  add: { name: "Add", title: "Add it to the selection (Shift+Enter)" },
  subtract: { name: "Take away", title: "Take it away from the selection (Alt+Enter)" },
} as const;

function saidOf(count: number, hidden: number, checkpoint: string | null): string {
  const number = count.toLocaleString("en-US");
  const when = checkpoint === null ? "" : ` at ${checkpoint}`;
  return `${number} found${when}${hidden ? `, ${hidden.toLocaleString("en-US")} of them not shown` : ""}`;
}

function valuesOf(state: AppState, name: string): readonly string[] {
  const column = state.search.known.value.get(name);
  return column?.kind === "category" ? column.names : [];
}
