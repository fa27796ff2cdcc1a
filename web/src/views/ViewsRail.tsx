/** The views, one under the other; those to come say what they will be for. */

import type { ViewName } from "../state/app-state";
import { CATALOG } from "./catalog";

export function ViewsRail({ current, onChoose }: { current: ViewName; onChoose: (view: ViewName) => void }) {
  return (
    <nav class="rail" aria-label="Views">
      {CATALOG.map(({ name, title, question, command }, i) => (
        <button
          key={name}
          type="button"
          class={command ? "coming" : ""}
          aria-current={current === name ? "page" : undefined}
          data-testid={`view-${name}`}
          title={`${question} (${i + 1})`}
          onClick={() => onChoose(name)}
        >
          {title}
        </button>
      ))}
    </nav>
  );
}
