/** How much of each sample's neighborhood the picture keeps. */

import { byNumbers, withoutNumbers } from "../data/coloring";
import { SHARE } from "../data/quantities";
import type { EmbeddingIndex } from "../data/recording-index";
import type { LayerSteps } from "../data/steps";
import { DataError } from "../data/store";
import type { OpenRecording } from "./app-state";
import type { ColoringPlan } from "./coloring";
import type { Pane } from "./pane";

const BY = "quality";

export function planQuality(pane: Pane, { entry, store }: OpenRecording, nearest: number): ColoringPlan {
  const steps = pane.steps.value;
  const layer = pane.layer.value;
  const { samples, checkpoints } = store.index;
  const without = (reason: string, command: string | null = null): ColoringPlan => ({ key: [BY, reason].join("\n"), load: () => withoutNumbers(BY, samples, SHARE, glossOf(null), reason, command) });
  if (!steps) return without("Nothing is laid out.");
  const { embedding, places } = steps;
  if (embedding.flow) return without("The flow from layer to layer is not measured: choose a layout, as PCA.");
  const i = places.reduce((best, place, k) => (Math.abs(place - nearest) < Math.abs(places[best] - nearest) ? k : best), 0);
  const step = steps.steps[i];
  const at = `${layer}, ${embedding.title}`;
  const key = [BY, embedding.name, embedding.version, step].join("\n");
  if (embedding.raw) {
    // All units are shown: it needs no measuring.
    return { key, load: () => byNumbers({ by: BY, values: new Float32Array(samples).fill(1), scale: SHARE, gloss: glossOf(null), at }) };
  }
  const path = `embeddings/${embedding.name}/quality`;
  const measured = embedding.quality[step];
  if (!measured || store.node(path) === undefined) {
    return without(`${layer} is not measured at ${embedding.steps[step].checkpoint}. ${elsewhere(steps, checkpoints)}To measure every step:`, commandOf(entry.name, embedding));
  }
  return {
    key,
    load: async () => {
      const { data } = await store.read(path, step);
      if (!(data instanceof Float32Array)) throw new DataError(`${path} is not float32: run inscape verify`);
      return byNumbers({ by: BY, values: data, scale: SHARE, gloss: glossOf(measured.k), at });
    },
  };
}

function glossOf(k: number | null): string {
  return k === null
    ? "The share of each sample's nearest neighbors in the layer that are among its nearest here."
    : `The share of each sample's ${k} nearest neighbors in the layer that are among its ${k} nearest here.`;
}

/** Where else the layer was measured. */
function elsewhere({ embedding, steps, places }: LayerSteps, checkpoints: readonly { readonly name: string }[]): string {
  const names = places.filter((_, k) => embedding.quality[steps[k]]).map((place) => checkpoints[place].name);
  if (!names.length) return "";
  return `It is at ${names.length > 3 ? `${names.length} other checkpoints, the last ${names[names.length - 1]}` : names.join(", ")}. `;
}

function commandOf(recording: string, { name, method, dims }: EmbeddingIndex): string {
  const options = [method === "units" ? "" : ` --dims ${dims}`, name === method ? "" : ` --name ${name}`];
  return `inscape embed ${recording}.inscape ${method}${options.join("")}`;
}
