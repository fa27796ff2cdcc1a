/** What is done with trails: which are shown, how strongly and how they are bundled, and their ends. */

import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { AppState, OpenRecording } from "../state/app-state";
import { ENDS, type Ends } from "../state/trails";
import { BUNDLINGS, type Bundling } from "../tour/trails";
import { MakeTrails } from "./MakeTrails";

const BUNDLED: Record<Bundling, { readonly name: string; readonly title: string }> = {
  class: { name: "by class", title: "Trails are drawn to others of their class alone" },
  together: { name: "together", title: "All trails are drawn to each other, whatever their class" },
};

const END_NAMES: Record<Ends, { readonly name: string; readonly title: string }> = {
  plain: { name: "plain", title: "Lines of one width" },
  taper: { name: "taper", title: "Lines grow wider toward where they go" },
  arrows: { name: "arrows", title: "Heads are arrows that point to where they go" },
};

export function TrailsControls({ state, recording }: { state: AppState; recording: OpenRecording }) {
  const { trails } = state;
  const making = useMemo(() => signal(false), []);
  const all = trails.all.value;
  const index = trails.index.value;
  const percent = Math.round(100 * trails.strength.value);
  const classes = trails.loaded.value?.trails.classes ?? true;
  return (
    <div class="trails-controls" role="group" aria-label="Trails">
      <span class="trails-choice">
        {all.length > 1 ? (
          <select data-testid="trails-choice" aria-label="Trails" value={index?.name ?? ""} onChange={(event) => trails.choose(event.currentTarget.value)}>
            {all.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        ) : (
          <span class="quiet">{index?.title}</span>
        )}
        <button type="button" class="plain" aria-label="Make other trails" title="Make other trails" aria-expanded={making.value} data-testid="trails-more" onClick={() => (making.value = !making.value)}>
          +
        </button>
      </span>
      <label class="strength">
        <span class="quiet">raw</span>
        <input
          type="range"
          data-testid="trails-strength"
          aria-label="Strength of bundling"
          aria-valuetext={`${percent}%`}
          min={0}
          max={100}
          step={1}
          value={percent}
          onInput={(event) => (trails.strength.value = event.currentTarget.valueAsNumber / 100)}
        />
        <span class="quiet">bundled</span>
        <output data-testid="trails-strength-value">{percent}%</output>
      </label>
      {classes && (
        <div class="choice" role="group" aria-label="Bundled">
          {BUNDLINGS.map((one) => (
            <button key={one} type="button" aria-pressed={trails.bundled.value === one} title={BUNDLED[one].title} data-testid={`trails-${one}`} onClick={() => (trails.bundled.value = one)}>
              {BUNDLED[one].name}
            </button>
          ))}
        </div>
      )}
      <div class="choice" role="group" aria-label="Ends of the trails">
        {ENDS.map((one) => (
          <button key={one} type="button" aria-pressed={trails.ends.value === one} title={END_NAMES[one].title} data-testid={`trails-${one}`} onClick={() => (trails.ends.value = one)}>
            {END_NAMES[one].name}
          </button>
        ))}
      </div>
      {making.value && (
        <div class="trails-making">
          <MakeTrails state={state} recording={recording} onMade={() => (making.value = false)} />
        </div>
      )}
    </div>
  );
}
