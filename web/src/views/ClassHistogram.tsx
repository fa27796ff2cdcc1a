/** Of which classes the selected samples are: a bar and a count a class. */

import { useMemo, useState } from "preact/hooks";
import type { Classes } from "../data/columns";

export interface ClassHistogramProps {
  readonly selection: readonly number[];
  readonly classes: Classes;
  readonly colors: readonly string[];
}

/** Classes that are shown at first. */
const FIRST = 10;

export function ClassHistogram({ selection, classes, colors }: ClassHistogramProps) {
  const [all, setAll] = useState(false);
  const ranked = useMemo(() => {
    const counts = new Uint32Array(classes.names.length + 1);
    for (const sample of selection) counts[classes.of[sample]] += 1;
    return [...counts].map((count, group) => ({ group, count })).filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  }, [selection, classes]);
  const shown = all ? ranked : ranked.slice(0, FIRST);
  const most = ranked[0]?.count ?? 1;
  return (
    <>
      <ul class="histogram" aria-label="Classes of the selection">
        {shown.map(({ group, count }) => {
          const whole = classes.counts[group] ?? classes.unlabeled;
          const name = classes.names[group] ?? "no label";
          return (
            <li key={group} title={`${name}: ${count.toLocaleString("en-US")} of ${whole.toLocaleString("en-US")}`}>
              <span class="name">{name}</span>
              <span class="bar" aria-hidden="true">
                <span style={{ width: `${(100 * count) / most}%`, backgroundColor: colors[group] ?? colors[colors.length - 1] }} />
              </span>
              <span class="count">{count.toLocaleString("en-US")}</span>
            </li>
          );
        })}
      </ul>
      {ranked.length > FIRST && (
        <button type="button" class="plain" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Fewer" : `${(ranked.length - FIRST).toLocaleString("en-US")} more classes`}
        </button>
      )}
    </>
  );
}
