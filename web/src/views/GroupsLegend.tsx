/** The groups of a coloring, their colors and counts. Pointing previews a group, a click filters to it, its dot sets its color. */

import type { ReadonlySignal, Signal } from "@preact/signals";
import { type GroupColoring, isOwnable } from "../data/coloring";
import type { OwnColors } from "../state/own-colors";
import { CHOSEN } from "../theme/palette";

export interface GroupsLegendProps {
  readonly coloring: GroupColoring;
  readonly preview: Signal<number | null>;
  readonly groups: ReadonlySignal<readonly number[] | null>;
  readonly own: OwnColors;
  readonly onToggle: (group: number) => void;
}

export function GroupsLegend({ coloring, preview, groups, own, onToggle }: GroupsLegendProps) {
  const { names, counts, unlabeled, colors, none, by, at } = coloring;
  const rows = names.map((name, i) => ({ name, count: counts[i] }));
  if (unlabeled) rows.push({ name: none, count: unlabeled });
  const chosen = groups.value;
  const owned = isOwnable(by) && names.some((name) => own.all.value.has(name.normalize("NFC")));
  return (
    <>
      <ul onPointerLeave={() => (preview.value = null)}>
        {rows.map(({ name, count }, i) => (
          <li key={i} class={[preview.value === i ? "lit" : "", chosen && !chosen.includes(i) ? "off" : ""].join(" ").trim()} onPointerEnter={() => (preview.value = i)}>
            {isOwnable(by) && i < names.length ? (
              <input
                type="color"
                class="swatch"
                data-testid={`color-${i}`}
                aria-label={`Color of ${name}`}
                title="Choose its color"
                value={colors[i].toLowerCase()}
                onInput={(event) => own.preview(name, event.currentTarget.value)}
                onChange={(event) => void own.set(name, event.currentTarget.value)}
              />
            ) : (
              <span class="swatch" style={{ backgroundColor: colors[i] }} aria-hidden="true" />
            )}
            <button
              type="button"
              data-testid={`legend-${i}`}
              aria-pressed={chosen !== null && chosen.includes(i)}
              onFocus={() => (preview.value = i)}
              onBlur={() => (preview.value = null)}
              onClick={() => onToggle(i)}
              aria-label={`${name}: ${count.toLocaleString("en-US")} samples`}
              title={chosen ? "Add it, or take it away" : "Show it alone"}
            >
              <span class="name">{name}</span>
              <span class="count">{count.toLocaleString("en-US")}</span>
            </button>
          </li>
        ))}
      </ul>
      {at && <p class="note">At {at}.</p>}
      {owned && (
        <button type="button" class="plain" data-testid="colors-reset" onClick={() => void own.reset(names)}>
          Reset colors
        </button>
      )}
      {owned && own.local.value && <p class="note" data-testid="colors-local">This recording can't be written: the colors hold on this page alone.</p>}
      {names.length > CHOSEN && <p class="note">With more than {CHOSEN} groups some colors are hard to tell apart.</p>}
    </>
  );
}
