/** The units in the order of what they tell: one is looked at by its button, chosen for a tour by its box. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { UnitMap } from "../data/units";
import { MOST_CHOSEN } from "../data/chosen-units";
import type { AppState } from "../state/app-state";
import { colorsOfUnits, domainOf, powerText, unitsText } from "./units-words";

const FIRST = 40;
const MORE = 200;

export function UnitsList({ state, map, name }: { readonly state: AppState; readonly map: UnitMap; readonly name: (unit: number) => string }) {
  const { units } = state;
  const [count, setCount] = useState(FIRST);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => setCount(FIRST), [map]);
  const [values, power, ranked, chosen, unit] = [units.values.value, units.powerShown.value, units.ranked.value, units.chosen.value, units.unit.value];
  const colors = colorsOfUnits(values, map.index.units, power, state.dark.value, state.colorScale.value);
  const [, high] = domainOf(values, power);
  const dead = new Set(map.index.dead);
  const shown = [...ranked.subarray(0, count)];
  const left = ranked.length - shown.length;
  const untoured = units.untoured.value;
  // Up and down go from row to row, as in a list of choices.
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
    const at = buttons.findIndex((button) => button.closest("li") === (document.activeElement?.closest("li") ?? null));
    if (!step || at < 0) return;
    event.preventDefault();
    buttons[Math.min(buttons.length - 1, Math.max(0, at + step))].focus();
  };
  return (
    <section class="units-list" aria-labelledby="units-list-title">
      <h3 id="units-list-title">
        {values ? "Most telling first" : "In their order"} <span class="quiet">{map.index.units.toLocaleString("en-US")}</span>
      </h3>
      <ul ref={list} onKeyDown={onKey} data-testid="units-list">
        {shown.map((u) => {
          const value = values?.[u] ?? Number.NaN;
          const share = Number.isFinite(value) ? (power === "auc" ? 2 * Math.abs(value - 0.5) : value / high) : 0;
          return (
            <li key={u} class={u === unit ? "looked" : ""}>
              <input type="checkbox" aria-label={`Choose unit ${u} for the Tour`} checked={chosen.includes(u)} onChange={() => units.toggle(u)} />
              <button
                type="button"
                data-unit={u}
                aria-pressed={u === unit}
                title={`${name(u)}: look at it`}
                onPointerEnter={() => (units.hover.value = u)}
                onPointerLeave={() => (units.hover.value = null)}
                onFocus={() => (units.hover.value = u)}
                onBlur={() => (units.hover.value = null)}
                onClick={() => units.look(u === unit ? null : u)}
              >
                <span class="name">{name(u) === `unit ${u}` ? u : `${u} ${name(u)}`}</span>
                <span class="bar" aria-hidden="true">
                  <span style={{ width: `${100 * Math.min(1, share)}%`, backgroundColor: colors[u] }} />
                </span>
                <span class="count">{dead.has(u) ? "dead" : values ? powerText(power, value) : ""}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {left > 0 && (
        <button type="button" class="plain" data-testid="units-more" onClick={() => setCount(count + MORE)}>
          {left > MORE ? `${MORE} more of ${left.toLocaleString("en-US")}` : `${left} more`}
        </button>
      )}
      <div class="units-tour">
        <p class="note" data-testid="units-chosen">
          {chosen.length ? `Chosen: ${unitsText(chosen)}.` : `Choose up to ${MOST_CHOSEN} units, here or by a line drawn around them, to tour them alone.`}
        </p>
        {chosen.length > 0 && (
          <div class="actions">
            <button type="button" class="primary" data-testid="units-tour" disabled={untoured !== null} onClick={() => units.tour()}>
              Tour these units
            </button>
            <button type="button" class="plain" data-testid="units-none" onClick={() => units.choose([])}>
              Choose none
            </button>
          </div>
        )}
        {chosen.length > 0 && untoured && <p class="note">{untoured}</p>}
      </div>
    </section>
  );
}
