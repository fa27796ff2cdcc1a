/** Who stands out: the classes that part late, the samples that switch cluster most, those that traveled farthest. */

import { useMemo } from "preact/hooks";
import type { TrailClass } from "../data/trails-index";
import type { AppState, OpenRecording } from "../state/app-state";
import { largest } from "../tour/trails";
import { Thumbnail } from "./Thumbnail";

/** How many samples a list names. */
const LISTED = 10;
const SIDE = 29;

export interface TrailsRankingsProps {
  readonly state: AppState;
  readonly recording: OpenRecording;
  /** A color a class. */
  readonly colors: readonly string[];
}

export function TrailsRankings({ state, recording, colors }: TrailsRankingsProps) {
  const { trails } = state;
  const index = trails.index.value;
  const loaded = trails.loaded.value;
  const shown = state.shown.value;
  const found = useMemo(() => {
    const { switches = null, traveled = null } = loaded?.trails ?? {};
    return { switching: switches ? largest(switches, shown, LISTED) : [], traveling: traveled ? largest(traveled, shown, LISTED) : [] };
  }, [loaded, shown]);
  if (!index || !loaded) return null;
  const { switches, traveled } = loaded.trails;
  const partings = index.classes.flatMap(({ parting }) => parting.map((value) => value ?? 0));
  const range: readonly [number, number] = [Math.min(0, ...partings), Math.max(0.1, ...partings)];
  return (
    <section class="rankings" aria-label="What stands out">
      {index.classes.length > 0 && (
        <>
          <h2 title="By how far each class lies from the nearest other one in the activations, step by step; a dot from when on nine of ten of its samples stay apart">Classes that part late</h2>
          <ol class="parting" data-testid="parting">
            {index.classes.map((entry) => (
              <ClassRow key={entry.label} state={state} recording={recording} entry={entry} names={trails.names.value} range={range} color={colors[entry.label] ?? "currentColor"} />
            ))}
          </ol>
        </>
      )}
      {index.classes.length === 0 && index.unranked && <p class="note">No classes are ranked: {index.unranked}.</p>}
      {switches && found.switching.length > 0 && (
        <SampleList state={state} recording={recording} title="Switch cluster most" testid="switching" samples={found.switching} say={(sample) => `${switches[sample]}×`} gloss={(sample) => `its neighbors' class changed ${switches[sample]} times`} />
      )}
      {traveled && found.traveling.length > 0 && (
        <SampleList state={state} recording={recording} title="Traveled farthest" testid="traveling" samples={found.traveling} say={(sample) => traveled[sample].toPrecision(3)} gloss={(sample) => `it traveled ${traveled[sample].toPrecision(3)} in units of the picture`} />
      )}
    </section>
  );
}

interface ClassRowProps {
  readonly state: AppState;
  readonly recording: OpenRecording;
  readonly entry: TrailClass;
  readonly names: readonly string[];
  /** The least and the greatest parting of all classes: their lines are of one scale. */
  readonly range: readonly [number, number];
  readonly color: string;
}

function ClassRow({ state, recording, entry, names, range, color }: ClassRowProps) {
  const { of } = recording.classes;
  const when = entry.late === null ? "never" : entry.late === 0 ? "at once" : names[entry.late];
  const select = (more: boolean): void => {
    const members: number[] = [];
    for (let i = 0; i < of.length; i++) if (of[i] === entry.label) members.push(i);
    state.combineSelection(members, more ? "add" : "replace");
  };
  return (
    <li>
      <button type="button" class="row" data-testid={`parting-${entry.label}`} title={`Select ${entry.name}; with Shift, add it`} aria-label={`${entry.name}: ${entry.late === null ? "never parts for good" : `parts for good at ${names[entry.late]}`}; select it`} onClick={(event) => select(event.shiftKey)}>
        <span class="swatch" style={{ backgroundColor: color }} aria-hidden="true" />
        <span class="name">{entry.name}</span>
        <Sparkline state={state} values={entry.parting} range={range} late={entry.late} color={color} />
        <span class="when">{when}</span>
      </button>
    </li>
  );
}

const WIDE = 62;
const HIGH = 18;

interface SparklineProps {
  readonly state: AppState;
  readonly values: readonly (number | null)[];
  readonly range: readonly [number, number];
  readonly late: number | null;
  readonly color: string;
}

/** How far a class lies from the nearest other one; a dot from when on it stays apart, a hairline now. */
function Sparkline({ state, values, range: [low, high], late, color }: SparklineProps) {
  const x = (step: number): number => 2 + ((WIDE - 4) * step) / Math.max(1, values.length - 1);
  const y = (value: number): number => HIGH - 3 - ((HIGH - 6) * (value - low)) / (high - low);
  const path = values.reduce((line, value, i) => (value === null ? line : `${line}${line ? "L" : "M"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`), "");
  const dot = late === null ? null : values[late];
  return (
    <svg class="sparkline" width={WIDE} height={HIGH} viewBox={`0 0 ${WIDE} ${HIGH}`} aria-hidden="true">
      <line class="zero" x1={0} x2={WIDE} y1={y(0)} y2={y(0)} />
      <Now state={state} at={x} />
      <path d={path} stroke={color} />
      {late !== null && dot !== null && <circle cx={x(late)} cy={y(dot)} r={2.4} fill={color} />}
    </svg>
  );
}

function Now({ state, at }: { state: AppState; at: (step: number) => number }) {
  const place = at(state.trails.now.value);
  return <line class="now" x1={place} x2={place} y1={0} y2={HIGH} />;
}

interface SampleListProps {
  readonly state: AppState;
  readonly recording: OpenRecording;
  readonly title: string;
  readonly testid: string;
  readonly samples: readonly number[];
  readonly say: (sample: number) => string;
  readonly gloss: (sample: number) => string;
}

function SampleList({ state, recording, title, testid, samples, say, gloss }: SampleListProps) {
  return (
    <div class="sample-list" data-testid={testid}>
      <div class="heading">
        <h3>{title}</h3>
        <button type="button" class="plain" onClick={() => state.setSelection([...samples].sort((a, b) => a - b))} aria-label={`Select these: ${title.toLowerCase()}`}>
          Select
        </button>
      </div>
      <ul>
        {samples.map((sample) => (
          <li key={sample}>
            <button
              type="button"
              data-sample={sample}
              aria-label={`Sample ${sample}: ${gloss(sample)}; select it alone`}
              title={`Sample ${sample}: ${gloss(sample)}`}
              onPointerEnter={() => (state.hover.value = sample)}
              onPointerLeave={() => (state.hover.value = null)}
              onFocus={() => (state.hover.value = sample)}
              onBlur={() => (state.hover.value = null)}
              onClick={(event) => state.select(sample, event.shiftKey)}
            >
              {recording.samples.hasPictures ? <Thumbnail samples={recording.samples} sample={sample} side={SIDE} label="" /> : <span class="id">{sample}</span>}
              <span class="said">{say(sample)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
