/** A quiet page in place of the stage: loading, empty, failed. */

export interface MessageProps {
  readonly title: string;
  readonly text?: string;
  /** A command that would help, to be copied. */
  readonly command?: string;
  readonly retry?: () => void;
  /** Something else that helps. */
  readonly action?: { readonly title: string; readonly onClick: () => void };
  readonly busy?: boolean;
  /** It takes most often too little time to be read: it appears after a while. */
  readonly late?: boolean;
}

export function Message({ title, text, command, retry, action, busy = false, late = false }: MessageProps) {
  return (
    <div class={late ? "message late" : "message"} role={busy ? "status" : "alert"} data-testid="message">
      {busy && <span class="pulse" aria-hidden="true" />}
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {command && <pre tabIndex={0}>{command}</pre>}
      {action && (
        <button type="button" class="primary" onClick={action.onClick}>
          {action.title}
        </button>
      )}
      {retry && (
        <button type="button" class="plain" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** In place of a stage whose graphics context was lost. */
export function ContextLost() {
  return <Message title="The graphics card let go of the picture" text="It is drawn again as soon as the browser gets it back." busy />;
}
