/** The Units view: which units of a layer work together, and which tell a class from the rest. */

import { useEffect, useMemo } from "preact/hooks";
import { withOwn } from "../data/coloring";
import { unitNames } from "../data/raw-units";
import { isTimeless } from "../data/steps";
import type { AppState, OpenRecording } from "../state/app-state";
import { runClock } from "../state/clock";
import { classColors, UNLABELED } from "../theme/palette";
import { Message } from "./Message";
import { SelectionPanel } from "./SelectionPanel";
import { UnitDetail } from "./UnitDetail";
import { UnitsEmpty } from "./UnitsEmpty";
import { UnitsList } from "./UnitsList";
import { UnitsMap } from "./UnitsMap";
import { NamedUnits, UnitsPower, UnitsTrust } from "./UnitsSide";
import { describeMap } from "./units-words";

export function UnitsPanel({ state, recording }: { readonly state: AppState; readonly recording: OpenRecording }) {
  const { units } = state;
  const { classes, store } = recording;
  const layer = units.layer.value;
  const index = units.index.value;
  const map = units.shown.value;
  const own = state.ownColors.all.value;
  const labelColors = useMemo(() => withOwn(classes.names, [...classColors(classes.names.length), UNLABELED], own), [classes, own]);
  const count = store.index.layers.find((entry) => entry.name === layer)?.units ?? 0;
  const name = useMemo(() => unitNames(store.index, layer ?? "", count), [store, layer, count]);
  const named = (unit: number): string => (name(unit) === `unit ${unit}` ? name(unit) : `unit ${unit} (${name(unit)})`);
  const told = toldOf(state);
  useEffect(() => runClock(state), [state]);
  return (
    <>
      <main class="main units-main" aria-busy={units.loading.value}>
        <div class="caption">
          <h2>
            {layer === null ? "Between recorded layers" : `Units of ${layer}`}{" "}
            <span class="quiet">{layer !== null && isTimeless(layer) ? "the data itself" : `at ${units.checkpoint.value}`}</span>
          </h2>
          <p data-testid="caption">
            Each point is one unit{layer === null ? "" : ` of ${layer}`}: units that rise and fall together, or against each other, lie close; the color says how well each
            tells {told} from the rest.
          </p>
        </div>
        {index === null || layer === null ? (
          <UnitsEmpty state={state} recording={recording} layer={layer} />
        ) : units.problem.value !== null ? (
          <Message title="The map of units can't be read" text={units.problem.value} retry={() => (state.attempt.value += 1)} />
        ) : (
          <div class="units-body">
            {map ? <UnitsMap state={state} map={map} name={named} description={describeMap(map, told)} /> : <Message title="Reading the map" busy />}
            {map && <UnitsList state={state} map={map} name={name} />}
          </div>
        )}
      </main>
      <aside class="side units-side">
        {map && <UnitsPower state={state} map={map} />}
        {map && <UnitDetail state={state} recording={recording} map={map} name={named} colors={labelColors} />}
        {map && <NamedUnits state={state} map={map} />}
        <SelectionPanel state={state} recording={recording} colors={labelColors} hint="Search for samples, take those of a unit above, or select in another view: the units can be told by them." />
        {map && <UnitsTrust map={map} stale={units.stale.value} recording={recording.entry.name} />}
      </aside>
    </>
  );
}

/** What is told from the rest, in words. */
export function toldOf({ units, selection }: AppState): string {
  const telling = units.telling.value;
  if (telling === "selection") return selection.value.length ? "the selection" : "what is selected";
  const entry = units.map.value?.index.classes.find(({ label }) => label === telling);
  return `“${entry?.name ?? telling}”`;
}
