/** Which handles the stage has: three switches beside it. */

import type { AppState } from "../state/app-state";
import { SavedHandlesList } from "./SavedHandlesList";

export function HandlesPanel({ state }: { state: AppState }) {
  const { handling } = state;
  const hasAxes = handling.grip.hasAxes.value;
  const count = handling.grip.shown.value.length;
  const selected = state.selection.value.length > 0;
  const removable = handling.grip.shown.value.some(({ listed }) => listed !== null);
  return (
    <section class="handles-panel" aria-labelledby="handles-title">
      <div class="heading">
        <h2 id="handles-title">
          Handles{" "}
          <span class="quiet" data-testid="handle-count">
            {count.toLocaleString("en-US")}
          </span>
        </h2>
        {removable && (
          <button type="button" class="plain" data-testid="handles-remove" onClick={() => handling.removeAll()}>
            Remove
          </button>
        )}
      </div>
      <div class="choice" role="group" aria-label="Handles">
        {hasAxes && (
          <button type="button" data-testid="handles-axes" aria-pressed={handling.grip.axesShown.value} title="At the ends of the axes (a)" onClick={() => handling.toggleAxes()}>
            Axes
          </button>
        )}
        <button type="button" data-testid="handles-classes" aria-pressed={handling.classesShown.value} title="One at the middle of each group of the coloring" onClick={() => handling.toggleClasses()}>
          Classes
        </button>
        <button type="button" data-testid="handles-selection" aria-disabled={!selected} title="One at the middle of the selection (d)" onClick={() => handling.addSelection()}>
          Selection
        </button>
      </div>
      <p class="note">{count ? "Drag one to turn the view." : "Handles turn the view by what they hold."}</p>
      <SavedHandlesList state={state} />
    </section>
  );
}
