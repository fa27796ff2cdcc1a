/** Beside the map: what is told from the rest and by which measure, the scale, the units to be named, how far to trust it. */

import type { UnitMap } from "../data/units";
import type { AppState } from "../state/app-state";
import { POWERS, type Power } from "../state/units";
import { SCALES } from "../theme/scales";
import { domainOf, scaleColorsOf, unitsText } from "./units-words";

const TITLES: Readonly<Record<Power, string>> = { auc: "AUC", trees: "trees" };

/** Groups of duplicates that are named at first. */
const GROUPS = 8;

export function UnitsPower({ state, map }: { readonly state: AppState; readonly map: UnitMap }) {
  const { units } = state;
  const { classes, without, trees } = map.index;
  const telling = units.telling.value;
  const power = units.powerShown.value;
  const selected = state.selection.value.length;
  const samples = state.recording.value?.store.index.samples ?? 0;
  const measuring = units.measuring.value;
  const unmeasured = units.unmeasured.value;
  return (
    <section aria-labelledby="units-power-title" class="units-power">
      <div class="heading">
        <h2 id="units-power-title">Tell</h2>
        <select
          data-testid="units-class"
          aria-label="What is told from the rest"
          value={String(telling)}
          onChange={({ currentTarget: { value } }) => (units.told.value = value === "selection" ? "selection" : Number(value))}
        >
          {classes.map(({ label, name }) => (
            <option key={label} value={String(label)}>
              {name}
            </option>
          ))}
          <option value="selection">the selection ({selected.toLocaleString("en-US")})</option>
        </select>
        <span class="quiet">from the rest</span>
      </div>
      {telling !== "selection" && (
        <div class="chosen">
          <span class="quiet">by</span>
          <div class="choice" role="group" aria-label="Measure">
            {POWERS.map((p) => (
              <button key={p} type="button" data-testid={`units-power-${p}`} aria-pressed={p === power} onClick={() => (units.power.value = p)}>
                {TITLES[p]}
              </button>
            ))}
          </div>
        </div>
      )}
      <Scale state={state} power={power} />
      <p class="note" data-testid="units-gloss">
        {telling === "selection" && (selected === 0 || selected === samples)
          ? "Select some samples, by the search below or in another view: the units are then colored by how well each tells them from all others."
          : power === "auc"
            ? "The area under the ROC curve: the chance that the unit is larger for one of them than for one of the rest. ½ tells nothing, 0 as much as 1."
            : `How much the unit helps ${trees} extremely randomized trees, as a share of all units.`}
      </p>
      {telling === "selection" && selected > 0 && selected < samples && unmeasured === null && (
        <p class="note" role="status" data-testid="units-measured">
          {measuring === null ? `Measured here, of ${selected.toLocaleString("en-US")} samples against ${(samples - selected).toLocaleString("en-US")}.` : `measuring, ${Math.round(100 * measuring)}%`}
        </p>
      )}
      {telling === "selection" && unmeasured !== null && (
        <p class="note error" role="alert" data-testid="units-unmeasured">
          {unmeasured} Save the selection, and <code>inscape units … --selection NAME</code> ranks the units by it.
        </p>
      )}
      {without !== null && <p class="note">No class is told from the rest: {without}.</p>}
      {power === "trees" && (
        <div class="chosen">
          <span class="quiet">Scale</span>
          <div class="choice" role="group" aria-label="Scale">
            {SCALES.map((scale) => (
              <button key={scale} type="button" aria-pressed={scale === state.colorScale.value} onClick={() => (state.colorScale.value = scale)}>
                {scale}
              </button>
            ))}
          </div>
        </div>
      )}
    </section>
  );
}

