/** How often each label was taken for each class, of what is shown: the chart, and its words. Fetched by itself. */

import { useMemo, useState } from "preact/hooks";
import { type Cell, confusionOf, frequentErrors, samplesOfCell } from "../data/confusion";
import type { AppState, OpenRecording } from "../state/app-state";
import { ConfusionGrid } from "./ConfusionGrid";
import { useColumns } from "./use-columns";

/** Errors that are told in words. */
const TOLD = 3;

export interface ConfusionChartProps {
  readonly state: AppState;
  readonly recording: OpenRecording;
  /** CSS pixels of a side, at most. */
  readonly largest: number;
}

export function ConfusionChart({ state, recording, largest }: ConfusionChartProps) {
  const { store } = recording;
  const shown = state.shown.value;
  const read = useColumns(store, "label prediction", state.nearestCheckpoint.value);
  const [at, setAt] = useState<Cell | null>(null);
  const [label, prediction] = [read?.columns.get("label"), read?.columns.get("prediction")];
  const known = label?.kind === "category" && prediction?.kind === "category" ? { label: label.codes, prediction: prediction.codes } : null;
  const names = label?.kind === "category" && prediction?.kind === "category" ? (label.names.length > prediction.names.length ? label.names : prediction.names) : [];
  const confusion = useMemo(() => known && confusionOf(known.label, known.prediction, names.length, shown), [known?.label, known?.prediction, names, shown]);
  if (!confusion || !known || !read) return <p class="note">Reading the predictions …</p>;
  const checkpoint = store.index.checkpoints[read.place]?.name ?? "";
  const name = (code: number | null): string => (code === null ? "" : (names[code] ?? String(code)));
  const point = (cell: Cell | null): void => {
    setAt(cell);
    state.pointing.value = cell && samplesOfCell(known.label, known.prediction, cell, shown);
  };
  const select = (cell: Cell, more: boolean): void => {
    state.combineSelection(samplesOfCell(known.label, known.prediction, cell, shown), more ? "add" : "replace");
  };
  const count = (cell: Cell): number => {
    let sum = 0;
    confusion.counts.forEach((n, i) => {
      const [row, column] = [Math.floor(i / confusion.classes), i % confusion.classes];
      if ((cell.label === null || cell.label === row) && (cell.prediction === null || cell.prediction === column)) sum += n;
    });
    return sum;
  };
  const told = (cell: Cell): string => {
    const number = count(cell).toLocaleString("en-US");
    if (cell.label === null) return `predicted ${name(cell.prediction)}: ${number}`;
    if (cell.prediction === null) return `label ${name(cell.label)}: ${number}`;
    return cell.label === cell.prediction ? `${name(cell.label)}, right: ${number}` : `${name(cell.label)} taken for ${name(cell.prediction)}: ${number}`;
  };
  const wrong = confusion.total - confusion.right;
  const summary = `${wrong.toLocaleString("en-US")} of ${confusion.total.toLocaleString("en-US")} wrong at ${checkpoint}`;
  return (
    <>
      <ConfusionGrid
        confusion={confusion}
        names={names}
        largest={largest}
        description={`Confusion matrix, label by prediction: ${summary}. Arrow keys go from cell to cell, Enter selects.`}
        onPoint={point}
        onSelect={select}
      />
      <p class="note" role="status" data-testid="confusion-said">
        {at ? told(at) : summary}
      </p>
      <ul class="errors" aria-label="The most frequent errors">
        {frequentErrors(confusion, TOLD).map((error) => (
          <li key={`${error.label} ${error.prediction}`}>
            <button
              type="button"
              class="row"
              title="Select them; with Shift, add them"
              onPointerEnter={() => point(error)}
              onPointerLeave={() => point(null)}
              onFocus={() => point(error)}
              onBlur={() => point(null)}
              onClick={(event) => select(error, event.shiftKey)}
            >
              <span class="name">
                {name(error.label)} <span aria-label="taken for">→</span> {name(error.prediction)}
              </span>
              <span class="count">{error.count.toLocaleString("en-US")}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
