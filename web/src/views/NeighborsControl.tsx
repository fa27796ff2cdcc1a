/** The nearest neighbors of the one sample that is selected. */

import type { AppState } from "../state/app-state";
import { MOST_NEIGHBORS } from "../state/neighbors";

export function NeighborsControl({ state }: { state: AppState }) {
  const { neighbors, selection } = state;
  const current = neighbors.current.value;
  const only = selection.value.length === 1;
  if (!only && !current) return null;
  const sample = only ? selection.value[0] : (current?.sample ?? 0);
  return (
    <div class="neighbors">
      <label>
        Nearest to {sample}
        <input
          type="number"
          data-testid="neighbors-count"
          min={1}
          max={MOST_NEIGHBORS}
          value={neighbors.number.value}
          onChange={(event) => {
            const count = Math.round(event.currentTarget.valueAsNumber);
            if (!(count >= 1 && count <= MOST_NEIGHBORS)) {
              event.currentTarget.value = String(neighbors.number.peek());
              return;
            }
            neighbors.count.value = count;
            if (current) void neighbors.select(sample);
          }}
        />
      </label>
      <button type="button" class="plain" data-testid="neighbors-select" title="Select its nearest neighbors (n)" onClick={() => void neighbors.select(sample)}>
        Select
      </button>
      {current && (
        <p class="note" role="status" data-testid="neighbors-where">
          Sample {sample} and its {current.neighbors.length.toLocaleString("en-US")} nearest {current.words}.
        </p>
      )}
    </div>
  );
}
