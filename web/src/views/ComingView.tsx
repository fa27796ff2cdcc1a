/** A view that this version does not have yet: its question, and what will make it. */

import type { ViewName } from "../state/app-state";
import { CATALOG } from "./catalog";

export function ComingView({ view, onBack }: { view: ViewName; onBack: () => void }) {
  const entry = CATALOG.find(({ name }) => name === view);
  if (!entry) return null;
  return (
    <main class="main alone">
      <div class="message" data-testid="coming">
        <h2>{entry.question}</h2>
        <p>
          The {entry.title} view will answer this, carrying on {entry.after}. This version does not have it yet; what it
          shows will be made by
        </p>
        <pre tabIndex={0}>{entry.command}</pre>
        <button type="button" class="plain" onClick={onBack}>
          Back to the Tour
        </button>
      </div>
    </main>
  );
}