function Scale({ state, power }: { readonly state: AppState; readonly power: Power }) {
  const colors = scaleColorsOf(power, state.dark.value, state.colorScale.value);
  const [, most] = domainOf(state.units.values.value, power);
  const ticks = power === "auc" ? ["0", "½", "1"] : ["0", "", `${(100 * most).toFixed(1)}%`];
  return (
    <div class="color-bar" data-testid="units-scale">
      <div class="bar-colors" style={{ backgroundImage: `linear-gradient(to right, ${Array.from({ length: 33 }, (_, i) => colors[Math.min(colors.length - 1, 8 * i)]).join(", ")})` }} />
      <div class="bar-ticks units-ticks" aria-hidden="true">
        {ticks.map((tick, i) => (
          <span key={i} class={["first", "", "last"][i]} style={i === 2 ? { right: 0 } : { left: `${50 * i}%` }}>
            {tick}
          </span>
        ))}
      </div>
      <p class="units-ends quiet" aria-hidden="true">
        <span>{power === "auc" ? "falls for them" : "no help"}</span>
        <span>{power === "auc" ? "rises for them" : "most help"}</span>
      </p>
    </div>
  );
}

/** Dead and duplicated units, by name. */
export function NamedUnits({ state, map }: { readonly state: AppState; readonly map: UnitMap }) {
  const { dead, duplicates, signs } = map.index;
  const { units } = state;
  return (
    <section aria-labelledby="units-named-title" class="units-named" data-testid="units-named">
      <h2 id="units-named-title">Dead and duplicated</h2>
      {dead.length === 0 ? (
        <p class="note">No unit is dead.</p>
      ) : (
        <p class="note" data-testid="units-dead">
          <span class="mark dead" aria-hidden="true" /> <b>{dead.length === 1 ? "1 dead unit" : `${dead.length.toLocaleString("en-US")} dead units`}</b>, the same for every sample: {unitsText(dead, 40)}. {dead.length === 1 ? "It lies" : "They lie"} below the others.
        </p>
      )}
      {duplicates.length === 0 ? (
        <p class="note">No unit is there twice.</p>
      ) : (
        <>
          <p class="note">
            <span class="mark twin" aria-hidden="true" /> <b>{duplicates.length === 1 ? "1 group of duplicates" : `${duplicates.length.toLocaleString("en-US")} groups of duplicates`}</b>, one and the same but for factor and offset:
          </p>
          <ul data-testid="units-duplicates">
            {duplicates.slice(0, GROUPS).map((group, i) => (
              <li key={group.join(".")}>
                <button type="button" class="link" title="Choose them" onClick={() => units.choose(group)}>
                  {unitsText(group)}
                </button>
                {signs[i]?.includes(-1) && <span class="quiet"> ({unitsText(group.filter((_, k) => signs[i][k] < 0))} negated)</span>}
              </li>
            ))}
          </ul>
          {duplicates.length > GROUPS && <p class="note">… and {(duplicates.length - GROUPS).toLocaleString("en-US")} more.</p>}
        </>
      )}
    </section>
  );
}

/** How far the map may be trusted. */
export function UnitsTrust({ map, stale, recording }: { readonly map: UnitMap; readonly stale: boolean; readonly recording: string }) {
  const { method, quality, layer, checkpoint } = map.index;
  const rows = [
    ...(quality.trustworthiness === null ? [] : [["Trustworthiness", quality.trustworthiness.toFixed(3), "1: units that are near here follow each other."]]),
    ...(quality.recall === null ? [] : [["Neighbors kept", `${(100 * quality.recall).toFixed(0)}%`, `Of the ${quality.k} units that a unit follows most, the share that are among its ${quality.k} nearest here.`]]),
    ...(quality.stress === null ? [] : [["Stress", quality.stress.toFixed(3), "How far the distances here are from 1 − |correlation|: 0 where they are the same."]]),
  ];
  return (
    <section class="trust" aria-labelledby="units-trust-title" data-testid="units-trust">
      <h2 id="units-trust-title">How far to trust it</h2>
      {stale && (
        <p class="note inexact" role="alert" data-testid="units-stale">
          This map is stale: {layer} was recorded anew since. <code>{`inscape units ${recording}.inscape --layer ${layer} --checkpoint ${checkpoint}`}</code>
        </p>
      )}
      <dl>
        {rows.map(([term, value, gloss]) => (
          <div key={term} title={gloss}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="note">
        {method === "mds" ? "Laid out by MDS of all distances, 1 − |correlation|" : "Laid out by UMAP of 1 − |correlation|, which keeps who is next to whom; the distances between groups mean little"}.
        {rows.length ? " The plane can't hold them all: trust a pair by its hover, not by its distance." : " Too few units to measure how well neighbors are kept."}
      </p>
    </section>
  );
}
