/** The strip of saved views: a reader steps through them, and reads a sentence to each picture. */

import { useEffect, useRef } from "preact/hooks";
import type { AppState } from "../state/app-state";
import type { Bookmarks } from "../state/bookmarks";
import { BookmarkDialog } from "./BookmarkDialog";

const NUMBERS = ["", "One", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

export function BookmarkStrip({ state, bookmarks }: { state: AppState; bookmarks: Bookmarks }) {
  const list = bookmarks.list.value;
  const current = bookmarks.current.value;
  const place = bookmarks.place.value;
  const editing = bookmarks.editing.value;
  const removed = bookmarks.removed.value;
  const chip = useRef<HTMLLIElement>(null);
  const { writable } = state.people.value;
  useEffect(() => {
    const row = chip.current?.parentElement;
    // Not scrollIntoView: on a narrow screen it would scroll the page too.
    if (row && chip.current) row.scrollTo({ left: chip.current.offsetLeft - (row.clientWidth - chip.current.offsetWidth) / 2, behavior: state.motion.still ? "auto" : "smooth" });
  }, [current?.name]);
  const strip = (list.length > 0 || removed) && (
    <nav class="strip" aria-label="Saved views" data-testid="bookmarks">
      <div class="strip-row">
        {current ? (
          <>
            <div class="steps">
              <Arrow title="The view before (<)" name="previous" disabled={place === 0} onClick={() => bookmarks.step(-1)} path="M10 4 6 8l4 4" />
              <Arrow title="The next view (>)" name="next" disabled={place === list.length - 1} onClick={() => bookmarks.step(1)} path="m6 4 4 4-4 4" />
            </div>
            <span class="count" data-testid="bookmark-count">
              {place + 1} of {list.length}
            </span>
          </>
        ) : (
          list.length > 0 && (
            <button type="button" class="start" onClick={() => bookmarks.step(1)} data-testid="bookmark-start">
              Start
            </button>
          )
        )}
        <ol>
          {list.map((bookmark, i) => (
            <li key={bookmark.name} ref={i === place ? chip : undefined}>
              <button type="button" class="chip" aria-current={i === place ? "step" : undefined} onClick={() => bookmarks.open(bookmark)} data-testid={`bookmark-${i}`}>
                <span class="number">{i + 1}</span> <span class="name">{bookmark.name}</span>
              </button>
            </li>
          ))}
        </ol>
        {writable && current && (
          <button type="button" class="plain" onClick={() => bookmarks.edit(current)} data-testid="bookmark-edit">
            Edit
          </button>
        )}
      </div>
      {/* Read aloud when it changes; of one height whatever it says. */}
      <div class="sentence" aria-live="polite">
        {removed ? (
          <p>
            “{removed.bookmark.name}” is deleted.{" "}
            <button type="button" class="link" onClick={() => void bookmarks.putBack()} data-testid="bookmark-undo">
              Undo
            </button>
          </p>
        ) : current ? (
          <p class={bookmarks.here.value ? undefined : "left"} data-testid="bookmark-sentence">
            <strong class="name">{current.name}. </strong>
            {current.sentence}
            {bookmarks.problems.value.length > 0 && (
              <span class="warn" data-testid="bookmark-problem">
                {" "}
                Not as it was kept: {bookmarks.problems.value.join("; ")}.
              </span>
            )}
            {!bookmarks.here.value && (
              <>
                {" "}
                <button type="button" class="link" onClick={() => bookmarks.open(current)} data-testid="bookmark-back">
                  Back to this view
                </button>
              </>
            )}
          </p>
        ) : (
          <p class="quiet">
            <strong data-testid="bookmark-title">{titleOf(list.length)}</strong> Step through them here, or by the keys <kbd>&lt;</kbd>
            <kbd>&gt;</kbd>
          </p>
        )}
      </div>
    </nav>
  );
  // Beside the strip, which comes and goes with the first and the last view.
  return (
    <>
      {strip}
      {editing && <BookmarkDialog bookmarks={bookmarks} editing={editing} count={list.length} onClose={() => (bookmarks.editing.value = null)} />}
    </>
  );
}

function titleOf(count: number): string {
  return count === 1 ? "One saved view." : `A story in ${NUMBERS[count] ?? count} views.`;
}

function Arrow({ title, name, disabled, onClick, path }: { title: string; name: string; disabled: boolean; onClick: () => void; path: string }) {
  // Not `disabled`: at the end of the strip the focus would be lost.
  return (
    <button type="button" class="plain" aria-label={title} title={title} aria-disabled={disabled} onClick={() => !disabled && onClick()} data-testid={`bookmark-${name}`}>
      <svg viewBox="0 0 16 16" width="15" height="15" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}
