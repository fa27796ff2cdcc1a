/** Keeps the coloring what was asked for: at the nearest checkpoint, of the layout that is shown. */

import { batch, computed, effect } from "@preact/signals";
import { BUILT_IN, type BuiltIn, byCategories, byColumn, byCorrectness, byLabel, byNumbers, byPrediction, type ColorBy, type Coloring, columnOf, nameOfColoring, unitOfColoring, withoutNumbers } from "../data/coloring";
import { lossScale, scaleOf, SHARE } from "../data/quantities";
import { columnsOf, hasForeignPredictions, readColumn } from "../data/sample-columns";
import { planDifference } from "./coloring-difference";
import { planMovement } from "./coloring-movement";
import { isMeasure, offeredMeasures, planQuality } from "./coloring-quality";
import { planUnit } from "./coloring-unit";
import { DataError } from "../data/store";
import type { AppState, OpenRecording } from "./app-state";
import type { Pane } from "./pane";

/** A coloring that is wanted. As long as the key is the same, so is the coloring. */
export interface ColoringPlan {
  readonly key: string;
  readonly load: () => Coloring | Promise<Coloring>;
}

export const MOVEMENTS = ["checkpoint", "layer"] as const;
/** From where a sample's movement is measured: the checkpoint before, or the layer before. */
export type MovementFrom = (typeof MOVEMENTS)[number];

/** Colorings of one kind, as they are offered. */
export interface Offered {
  readonly title: string;
  readonly choices: readonly { readonly by: ColorBy; readonly name: string }[];
}

const CONFIDENCE = "The probability that the network gives to the class it names.";
const LOSS = "The loss in nats: −ln of the probability that the network gives to the right class. 0 is sure and right.";

/** The colorings that the open recording has. */
export function offeredColorings(recording: OpenRecording, difference: boolean): Offered[] {
  const { samples, store } = recording;
  const has: Record<BuiltIn, boolean> = {
    label: true,
    prediction: samples.hasPredictions && !hasForeignPredictions(store),
    correctness: samples.hasPredictions && !hasForeignPredictions(store),
    confidence: samples.hasPredictions,
    loss: samples.hasLosses,
    movement: true,
    difference,
    quality: true,
    ...offeredMeasures(store),
  };
  const builtIn = (title: string, from: readonly BuiltIn[]): Offered => ({ title, choices: from.filter((by) => has[by]).map((by) => ({ by, name: nameOfColoring(by) })) });
  const columns = columnsOf(store).filter(({ name, perCheckpoint }) => !perCheckpoint && name !== "label");
  return [
    builtIn("Samples", BUILT_IN.slice(0, 1)),
    builtIn("At this checkpoint", BUILT_IN.slice(1, 5)),
    builtIn("In this picture", BUILT_IN.slice(5)),
    { title: "Columns", choices: columns.map(({ name }) => ({ by: byColumn(name), name })) },
  ].filter(({ choices }) => choices.length);
}

/** The coloring by a unit, offered while it is used. */
export function offeredUnit(recording: OpenRecording, by: ColorBy): Offered[] {
  const unit = unitOfColoring(by);
  const layer = unit && recording.store.index.layers.find(({ name }) => name === unit.layer);
  return unit && layer && unit.unit < layer.units ? [{ title: "Units", choices: [{ by, name: nameOfColoring(by) }] }] : [];
}

/** Keep the coloring what was asked for. While one loads the old one stays, and so it does where one can't be read. */
export function followColoring(state: AppState, pane: Pane = state): () => void {
  // Another model's predictions are not here: over its picture lie those of the first one.
  const nearest = computed(() => Math.round((pane.lent.value === null ? pane : state).checkpoint.value));
  const own = computed(() => Math.round(pane.checkpoint.value));
  let last: { readonly key: string; readonly classes: object } | null = null;
  return effect(() => {
    const recording = pane.recording.value;
    const by = state.colorBy.value;
    if (!recording) return;
    const plan = planOf(state, pane, recording, by, nearest, own);
    const { classes } = recording;
    if (last?.key === plan.key && last.classes === classes) return;
    const asked = { key: plan.key, classes };
    last = asked;
    const show = (coloring: Coloring): void => {
      if (last !== asked) return;
      batch(() => {
        pane.unpainted.value = coloring;
        pane.coloringOnTheWay.value = false;
      });
    };
    const fail = (error: unknown): void => {
      if (last !== asked) return;
      const reason = error instanceof Error ? error.message : String(error);
      if (pane !== state) {
        // The second picture has no legend of its own: what it has no numbers for has no color.
        show(withoutNumbers(by, recording.store.index.samples, SHARE, "", reason));
        state.notice.value = `The second picture: ${reason}`;
        return;
      }
      batch(() => {
        state.coloringOnTheWay.value = false;
        state.notice.value = reason;
        // What can't be had is not asked for any more; it may be asked for again.
        const shown = state.unpainted.peek();
        if (shown && shown.by !== by) state.colorBy.value = shown.by;
        else last = null;
      });
    };
    const coloring = plan.load();
    if (!(coloring instanceof Promise)) {
      show(coloring);
      return;
    }
    pane.coloringOnTheWay.value = true;
    state.film.awaits(coloring).then(show, fail);
  });
}

function planOf(state: AppState, pane: Pane, recording: OpenRecording, by: ColorBy, nearest: { readonly value: number }, own: { readonly value: number }): ColoringPlan {
  const { classes, samples, store } = recording;
  const column = columnOf(by);
  if (column !== null) return { key: by, load: () => columnColoring(recording, by, column) };
  const unit = unitOfColoring(by);
  if (unit) return planUnit(recording, by, unit, nearest.value);
  const builtIn = BUILT_IN.find((name) => name === by) ?? "label";
  if (builtIn === "movement") return planMovement(state, pane, recording, own.value);
  if (builtIn === "difference") return planDifference(state, recording);
  if (isMeasure(builtIn)) return planQuality(pane, recording, own.value, builtIn);
  if (builtIn === "label") return { key: by, load: () => byLabel(classes) };
  const place = nearest.value;
  const { name: at, path } = store.index.checkpoints[place] ?? { name: "", path: "" };
  const key = [by, path].join("\n");
  if (builtIn === "loss") return { key, load: async () => lossColoring(await samples.loss(place), store.index.samples, at) };
  return {
    key,
    load: async () => {
      if (builtIn !== "confidence" && hasForeignPredictions(store)) throw new DataError("the predictions are of other classes than the labels");
      const scores = await samples.scores(place);
      if (builtIn === "prediction") return byPrediction(scores, classes, at);
      if (builtIn === "correctness") return byCorrectness(scores, classes, at);
      const values = scores.confidence ?? new Float32Array(store.index.samples).fill(Number.NaN);
      return byNumbers({ by, values, scale: SHARE, gloss: CONFIDENCE, at, reason: scores.confidence ? null : `No confidence was recorded at ${at}.` });
    },
  };
}

function lossColoring(loss: Float32Array | null, samples: number, at: string): Coloring {
  const values = loss ?? new Float32Array(samples).fill(Number.NaN);
  return byNumbers({ by: "loss", values, scale: lossScale(values), gloss: LOSS, at, reason: loss ? null : `No loss was recorded at ${at}.` });
}

async function columnColoring({ store }: OpenRecording, by: ColorBy, name: string): Promise<Coloring> {
  const column = await readColumn(store, name, 0);
  if (column.kind !== "number") return byCategories(by, column);
  return byNumbers({ by, values: column.values, scale: scaleOf(column.values), gloss: `The column ${name} of the samples.` });
}
