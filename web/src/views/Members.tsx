/** Some samples as pictures, as lines of their texts, or by their numbers: pointing marks one, a click selects it alone. */

import { useEffect, useState } from "preact/hooks";
import type { Samples } from "../data/samples";
import type { AppState } from "../state/app-state";
import { Thumbnail } from "./Thumbnail";

export interface MembersProps {
  readonly title: string | null;
  readonly members: readonly number[];
  readonly samples: Samples;
  readonly state: AppState;
  /** How many are shown at first. */
  readonly first: number;
}

/** How many more are shown at a time. */
const MORE = 96;
const SIDE = 29;

export function Members({ title, members, samples, state, first }: MembersProps) {
  const [count, setCount] = useState(first);
  useEffect(() => setCount(first), [members]);
  const texts = !samples.hasPictures && samples.hasTexts;
  const left = members.length - count;
  return (
    <div class="members">
      {title && <h3>{title}</h3>}
      <ul class={texts ? "texts" : "pictures"} aria-label={title ?? "Selected samples"}>
        {members.slice(0, count).map((sample) => (
          <li key={sample}>
            <button
              type="button"
              data-sample={sample}
              aria-label={`Sample ${sample}`}
              title={`Sample ${sample}: select it alone`}
              onPointerEnter={() => (state.hover.value = sample)}
              onPointerLeave={() => (state.hover.value = null)}
              onFocus={() => (state.hover.value = sample)}
              onBlur={() => (state.hover.value = null)}
              onClick={() => state.setSelection([sample])}
            >
              {samples.hasPictures ? (
                <Thumbnail samples={samples} sample={sample} side={SIDE} label="" />
              ) : texts ? (
                <Line samples={samples} sample={sample} />
              ) : (
                <span class="id">{sample}</span>
              )}
            </button>
          </li>
        ))}
      </ul>
      {left > 0 && title === null && (
        <button type="button" class="plain" data-testid="members-more" onClick={() => setCount(count + MORE)}>
          {left > MORE ? `${MORE} more of ${left.toLocaleString("en-US")}` : `${left} more`}
        </button>
      )}
    </div>
  );
}

function Line({ samples, sample }: { samples: Samples; sample: number }) {
  const [text, setText] = useState("");
  useEffect(() => {
    let current = true;
    samples.text(sample).then(
      (found) => current && setText(found),
      () => current && setText("can't be read"),
    );
    return () => {
      current = false;
    };
  }, [samples, sample]);
  return <span class="line">{text}</span>;
}
