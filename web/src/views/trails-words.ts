/** What the Trails view says in words: its sentence, the text alternative, and what bundling moves. */

import { columnOf } from "../data/coloring";
import type { TrailsIndex } from "../data/trails-index";
import type { AppState } from "../state/app-state";
import { METHODS, placeText } from "./TimeBar";

/** "UMAP of fc1", "joint t-SNE of the layers at epoch-8". */
export function whatOf({ along, fixed, method, sequence, dims }: TrailsIndex): string {
  const name = METHODS[method] ?? method;
  const plane = dims > 2 ? `The widest plane of ${dims}-dimensional ` : "";
  return `${plane}${sequence === "joint" ? `${plane ? "joint" : "Joint"} ${name}` : name} of ${along === "checkpoints" ? fixed : `every layer at ${fixed}`}`;
}

export function sentenceOf(index: TrailsIndex): string {
  const way = index.along === "checkpoints" ? "through training" : "through the layers";
  const [first, last] = [index.steps[0], index.steps[index.steps.length - 1]].map((step) => (index.along === "checkpoints" ? step.checkpoint : step.layer));
  return (
    `Each line is one sample's way ${way}, ${first} to ${last}: dark early, bright late, a point where it is now. ` +
    "Points that are near are alike to the network; bundling draws near lines together."
  );
}

/** The text alternative of the stage. */
export function describeTrails(state: AppState): string {
  const { trails } = state;
  const index = trails.index.value;
  if (!index) return "No trails.";
  const coloring = state.coloring.value;
  const by = coloring ? (columnOf(coloring.by) ?? coloring.by) : "label";
  const count = state.shownCount.value;
  const groups = coloring?.kind === "groups" ? ` in ${coloring.names.length} groups` : "";
  const strength = Math.round(100 * trails.strength.value);
  const bundled = strength ? `, bundled ${strength}% ${trails.bundled.value === "class" ? "by class" : "all together"}` : ", not bundled";
  const names = trails.names.value;
  return `Trails of ${count.toLocaleString("en-US")} samples through ${names.length} ${index.along}, ${whatOf(index)}, drawn up to ${placeText(names, trails.now.value)}, colored by ${by}${groups}${bundled}.`;
}

/** A length as a share of the picture's width. */
export function shareText(length: number, width: number): string {
  const share = (100 * length) / Math.max(1e-9, width);
  return share > 0 && share < 0.1 ? "less than 0.1%" : `${share.toFixed(share < 10 ? 1 : 0)}%`;
}
