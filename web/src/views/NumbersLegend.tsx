/** What a color of the scale means: the number in words, the bar, how many samples have none, and what can be chosen. */

import { useMemo } from "preact/hooks";
import type { NumberColoring } from "../data/coloring";
import { extentOf, type Numbers, written } from "../data/quantities";
import type { AppState } from "../state/app-state";
import { MOVEMENTS } from "../state/coloring";
import { SCALES } from "../theme/scales";
import { ColorBar } from "./ColorBar";

export function NumbersLegend({ state, coloring }: { readonly state: AppState; readonly coloring: NumberColoring }) {
  const { by, values, scale, gloss, reason, command, unlabeled, at, none } = coloring;
  const range = state.range.value;
  const extent = useMemo(() => extentOf(values), [values]);
  const inside = useMemo(() => (range ? countIn(values, range) : 0), [values, range]);
  return (
    <>
      {by === "movement" && (
        <Choice title="Since the last" names={MOVEMENTS} chosen={state.movementFrom.value} testid="movement" onChoose={(from) => (state.movementFrom.value = from)} />
      )}
      {reason === null && (
        <ColorBar coloring={coloring} extent={extent} range={range} preview={state.preview} onRange={(next) => (state.range.value = next)} />
      )}
      <p class="note" role="status" data-testid="legend-range">
        {range && reason === null ? `${spoken(coloring, range)}: ${inside.toLocaleString("en-US")} samples.` : ""}
      </p>
      {reason !== null && (
        <p class="note" data-testid="legend-reason">
          {reason} {command && <code>{command}</code>}
        </p>
      )}
      {reason === null && unlabeled > 0 && (
        <p class="note" data-testid="legend-none">
          <span class="swatch" style={{ backgroundColor: coloring.colors[coloring.colors.length - 1] }} aria-hidden="true" /> {unlabeled.toLocaleString("en-US")}{" "}
          {none === "no value" ? (unlabeled === 1 ? "sample has no value" : "samples have no value") : `${unlabeled === 1 ? "sample was" : "samples were"} ${none}`}{range ? ", and are not drawn" : ""}.
        </p>
      )}
      <p class="note" data-testid="legend-gloss">
        {gloss}
        {at && ` (${at})`}
      </p>
      {reason === null && !scale.diverging && (
        <Choice title="Scale" names={SCALES} chosen={state.colorScale.value} testid="scale" onChoose={(name) => (state.colorScale.value = name)} />
      )}
    </>
  );
}

function countIn(values: Numbers, [least, most]: readonly [number, number]): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] >= least && values[i] <= most) count += 1;
  return count;
}

/** A range in words. */
export function spoken({ scale }: NumberColoring, [least, most]: readonly [number, number]): string {
  if (least === -Infinity) return `Up to ${written(scale, most)}`;
  if (most === Infinity) return `From ${written(scale, least)} on`;
  return `${written(scale, least)} to ${written(scale, most)}`;
}

interface ChoiceProps<T extends string> {
  readonly title: string;
  readonly names: readonly T[];
  readonly chosen: T;
  readonly testid: string;
  readonly onChoose: (name: T) => void;
}

function Choice<T extends string>({ title, names, chosen, testid, onChoose }: ChoiceProps<T>) {
  return (
    <div class="chosen">
      <span class="quiet">{title}</span>
      <div class="choice" role="group" aria-label={title}>
        {names.map((name) => (
          <button key={name} type="button" data-testid={`${testid}-${name}`} aria-pressed={name === chosen} onClick={() => onChoose(name)}>
            {name}
          </button>
        ))}
      </div>
    </div>
  );
}
