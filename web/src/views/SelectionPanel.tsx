/** The samples that are selected: how many, of which classes, and what they look like. */

import { useMemo } from "preact/hooks";
import type { Classes } from "../data/columns";
import type { Samples } from "../data/samples";
import { Thumbnail } from "./Thumbnail";

export interface SelectionPanelProps {
  readonly selection: readonly number[];
  readonly samples: Samples;
  readonly classes: Classes;
  readonly colors: readonly string[];
  readonly onHover: (sample: number | null) => void;
  readonly onClear: () => void;
}

/** Pictures that are shown; the count says how many there are. */
const MOST = 24;

export function SelectionPanel({ selection, samples, classes, colors, onHover, onClear }: SelectionPanelProps) {
  // Once a selection: the panel is drawn anew with every sample that is pointed at.
  const ranked = useMemo(() => {
    const counts = new Map<number, number>();
    for (const sample of selection) counts.set(classes.of[sample], (counts.get(classes.of[sample]) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  }, [selection, classes]);
  return (
    <section class="selection" aria-labelledby="selection-title">
      <div class="heading">
        <h2 id="selection-title">
          Selection{" "}
          <span class="quiet" data-testid="selection-count">
            {selection.length.toLocaleString("en-US")}
          </span>
        </h2>
        {selection.length > 0 && (
          <button type="button" class="plain" onClick={onClear} title="Clear (c)">
            Clear
          </button>
        )}
      </div>
      {selection.length === 0 ? (
        <p class="note">Click a point to select it; with Shift, click more of them or draw around them.</p>
      ) : (
        <>
          <ul class="counts">
            {ranked.map(([group, count]) => (
              <li key={group}>
                <span class="swatch" style={{ backgroundColor: colors[group] ?? colors[colors.length - 1] }} aria-hidden="true" />
                {classes.names[group] ?? "no label"} <span class="quiet">{count.toLocaleString("en-US")}</span>
              </li>
            ))}
          </ul>
          <ul class="pictures">
            {selection.slice(0, MOST).map((sample) => (
              <li key={sample} onPointerEnter={() => onHover(sample)} onPointerLeave={() => onHover(null)}>
                {samples.hasPictures ? <Thumbnail samples={samples} sample={sample} side={40} label={`Sample ${sample}`} /> : <span class="id">{sample}</span>}
              </li>
            ))}
          </ul>
          {selection.length > MOST && <p class="note">The first {MOST} are shown.</p>}
        </>
      )}
    </section>
  );
}
