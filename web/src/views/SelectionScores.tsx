/** How well the model does on what is selected, at the checkpoint that is shown. */

import { useMemo } from "preact/hooks";
import { hasForeignPredictions } from "../data/sample-columns";
import { scoresOf } from "../data/selection-scores";
import type { RecordingStore } from "../data/store";
import type { AppState } from "../state/app-state";
import { useColumns } from "./use-columns";

export function SelectionScores({ state, store }: { state: AppState; store: RecordingStore }) {
  const selection = state.selection.value;
  const read = useColumns(store, "label prediction confidence", state.nearestCheckpoint.value);
  const scores = useMemo(() => read && scoresOf(selection, read.columns, !hasForeignPredictions(store)), [selection, read, store]);
  if (!read || !scores || (scores.accuracy === null && scores.confidence === null)) return null;
  const rows = [
    { name: "Accuracy", value: scores.accuracy, testid: "selection-accuracy" },
    { name: "Mean confidence", value: scores.confidence, testid: "selection-confidence" },
  ];
  return (
    <dl class="facts-list">
      {rows.map(
        ({ name, value, testid }) =>
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd data-testid={testid}>{(100 * value).toFixed(1)}%</dd>
            </div>
          ),
      )}
      <div>
        <dt>Checkpoint</dt>
        <dd class="quiet">{store.index.checkpoints[read.place]?.name}</dd>
      </div>
    </dl>
  );
}
