/** How many pictures: one, two beside each other, or every layer at every checkpoint. */

import type { AppState } from "../state/app-state";
import { arrange, type ArrangementName, arrangementOf } from "../state/arrangement";

const CHOICES: readonly (readonly [ArrangementName, string, string, string])[] = [
  ["one", "One picture", "One picture", "M2.5 3h11v10h-11z"],
  ["two", "Two pictures beside each other", "Two pictures beside each other (v)", "M2.5 3h4.6v10H2.5zM8.9 3h4.6v10H8.9z"],
  ["grid", "Every layer at every checkpoint", "Every layer at every checkpoint (g)", "M2.5 3h3v2.6h-3zM6.5 3h3v2.6h-3zM10.5 3h3v2.6h-3zM2.5 6.7h3v2.6h-3zM6.5 6.7h3v2.6h-3zM10.5 6.7h3v2.6h-3zM2.5 10.4h3v2.6h-3zM6.5 10.4h3v2.6h-3zM10.5 10.4h3v2.6h-3z"],
];

export function Arrangement({ state }: { state: AppState }) {
  const now = arrangementOf(state);
  return (
    <div class="choice arrangement" role="group" aria-label="Pictures">
      {CHOICES.map(([name, label, title, path]) => (
        <button key={name} type="button" data-testid={`panes-${name}`} aria-label={label} title={title} aria-pressed={now === name} onClick={() => arrange(state, name)}>
          <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.1" stroke-linejoin="round">
            <path d={path} />
          </svg>
        </button>
      ))}
    </div>
  );
}
