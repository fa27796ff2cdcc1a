/** How far the trails may be trusted: what two dimensions keep of each step, and what bundling moves. */

import { useMemo } from "preact/hooks";
import type { TrailsIndex } from "../data/trails-index";
import type { AppState } from "../state/app-state";
import { driftOf, extentOf } from "../tour/trails";
import { shareText } from "./trails-words";

export function TrailsTrust({ state, index }: { state: AppState; index: TrailsIndex }) {
  const { trails } = state;
  const loaded = trails.loaded.value?.trails ?? null;
  const nearest = trails.nearest.value;
  const quality = index.quality[nearest];
  const bundled = trails.bundled.value;
  const drift = useMemo(() => loaded && driftOf(loaded, bundled), [loaded, bundled]);
  const width = useMemo(() => (loaded ? 2 * extentOf(loaded).half[0] : 1), [loaded]);
  const strength = trails.strength.value;
  const rows = [
    ...(quality?.recall != null ? [{ name: "Neighbors kept", value: `${(100 * quality.recall).toFixed(0)}%`, gloss: `Of each sample's ${quality.k} nearest in the layer, the share that are among its ${quality.k} nearest in this picture.` }] : []),
    ...(quality?.trustworthiness != null ? [{ name: "Trustworthiness", value: quality.trustworthiness.toFixed(3), gloss: "1: samples that are near in this picture are near in the layer." }] : []),
  ];
  return (
    <section class="trust" aria-labelledby="trust-title" data-testid="trails-trust">
      <h2 id="trust-title">How far to trust it</h2>
      {trails.stale.value && (
        <p class="note inexact" data-testid="trails-stale">
          Stale: what these trails were made of was recorded anew since. Make them again to see it.
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
      <p class="note" data-testid="trails-measured">
        {rows.length ? `Of the two dimensions at ${trails.names.value[nearest]}.` : "How well the two dimensions keep neighbors was not measured."}
      </p>
      {drift && (
        <p class="note" data-testid="trails-drift">
          {strength > 0
            ? `Bundled ${Math.round(100 * strength)}%: positions are drawn up to ${shareText(strength * drift.farthest, width)} of the picture's width from where they are, half of them less than ${shareText(strength * drift.median, width)}.`
            : "Not bundled: every position is drawn where it is."}
        </p>
      )}
    </section>
  );
}
