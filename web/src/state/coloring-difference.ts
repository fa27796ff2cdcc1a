/** How far each sample lies apart in the two pictures. */

import { byNumbers, withoutNumbers } from "../data/coloring";
import { differenceOf } from "../data/distances";
import { lengthScale } from "../data/quantities";
import type { StepData } from "../tour/fit";
import type { AppState, OpenRecording } from "./app-state";
import type { ColoringPlan } from "./coloring";
import type { Pane } from "./pane";

const BY = "difference";
const GLOSS = "How far each sample lies apart in the two pictures: both clouds about their middles, turned to each other (orthogonal Procrustes) and drawn to the radius 1 (root mean square distance from the middle).";

/** What a picture shows, at the checkpoint that is nearest. */
interface End {
  readonly key: string;
  readonly name: string;
  readonly load: () => Promise<StepData>;
}

/** Both pictures are colored by the same numbers. */
const found = new WeakMap<AppState, { readonly key: string; readonly values: Promise<Float32Array> }>();

export function planDifference(state: AppState, recording: OpenRecording): ColoringPlan {
  const { samples } = recording.store.index;
  const without = (reason: string): ColoringPlan => ({
    key: [BY, reason].join("\n"),
    load: () => withoutNumbers(BY, samples, lengthScale(new Float32Array(0)), GLOSS, reason),
  });
  if (!state.beside.open.value) return without("There is one picture: open a second one to compare it with.");
  const [first, second] = [endOf(state), endOf(state.beside)];
  if (!first || !second) return without("What lies on the flow from layer to layer is not compared: choose a layout, as PCA, in both pictures.");
  const key = [BY, first.key, second.key].join("\n");
  return {
    key,
    load: async () => {
      let kept = found.get(state);
      if (kept?.key !== key) {
        const values = Promise.all([first.load(), second.load()]).then(([a, b]) => differenceOf(a, b));
        found.set(state, (kept = { key, values }));
        // A failure is not kept: what is asked for again is tried again.
        values.catch(() => found.delete(state));
      }
      const values = await kept.values;
      return byNumbers({ by: BY, values, scale: lengthScale(values), gloss: GLOSS, at: `${first.name} and ${second.name}` });
    },
  };
}

function endOf(pane: Pane): End | null {
  const recording = pane.recording.value;
  const steps = pane.steps.value;
  if (!recording || !steps || steps.embedding.flow) return null;
  const { embedding, places } = steps;
  const place = pane.checkpoint.value;
  const i = places.reduce((best, p, k) => (Math.abs(p - place) < Math.abs(places[best] - place) ? k : best), 0);
  const { layer, checkpoint, lent } = embedding.steps[steps.steps[i]];
  return {
    key: [recording.entry.name, embedding.name, embedding.version, steps.steps[i]].join("\n"),
    name: `${lent === null ? "" : `${lent} · `}${layer} at ${checkpoint}`,
    load: () => recording.steps.load(embedding, steps.steps[i]),
  };
}
