/** The Layers view: which layers hold the same thing, as a matrix; and two of them as pictures, aligned with each other. */

import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { withOwn } from "../data/coloring";
import { domainOf, measureOf, type SimilarityIndex } from "../data/similarity";
import type { AppState, OpenRecording } from "../state/app-state";
import { type OrderName, similarityWords } from "../state/likeness";
import { classColors, UNLABELED } from "../theme/palette";
import { LayersEmpty, type LayersLack, lackOf } from "./LayersEmpty";
import { LayersPictures } from "./LayersPictures";
import { LayersTable, LayersTrust } from "./LayersTrust";
import { Legend } from "./Legend";
import { MarksChoice } from "./MarksChoice";
import { Matrix } from "./Matrix";
import { MatrixScale, SaidCell } from "./MatrixScale";
import { Message } from "./Message";
import { SelectionPanel } from "./SelectionPanel";

export function LayersPanel({ state, recording }: { state: AppState; recording: OpenRecording }) {
  const index = state.likeness.index.value;
  const { classes } = recording;
  const labelColors = useMemo(() => computed(() => withOwn(classes.names, [...classColors(classes.names.length), UNLABELED], state.ownColors.all.value)), [classes, state]).value;
  const lack: LayersLack | null = lackOf(recording, index);
  if (!index || lack) return <LayersEmpty state={state} recording={recording} lack={lack} />;
  return (
    <>
      <main class="main layers" data-testid="layers" aria-busy={state.likeness.pending.value !== null}>
        <div class="caption">
          <h2>{index.other ? `Which layers hold the same thing, here and in ${index.other.title}` : "Which layers hold the same thing"}</h2>
          <p data-testid="caption">{captionOf(index)}</p>
        </div>
        <div class="layers-body">
          <section class="layers-matrix" aria-label="Similarity of layers">
            <Controls state={state} index={index} />
            <MatrixArea state={state} index={index} />
          </section>
          <LayersPictures state={state} />
        </div>
      </main>
      <aside class="side">
        <Legend state={state} recording={recording}>
          <MarksChoice state={state} recording={recording} />
        </Legend>
        <SelectionPanel state={state} recording={recording} colors={labelColors} />
        <LayersTrust state={state} recording={recording} index={index} />
      </aside>
    </>
  );
}

function captionOf(index: SimilarityIndex): string {
  const alone = new Set(index.rows.map(({ layer }) => layer)).size === 1;
  const what = index.other ? `a layer of this recording with one of ${index.other.title} (columns)` : alone ? "two checkpoints of the layer" : "two layers";
  const samples = `the same ${index.samples.toLocaleString("en-US")} samples`;
  return `Each cell compares ${what} by what they gave for ${samples}: bright is alike, whichever way their units are turned. Point to read a cell, click to see both, drag to draw a part alone.`;
}

function Controls({ state, index }: { state: AppState; index: SimilarityIndex }) {
  const { likeness } = state;
  const shown = likeness.values.value;
  const values = shown?.of === index ? shown.values : null;
  const domain = useMemo(() => (values ? domainOf(values) : null), [values]);
  const offered = likeness.offered.value;
  const order = likeness.order.value;
  const ORDER: readonly (readonly [OrderName, string, string])[] = [
    ["execution", "as it runs", "Layers in execution order, checkpoints in time inside"],
    ["likeness", "by likeness", "What is alike beside each other: the leaf order of the tree (average linkage)"],
  ];
  return (
    <div class="layers-controls">
      {offered.length > 1 ? (
        <select data-testid="similarity-choice" aria-label="Similarity" value={index.name} onChange={(event) => likeness.choose(event.currentTarget.value)}>
          {offered.map((similarity) => (
            <option key={similarity.name} value={similarity.name}>
              {similarityWords(similarity)}
            </option>
          ))}
        </select>
      ) : (
        <span class="similarity-name" title={measureOf(index).gloss}>
          {similarityWords(index)}
          {index.unbiased !== null && <span class="quiet">, {index.unbiased ? "unbiased" : "biased"}</span>}
        </span>
      )}
      {index.rows.length > 2 && (
        <div class="choice" role="group" aria-label="Order of rows and columns">
          {ORDER.map(([name, words, title]) => (
            <button key={name} type="button" data-testid={`order-${name}`} aria-pressed={order === name} title={title} onClick={() => likeness.setOrder(name)}>
              {words}
            </button>
          ))}
        </div>
      )}
      {domain && <MatrixScale state={state} domain={domain} index={index} values={values} />}
    </div>
  );
}

function MatrixArea({ state, index }: { state: AppState; index: SimilarityIndex }) {
  const { likeness } = state;
  const shown = likeness.values.value;
  const problem = likeness.problem.value;
  const values = shown?.of === index ? shown.values : null;
  if (problem) return <Message title="The similarity can't be shown" text={problem} retry={() => (state.attempt.value += 1)} />;
  return (
    <>
      <Matrix state={state} />
      <div class="layers-foot">
        {values && <SaidCell state={state} index={index} values={values} />}
        {likeness.range.value && (
          <button type="button" class="plain" data-testid="range-whole" title="Back to the whole (Esc, or a double click)" onClick={() => likeness.setRange(null)}>
            Show all again
          </button>
        )}
      </div>
      {values && <LayersTable index={index} values={values} />}
    </>
  );
}
