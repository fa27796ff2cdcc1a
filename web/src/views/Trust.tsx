/** How far the picture may be trusted: what was kept of the layer, measured. */

import type { FlowWords } from "./flow-words";
import type { Quality, StepEntry } from "../data/recording-index";

export interface TrustProps {
  /** The step from layer to layer that is gone through. */
  readonly leg: FlowWords | null;
  readonly method: string;
  readonly dims: number;
  readonly step: StepEntry;
  readonly quality: Quality | null;
  readonly samples: number;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : 0)}%`;
}

export function Trust({ leg, method, dims, step, quality, samples }: TrustProps) {
  const shown = Math.min(step.rank, dims);
  const rows: { name: string; value: string; gloss: string }[] = [];
  if (step.units) {
    rows.push({
      name: "Dimensions",
      value: `${shown.toLocaleString("en-US")} of ${step.units.toLocaleString("en-US")}`,
      gloss: method === "units" || (method === "flow" && step.units <= dims) ? "Every unit is toured as it is; the screen shows two directions at a time." : "What the tour turns through, and the units that the layer has.",
    });
  }
  if (step.explained !== null && method !== "units") {
    rows.push({ name: "Variance kept", value: percent(step.explained), gloss: "The share of the layer's variance that lies in these dimensions." });
  }
  if (quality && method !== "units") {
    rows.push({
      name: "Neighbors kept",
      value: percent(quality.recall),
      gloss: `Of each sample's ${quality.k} nearest in the layer, the share that are among its ${quality.k} nearest here.`,
    });
    rows.push({ name: "Trustworthiness", value: quality.trustworthiness.toFixed(3), gloss: "1: samples that are near here are near in the layer." });
    rows.push({ name: "Continuity", value: quality.continuity.toFixed(3), gloss: "1: samples that are near in the layer are near here." });
  }
  return (
    <section class="trust" aria-labelledby="trust-title">
      <h2 id="trust-title">How far to trust it</h2>
      {leg && (
        <p class={leg.exact ? "note" : "note inexact"} data-testid="leg-trust">
          {leg.trust}
        </p>
      )}
      <dl>
        {rows.map(({ name, value, gloss }) => (
          <div key={name} title={gloss}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="note">
        {method === "chosen"
          ? `The ${shown} chosen units are toured as they are; the other ${(step.units - shown).toLocaleString("en-US")} of the layer are not shown.`
          : method === "units" || (method === "flow" && step.units <= dims)
          ? "Nothing was reduced: every unit of the layer is toured as it is."
          : quality
            ? `Measured in all ${shown} dimensions with ${quality.k} neighbors a sample; one view shows two of them.`
            : method === "flow"
              ? "The share of variance says how much of the layer these directions show; how well neighbors are kept was not measured."
              : samples < 32
              ? "Too few samples to measure how well neighbors are kept."
              : "How well neighbors are kept was not measured."}
      </p>
    </section>
  );
}
