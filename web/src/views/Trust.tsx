/** How far the picture may be trusted: what was kept of the layer by the layout, by PCA beside it, and by this very view. */

import { digestOf } from "../data/neighbor-graphs";
import type { EmbeddingIndex, Measures, StepEntry } from "../data/recording-index";
import { methodTitle, stepNearest, stepsOf, titleAmong } from "../data/steps";
import type { RecordingStore } from "../data/store";
import type { AppState } from "../state/app-state";
import type { Pane } from "../state/pane";
import type { FlowWords } from "./flow-words";
import { inheritanceOf, percent, trustTable, type TrustTable } from "./trust-table";

/** The numbers of PCA at the same dimension: measured with the layout, or those of a stored PCA of as many dimensions. */
export function pcaBeside(store: RecordingStore, embedding: EmbeddingIndex, step: number): Measures | null {
  if (embedding.method === "pca") return null;
  const own = embedding.quality[step];
  if (!own || own.pca) return own?.pca ?? null;
  const { layer, checkpoint } = embedding.steps[step];
  for (const other of store.embeddings) {
    if (other.method !== "pca" || other.dims !== embedding.dims) continue;
    const same = other.steps.findIndex((entry) => entry.layer === layer && entry.checkpoint === checkpoint);
    if (same >= 0 && other.quality[same]) return other.quality[same];
  }
  return null;
}

/** Whether the layer has changed since it was laid out. */
export function isStale(store: RecordingStore, { layer, checkpoint, input, lent }: StepEntry): boolean {
  const now = input && !lent ? digestOf(store, layer, checkpoint) : null;
  return now !== null && now !== input;
}

/** Whether what is shown is the layer itself: nothing was reduced. */
function isWhole({ method, dims }: EmbeddingIndex, step: StepEntry): boolean {
  return method === "units" || (method === "flow" && step.units <= dims);
}

/** The table of one picture; null while nothing is laid out. */
export function tableOf(state: AppState, pane: Pane): TrustTable | null {
  const recording = pane.recording.value;
  const shown = pane.steps.value;
  if (!recording || !shown) return null;
  const { embedding } = shown;
  const step = stepNearest(shown, pane.checkpoint.value);
  const entry = embedding.steps[step];
  const choices = pane === state ? state.choices.value : state.beside.choices.value;
  return trustTable({
    layer: entry.layer,
    method: embedding.flow ? methodTitle("flow") : titleAmong(choices, embedding),
    dims: Math.min(entry.rank, embedding.dims),
    whole: isWhole(embedding, entry),
    quality: isWhole(embedding, entry) ? null : embedding.quality[step],
    pca: pcaBeside(recording.store, embedding, step),
    view: pane.viewQuality.value,
    samples: recording.store.index.samples,
  });
}

export function Trust({ state, leg }: { state: AppState; leg: FlowWords | null }) {
  const recording = state.recording.value;
  const shown = state.steps.value;
  const table = tableOf(state, state);
  if (!recording || !shown || !table) return null;
  const { embedding } = shown;
  const step = embedding.steps[stepNearest(shown, state.checkpoint.value)];
  const { store, entry } = recording;
  const dims = Math.min(step.rank, embedding.dims);
  const inherited = inheritanceOf(embedding, step, entry.name);
  const pca = embedding.method !== "pca" && !embedding.flow && store.embeddings.some((other) => other.method === "pca" && stepsOf(store.index, other, step.layer));
  const beside = state.beside.open.value && state.beside.steps.value?.embedding.method === "pca" && state.beside.layer.value === state.layer.value;
  return (
    <section class="trust" aria-labelledby="trust-title" data-testid="trust">
      <h2 id="trust-title">How far to trust it</h2>
      {leg && (
        <p class={leg.exact ? "note" : "note inexact"} data-testid="leg-trust">
          {leg.trust}
        </p>
      )}
      {isStale(store, step) && (
        <p class="note inexact" data-testid="trust-stale">
          {step.layer} has changed since this was laid out: the picture shows what it was. To lay it out anew: <code>{`inscape embed ${entry.name}.inscape ${embedding.method}${embedding.name === embedding.method ? "" : ` --name ${embedding.name}`}`}</code>
        </p>
      )}
      <p class="trust-sentence" data-testid="trust-sentence">
        {table.sentence}
      </p>
      <Numbers table={table} />
      <dl>
        {step.units > 0 && (
          <div title={isWhole(embedding, step) ? "Every unit is toured as it is; the screen shows two directions at a time." : "What the tour turns through, and the units that the layer has."}>
            <dt>Dimensions</dt>
            <dd>
              {dims.toLocaleString("en-US")} of {step.units.toLocaleString("en-US")}
            </dd>
          </div>
        )}
        {step.explained !== null && embedding.method !== "units" && (
          <div title="The share of the layer's variance that lies in these dimensions.">
            <dt>Variance kept</dt>
            <dd>{percent(step.explained)}</dd>
          </div>
        )}
      </dl>
      {isWhole(embedding, step) && <p class="note">Nothing was reduced: every unit of the layer is toured as it is.</p>}
      {embedding.columns && (
        <p class="note">
          The {dims} chosen units are toured as they are; the other {(step.units - dims).toLocaleString("en-US")} of the layer are not shown.
        </p>
      )}
      {table.notes.length > 0 && (
        <p class="note" data-testid="trust-notes">
          {table.notes.join(" ")}
        </p>
      )}
      {inherited && (
        <p class="note" data-testid="trust-start">
          {inherited.said} <code>{inherited.command}</code>
        </p>
      )}
      {pca && !beside && (
        <button type="button" class="plain show-pca" data-testid="show-pca" onClick={() => state.beside.showPca()}>
          Show PCA beside it
        </button>
      )}
    </section>
  );
}

function Numbers({ table: { columns, rows } }: { table: TrustTable }) {
  return (
    <table class="trust-numbers" data-testid="trust-numbers">
      <thead>
        <tr>
          <td />
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, gloss, values }) => (
          <tr key={key} title={gloss} data-testid={`trust-${key}`}>
            <th scope="row">{name}</th>
            {values.map((value, i) => (
              <td key={columns[i]}>{value || <span title="Not measured">–</span>}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
