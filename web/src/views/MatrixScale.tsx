/** Under the matrix: what its colors mean, and in words the cell that is pointed at. */

import { useMemo } from "preact/hooks";
import type { SimilarityIndex } from "../data/similarity";
import { valueText } from "../render/matrix-writing";
import type { AppState } from "../state/app-state";
import { stepWords } from "../state/likeness";
import { scaleColors } from "../theme/scales";

export interface MatrixScaleProps {
  readonly state: AppState;
  readonly domain: readonly [number, number];
  readonly index: SimilarityIndex;
  readonly values: Float32Array | null;
}

export function MatrixScale({ state, domain: [low, high], index, values }: MatrixScaleProps) {
  const colors = useMemo(() => scaleColors(state.colorScale.value, state.dark.value), [state.colorScale.value, state.dark.value]);
  const gradient = `linear-gradient(to right, ${Array.from({ length: 17 }, (_, i) => colors[Math.min(255, 16 * i)]).join(", ")})`;
  const cell = state.likeness.pointed.value ?? state.likeness.pending.value ?? state.likeness.cell.value;
  const value = cell && values?.[cell.row * index.columns.length + cell.column];
  const place = typeof value === "number" && Number.isFinite(value) ? Math.min(1, Math.max(0, (value - low) / (high - low))) : null;
  return (
    <div class="matrix-scale" data-testid="matrix-scale" title={`Similarity, from ${low} to ${high}`}>
      <span>
        {low > 0 ? "≤ " : ""}
        {low}
      </span>
      <div class="matrix-bar" style={{ backgroundImage: gradient }}>
        {place !== null && <i style={{ left: `${100 * place}%` }} />}
      </div>
      <span>{high} alike</span>
    </div>
  );
}

/** What is pointed at, else what the pictures show: both names, the value, the best partner of each. */
export function SaidCell({ state, index, values }: { state: AppState; index: SimilarityIndex; values: Float32Array }) {
  const { likeness } = state;
  const pointed = likeness.pointed.value;
  const cell = pointed ?? likeness.pending.value ?? likeness.cell.value;
  const at = (row: number, column: number): string => valueText(values[row * index.columns.length + column]);
  if (!cell) {
    return (
      <p class="note" role="status" id="similarity-said" data-testid="similarity-said">
        The pictures show what is not in this matrix. Click a cell to see its layers.
      </p>
    );
  }
  const [row, column] = [index.rows[cell.row], index.columns[cell.column]];
  const [bestColumn, bestRow] = [index.partners.rows[cell.row], index.partners.columns[cell.column]];
  const theirs = index.other ? `${index.other.title} · ` : "";
  return (
    <p class="note" role="status" id="similarity-said" data-testid="similarity-said">
      <b>{stepWords(row)}</b> and <b>{theirs + stepWords(column)}</b>: <b class="value">{at(cell.row, cell.column)}</b>
      <span class="partners">
        Most like {stepWords(row)} is {theirs + stepWords(index.columns[bestColumn])} ({at(cell.row, bestColumn)})
        {(!index.symmetric || cell.row !== cell.column) && `; most like ${theirs + stepWords(column)} is ${stepWords(index.rows[bestRow])} (${at(bestRow, cell.column)})`}.
      </span>
    </p>
  );
}
