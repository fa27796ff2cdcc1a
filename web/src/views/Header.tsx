/** The head of the page: what is shown, and how it looks. */

import type { ComponentChildren } from "preact";
import type { RecordingIndex } from "../data/recording-index";
import type { RecordingEntry } from "../data/store";
import { theme, toggleTheme } from "../theme/theme";

export interface HeaderProps {
  readonly index: RecordingIndex | null;
  readonly entries: readonly RecordingEntry[];
  readonly open: RecordingEntry | null;
  readonly onOpen: (entry: RecordingEntry) => void;
  readonly onShare: () => void;
  /** Null where nothing can be kept. */
  readonly onKeep: (() => void) | null;
  readonly onHelp: () => void;
  /** The work that goes on. */
  readonly children?: ComponentChildren;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

export function Header({ index, entries, open, onOpen, onShare, onKeep, onHelp, children }: HeaderProps) {
  const other = theme.value === "dark" ? "light" : "dark";
  return (
    <header class="header">
      <h1>Inscape</h1>
      {entries.length > 1 ? (
        <select
          aria-label="Recording"
          value={open?.name}
          onChange={(event) => {
            const entry = entries.find((e) => e.name === event.currentTarget.value);
            if (entry) onOpen(entry);
          }}
        >
          {entries.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      ) : (
        index && <strong class="title">{index.title || open?.name}</strong>
      )}
      {index && (
        <ul class="facts">
          <li>{counted(index.samples, "sample")}</li>
          <li>{counted(index.layers.length, "layer")}</li>
          <li>{counted(index.checkpoints.length, "checkpoint")}</li>
          {!index.complete && (
            <li class="warn" data-testid="growing" title="Its recorder has not ended. If it was stopped, go on with resume=True (inscape record --resume).">
              still growing
            </li>
          )}
        </ul>
      )}
      <div class="tools">
      {children}
      {onKeep && (
        <button type="button" class="plain" onClick={onKeep} title="Keep this view with a sentence, for whoever reads this recording (b)" data-testid="keep">
          Keep<span class="wide"> this view</span>
        </button>
      )}
      <button type="button" class="plain wide" onClick={onShare} title="Copy a link to this very view" data-testid="share">
        Share
      </button>
      <button type="button" class="icon" onClick={toggleTheme} aria-label={`Switch to the ${other} theme`} title={`Switch to the ${other} theme`} data-testid="theme">
        <svg viewBox="0 0 20 20" width="17" height="17" aria-hidden="true">
          {other === "dark" ? (
            <path d="M16 12.3A6.8 6.8 0 0 1 7.7 4a6.8 6.8 0 1 0 8.3 8.3Z" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" />
          ) : (
            <g fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round">
              <circle cx="10" cy="10" r="3.4" />
              <path d="M10 1.8v2M10 16.2v2M1.8 10h2M16.2 10h2M4.2 4.2l1.4 1.4M14.4 14.4l1.4 1.4M15.8 4.2l-1.4 1.4M5.6 14.4l-1.4 1.4" />
            </g>
          )}
        </svg>
      </button>
      <button type="button" class="icon" onClick={onHelp} aria-label="Help: the keys" title="Help: the keys (?)" data-testid="help-button">
        ?
      </button>
      </div>
    </header>
  );
}
