/** The classes, their colors and how many samples each has. A row that is pointed at or focused previews its class. */

import type { Signal } from "@preact/signals";
import type { Classes } from "../data/columns";
import { CHOSEN } from "../theme/palette";

export interface LegendProps {
  readonly classes: Classes;
  readonly colors: readonly string[];
  readonly preview: Signal<number | null>;
}

export function Legend({ classes, colors, preview }: LegendProps) {
  const { names, counts, unlabeled } = classes;
  const rows = names.map((name, i) => ({ name, count: counts[i] }));
  if (unlabeled) rows.push({ name: "no label", count: unlabeled });
  return (
    <section class="legend" aria-labelledby="legend-title">
      <h2 id="legend-title">
        Color <span class="quiet">label</span>
      </h2>
      <ul onPointerLeave={() => (preview.value = null)}>
        {rows.map(({ name, count }, i) => (
          <li key={name}>
            <button
              type="button"
              data-testid={`legend-${i}`}
              class={preview.value === i ? "lit" : ""}
              onPointerEnter={() => (preview.value = i)}
              onFocus={() => (preview.value = i)}
              onBlur={() => (preview.value = null)}
              aria-label={`${name}: ${count.toLocaleString("en-US")} samples`}
            >
              <span class="swatch" style={{ backgroundColor: colors[i] }} aria-hidden="true" />
              <span class="name">{name}</span>
              <span class="count">{count.toLocaleString("en-US")}</span>
            </button>
          </li>
        ))}
      </ul>
      {names.length > CHOSEN && <p class="note">With more than {CHOSEN} classes some colors are hard to tell apart.</p>}
    </section>
  );
}
