/** By what the points are colored, and what the colors mean: groups as a list, numbers as a bar. */

import { computed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { AppState, OpenRecording } from "../state/app-state";
import { offeredColorings, offeredUnit } from "../state/coloring";
import { GroupsLegend } from "./GroupsLegend";
import { NumbersLegend } from "./NumbersLegend";

export interface LegendProps {
  readonly state: AppState;
  readonly recording: OpenRecording;
  /** What else is to be known of the colors. */
  readonly children?: ComponentChildren;
}

export function Legend({ state, recording, children }: LegendProps) {
  const coloring = state.coloring.value;
  const compared = useMemo(() => computed(() => state.beside.open.value), [state]).value;
  const colorBy = state.colorBy.value;
  const offered = useMemo(() => [...offeredColorings(recording, compared), ...offeredUnit(recording, colorBy)], [recording, compared, colorBy]);
  if (!coloring) return null;
  const filtered = state.groups.value !== null || state.range.value !== null;
  return (
    <section class="legend" aria-labelledby="legend-title" aria-busy={state.coloringOnTheWay.value}>
      <div class="heading">
        <h2 id="legend-title">Color by</h2>
        <select data-testid="colour-by" aria-label="Color by" value={state.colorBy.value} onChange={(event) => state.setColorBy(event.currentTarget.value)}>
          {offered.map(({ title, choices }) => (
            <optgroup key={title} label={title}>
              {choices.map(({ by, name }) => (
                <option key={by} value={by}>
                  {name}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </div>
      {coloring.kind === "groups" ? (
        <GroupsLegend
          coloring={coloring}
          preview={state.preview}
          groups={state.groups}
          own={state.ownColors}
          onToggle={(group) => state.toggleGroup(group)}
        />
      ) : (
        <NumbersLegend state={state} coloring={coloring} />
      )}
      {filtered && (
        <button type="button" class="plain" onClick={() => (state.groups.value = state.range.value = null)} data-testid="legend-all">
          Show all again
        </button>
      )}
      {children}
    </section>
  );
}
