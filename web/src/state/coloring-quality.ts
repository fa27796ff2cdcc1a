/** How much of each sample's neighborhood the layout keeps, by each of the measures that are stored. */

import { byNumbers, nameOfColoring, withoutNumbers } from "../data/coloring";
import { type Numbers, type Scale, SHARE, upToOne } from "../data/quantities";
import type { EmbeddingIndex, Quality } from "../data/recording-index";
import type { LayerSteps } from "../data/steps";
import { DataError, type RecordingStore } from "../data/store";
import type { OpenRecording } from "./app-state";
import type { ColoringPlan } from "./coloring";
import type { Pane } from "./pane";
import { HIT_K } from "./view-quality";

/** The colorings by a measure; `quality` is the neighbor recall. Each is an array (step, sample) of this name beside the layout. */
const MEASURES = ["quality", "trustworthiness", "continuity", "correlation", "hit"] as const;
type Measure = (typeof MEASURES)[number];

interface Told {
  readonly scale: (values: Numbers) => Scale;
  readonly gloss: (k: number | null) => string;
}

const TOLD: Record<Measure, Told> = {
  quality: {
    scale: () => SHARE,
    gloss: (k) => {
      const many = k === null ? "" : `${k} `;
      return `The share of each sample's ${many}nearest neighbors in the layer that are among its ${many}nearest here.`;
    },
  },
  trustworthiness: { scale: upToOne, gloss: (k) => `1: all of a sample's ${k ?? ""} nearest here are near in the layer; less, the farther away they are there.` },
  continuity: { scale: upToOne, gloss: (k) => `1: all of a sample's ${k ?? ""} nearest in the layer are near here; less, the farther away they are.` },
  correlation: { scale: upToOne, gloss: () => "1: the farther a sample is from another in the layer, the farther here (Spearman's correlation of its distances)." },
  hit: { scale: () => SHARE, gloss: () => `The share of each sample's ${HIT_K} nearest here that have its label.` },
};

export function isMeasure(by: string): by is Measure {
  return (MEASURES as readonly string[]).includes(by);
}

/** The measures that some layout of the recording has, beside the neighbor recall. */
export function offeredMeasures(store: RecordingStore): Record<Exclude<Measure, "quality">, boolean> {
  const has = (measure: Measure): boolean => store.embeddings.some(({ name }) => store.node(`embeddings/${name}/${measure}`) !== undefined);
  return { trustworthiness: has("trustworthiness"), continuity: has("continuity"), correlation: has("correlation"), hit: has("hit") };
}

export function planQuality(pane: Pane, { entry, store }: OpenRecording, nearest: number, by: Measure): ColoringPlan {
  const steps = pane.steps.value;
  const layer = pane.layer.value;
  const { samples, checkpoints } = store.index;
  const { scale, gloss } = TOLD[by];
  const without = (reason: string, command: string | null = null): ColoringPlan => ({ key: [by, reason].join("\n"), load: () => withoutNumbers(by, samples, SHARE, gloss(null), reason, command) });
  if (!steps) return without("Nothing is laid out.");
  const { embedding, places } = steps;
  if (embedding.flow) return without("The flow from layer to layer is not measured: choose a layout, as PCA.");
  const i = places.reduce((best, place, k) => (Math.abs(place - nearest) < Math.abs(places[best] - nearest) ? k : best), 0);
  const step = steps.steps[i];
  const at = `${layer}, ${embedding.title}`;
  const key = [by, embedding.name, embedding.version, step].join("\n");
  const path = `embeddings/${embedding.name}/${by}`;
  if (embedding.columns) return without(`These are ${embedding.title}; what they keep of its neighborhoods was not measured.`);
  if ((embedding.raw || embedding.method === "units") && by !== "hit" && store.node(path) === undefined) {
    // All units are shown: it needs no measuring.
    return { key, load: () => byNumbers({ by, values: new Float32Array(samples).fill(1), scale: SHARE, gloss: gloss(null), at }) };
  }
  const measured = embedding.quality[step];
  if (measured && store.node(path) === undefined) {
    return without(`This layout has its ${nameOfColoring(by)} for no single sample. To have it:`, `${commandOf(entry.name, embedding)} --force`);
  }
  if (!measured || !isThere(measured, by)) {
    return without(`${layer} is not measured at ${embedding.steps[step].checkpoint}. ${elsewhere(steps, checkpoints, by)}To measure every step:`, commandOf(entry.name, embedding));
  }
  return {
    key,
    load: async () => {
      const { data } = await store.read(path, step);
      if (!(data instanceof Float32Array)) throw new DataError(`${path} is not float32: run inscape verify`);
      return byNumbers({ by, values: data, scale: scale(data), gloss: gloss(measured.k), at, none: "not measured" });
    },
  };
}

/** Whether the whole was measured by it: else each sample has none. */
function isThere(quality: Quality, by: Measure): boolean {
  return by === "quality" || quality[by] !== null;
}

/** Where else the layer was measured. */
function elsewhere({ embedding, steps, places }: LayerSteps, checkpoints: readonly { readonly name: string }[], by: Measure): string {
  const measured = places.filter((_, k) => {
    const quality = embedding.quality[steps[k]];
    return quality !== null && isThere(quality, by);
  });
  const names = measured.map((place) => checkpoints[place].name);
  if (!names.length) return "";
  return `It is at ${names.length > 3 ? `${names.length} other checkpoints, the last ${names[names.length - 1]}` : names.join(", ")}. `;
}

function commandOf(recording: string, { name, method, dims }: EmbeddingIndex): string {
  const options = [method === "units" ? "" : ` --dims ${dims}`, name === method ? "" : ` --name ${name}`];
  return `inscape embed ${recording}.inscape ${method}${options.join("")}`;
}
