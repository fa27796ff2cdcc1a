/** How far to trust the matrix: what was measured, on how many samples, and whether that is what the recording holds now. */

import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { askForSimilarity } from "../data/jobs";
import { measureOf, type SimilarityIndex } from "../data/similarity";
import { isTimeless } from "../data/steps";
import { valueText } from "../render/matrix-writing";
import type { AppState, OpenRecording } from "../state/app-state";
import { stepWords } from "../state/likeness";
import { say } from "../state/session";

export function LayersTrust({ state, recording, index }: { state: AppState; recording: OpenRecording; index: SimilarityIndex }) {
  const refused = useMemo(() => signal<string | null>(null), [index]);
  const { title, gloss } = measureOf(index);
  const stale = stalenessOf(recording, index);
  const of = (steps: SimilarityIndex["rows"]): string => {
    const [layers, checkpoints] = [new Set(steps.map(({ layer }) => layer)).size, timesOf(steps).size];
    return `${layers} ${layers === 1 ? "layer" : "layers"} ${checkpoints === 1 ? `at ${steps[steps.length - 1]?.checkpoint}` : `× ${checkpoints}`}`;
  };
  const rows: readonly (readonly [string, string, string])[] = [
    ["Measure", title, gloss],
    ["Samples", index.samples.toLocaleString("en-US"), "The samples that both layers saw; on few of them everything looks alike."],
    ...(index.unbiased === null ? [] : ([["Estimate", index.unbiased ? "unbiased" : "biased", index.unbiased ? "Does not grow as the samples get fewer; about 0 where nothing is shared, and may fall below." : "Comes out too high where the samples are not many more than the units."]] as const)),
    ["Compared", of(index.rows), "Layers × checkpoints."],
    ...(index.other ? ([["With", of(index.columns), `Layers × checkpoints of ${index.other.title}.`]] as const) : []),
  ];
  const pending = state.jobs.value.some((job) => job.kind === "similarity" && job.recording === recording.entry.name && (job.state === "queued" || job.state === "running"));
  return (
    <section class="trust" aria-labelledby="trust-title">
      <h2 id="trust-title">How far to trust it</h2>
      {stale && (
        <p class="note inexact" data-testid="similarity-stale">
          {stale}
          {state.connection.value === "live" && !index.other && (
            <>
              {" "}
              <button type="button" class="link" disabled={pending} onClick={() => void askForSimilarity(recording.entry.name, { method: index.method }).catch((error: unknown) => (refused.value = say(error)))}>
                {pending ? "It is being made anew." : "Compare again"}
              </button>
            </>
          )}
          {refused.value}
        </p>
      )}
      <dl data-testid="similarity-trust">
        {rows.map(([name, value, words]) => (
          <div key={name} title={words}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="note">{gloss} How far the two pictures may be trusted is said in the Tour.</p>
    </section>
  );
}

/** The checkpoints of the steps; the data itself is of none. */
function timesOf(steps: SimilarityIndex["rows"]): Set<string> {
  const timed = steps.filter(({ layer }) => !isTimeless(layer));
  return new Set((timed.length ? timed : steps).map(({ checkpoint }) => checkpoint));
}

/** What the recording has otherwise than when it was compared; null where nothing is known of such. */
export function stalenessOf({ store }: OpenRecording, index: SimilarityIndex): string | null {
  const { layers, checkpoints } = store.index;
  const there = (steps: SimilarityIndex["rows"]): boolean => steps.every((step) => layers.some(({ name }) => name === step.layer) && checkpoints.some(({ name }) => name === step.checkpoint));
  if (!there(index.rows) || (!index.other && !there(index.columns))) return "Stale: some of what was compared is not in this recording any more.";
  const compared = timesOf(index.rows);
  if (index.created && checkpoints.some(({ name, recorded }) => compared.has(name) && recorded && recorded > index.created)) return "Stale: a checkpoint was recorded anew since this was made.";
  const named = new Set(index.rows.map(({ layer }) => layer));
  // A comparison at one checkpoint was meant so.
  const more = compared.size === 1 ? 0 : checkpoints.filter(({ name }) => !compared.has(name)).length;
  const others = layers.filter(({ name }) => !named.has(name)).length;
  if (!more && !others) return null;
  return `Not of all: ${[more ? `${more} ${more === 1 ? "checkpoint" : "checkpoints"}` : "", others ? `${others} ${others === 1 ? "layer" : "layers"}` : ""].filter(Boolean).join(" and ")} of this recording ${more + others === 1 ? "is" : "are"} not in the matrix.`;
}

/** Layers that the table has at most. */
const TABLED = 60;

/** For who does not see the matrix: what each layer is most like, at its last checkpoint. */
export function LayersTable({ index, values }: { index: SimilarityIndex; values: Float32Array }) {
  const lines = useMemo(() => partnersOf(index, values).slice(0, TABLED), [index, values]);
  return (
    <div class="unseen">
      <table data-testid="similarity-table">
        <caption>What each layer is most like of the other layers{index.other ? ` of ${index.other.title}` : ""}, at its last checkpoint</caption>
        <thead>
          <tr>
            <th scope="col">Layer</th>
            <th scope="col">Most like</th>
            <th scope="col">Similarity</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ row, column, value }) => (
            <tr key={row}>
              <th scope="row">{stepWords(index.rows[row])}</th>
              <td>{stepWords(index.columns[column])}</td>
              <td>{valueText(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The last row of each layer, and the column of another layer (or of the other model) that is most like it. */
export function partnersOf(index: SimilarityIndex, values: ArrayLike<number>): { row: number; column: number; value: number }[] {
  const last = new Map(index.rows.map(({ layer }, row) => [layer, row]));
  return [...last.values()].flatMap((row) => {
    let best: { row: number; column: number; value: number } | null = null;
    index.columns.forEach(({ layer, checkpoint }, column) => {
      if (!index.other && (layer === index.rows[row].layer || (checkpoint !== index.rows[row].checkpoint && !isTimeless(layer)))) return;
      const value = values[row * index.columns.length + column];
      if (!best || value > best.value) best = { row, column, value };
    });
    return best ? [best] : [];
  });
}
