/** One line over the stage when something is not as it should be; what is loaded stays. */

import type { Connection } from "../data/live";

export interface BannerProps {
  readonly connection: Connection;
  readonly gone: boolean;
  readonly notice: string | null;
  readonly onDismiss: () => void;
}

export function Banner({ connection, gone, notice, onDismiss }: BannerProps) {
  const text =
    connection === "lost"
      ? "The server does not answer. What is loaded stays; this page comes back by itself when the server does."
      : connection === "refused"
        ? "The server was started anew and does not know this page: open the address that it printed."
        : gone
          ? "This recording was removed or moved away. What is loaded stays on the stage."
          : notice;
  if (text === null) return null;
  const dismissable = text === notice;
  return (
    <div class={dismissable ? "banner" : "banner warn"} role="status" data-testid="banner">
      <span>{text}</span>
      {dismissable && (
        <button type="button" class="plain" onClick={onDismiss} aria-label="Dismiss">
          ✕
        </button>
      )}
    </div>
  );
}
