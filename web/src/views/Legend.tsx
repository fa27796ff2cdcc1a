/** By what the points are colored: the groups, their colors and counts. Pointing previews a group, a click filters to it. */

import type { ReadonlySignal, Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { COLOR_BY, type ColorBy, type Coloring } from "../data/coloring";
import { CHOSEN } from "../theme/palette";

export interface LegendProps {
  readonly coloring: Coloring;
  readonly preview: Signal<number | null>;
  readonly groups: ReadonlySignal<readonly number[] | null>;
  /** Whether there are predictions to color by. */
  readonly predictions: boolean;
  readonly onColorBy: (by: ColorBy) => void;
  readonly onToggle: (group: number) => void;
  readonly onAll: () => void;
  /** What else is to be known of the colors. */
  readonly children?: ComponentChildren;
}

export function Legend({ coloring, preview, groups, predictions, onColorBy, onToggle, onAll, children }: LegendProps) {
  const { names, counts, unlabeled, colors, none, by } = coloring;
  const rows = names.map((name, i) => ({ name, count: counts[i] }));
  if (unlabeled) rows.push({ name: none, count: unlabeled });
  const chosen = groups.value;
  return (
    <section class="legend" aria-labelledby="legend-title">
      <div class="heading">
        <h2 id="legend-title">Color by</h2>
        {predictions ? (
          <select
            data-testid="colour-by"
            aria-label="Color by"
            value={by}
            onChange={(event) => onColorBy(event.currentTarget.value as ColorBy)}
          >
            {COLOR_BY.map((choice) => (
              <option key={choice} value={choice}>
                {choice}
              </option>
            ))}
          </select>
        ) : (
          <span class="quiet" data-testid="colour-by">
            label
          </span>
        )}
      </div>
      <ul onPointerLeave={() => (preview.value = null)}>
        {rows.map(({ name, count }, i) => (
          <li key={name}>
            <button
              type="button"
              data-testid={`legend-${i}`}
              class={[preview.value === i ? "lit" : "", chosen && !chosen.includes(i) ? "off" : ""].join(" ").trim()}
              aria-pressed={chosen !== null && chosen.includes(i)}
              onPointerEnter={() => (preview.value = i)}
              onFocus={() => (preview.value = i)}
              onBlur={() => (preview.value = null)}
              onClick={() => onToggle(i)}
              aria-label={`${name}: ${count.toLocaleString("en-US")} samples`}
              title={chosen ? "Add it, or take it away" : "Show it alone"}
            >
              <span class="swatch" style={{ backgroundColor: colors[i] }} aria-hidden="true" />
              <span class="name">{name}</span>
              <span class="count">{count.toLocaleString("en-US")}</span>
            </button>
          </li>
        ))}
      </ul>
      {chosen && (
        <button type="button" class="plain" onClick={onAll} data-testid="legend-all">
          Show all again
        </button>
      )}
      {names.length > CHOSEN && <p class="note">With more than {CHOSEN} classes some colors are hard to tell apart.</p>}
      {children}
    </section>
  );
}
