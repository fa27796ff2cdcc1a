/** The unit that is looked at: its histogram by class, and the samples for which it is highest and lowest. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { unitOf, unreadable } from "../data/activations";
import { orderOf } from "../data/unit-power";
import { oddityOf, type UnitMap } from "../data/units";
import type { AppState, OpenRecording } from "../state/app-state";
import { Members } from "./Members";
import { written } from "./UnitsMap";

const BINS = 28;
const HEIGHT = 72;
const SHOWN = 8;
/** The share of samples at exactly 0 above which they are told in words alone. */
const SILENT = 0.2;

export interface UnitDetailProps {
  readonly state: AppState;
  readonly recording: OpenRecording;
  readonly map: UnitMap;
  readonly name: (unit: number) => string;
  readonly colors: readonly string[];
}

export function UnitDetail({ state, recording, map, name, colors }: UnitDetailProps) {
  const unit = state.units.unit.value;
  const { store, samples } = recording;
  const { layer, checkpoint } = map.index;
  const [read, setRead] = useState<{ readonly map: UnitMap; readonly unit: number; readonly values: Float32Array } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (unit === null) return;
    let current = true;
    const refused = unreadable(store, layer);
    setProblem(refused);
    if (!refused) {
      unitOf(store, layer, checkpoint, unit).then(
        (values) => current && setRead({ map, unit, values }),
        (error: unknown) => current && setProblem(error instanceof Error ? error.message : String(error)),
      );
    }
    return () => {
      current = false;
    };
  }, [store, map, unit]);
  const values = read?.map === map && read.unit === unit ? read.values : null;
  const ends = useMemo(() => {
    if (!values) return null;
    const order = orderOf(values);
    const count = Math.min(SHOWN, order.length >> 1);
    return { low: [...order.subarray(0, count)], high: [...order.subarray(order.length - count)].reverse() };
  }, [values]);
  if (unit === null) {
    return (
      <section class="unit-detail" aria-labelledby="unit-title">
        <h2 id="unit-title">Unit</h2>
        <p class="note">Click a unit to color the samples by it, in every view, and to see for which of them it is highest and lowest.</p>
      </section>
    );
  }
  const odd = oddityOf(map.index, unit);
  return (
    <section class="unit-detail" aria-labelledby="unit-title" data-testid="unit-detail" aria-busy={!values && !problem}>
      <div class="heading">
        <h2 id="unit-title">{capital(name(unit))}</h2>
        <button type="button" class="plain" onClick={() => state.units.look(null)} title="Look at no unit (Esc)">
          Leave
        </button>
      </div>
      {odd && <p class="note">It is {odd}.</p>}
      {problem && <p class="note error">{problem}</p>}
      {values && <Histogram recording={recording} values={values} colors={colors} />}
      {values && ends && !map.index.dead.includes(unit) && (
        <>
          <Members title="Highest" members={ends.high} samples={samples} state={state} first={SHOWN} />
          <Members title="Lowest" members={ends.low} samples={samples} state={state} first={SHOWN} />
        </>
      )}
      <button type="button" class="link" data-testid="unit-in-tour" onClick={() => (state.view.value = "tour")}>
        See the samples in the Tour, colored by it
      </button>
    </section>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How many samples of each class lie where, one class on another. */
function Histogram({ recording: { classes }, values, colors }: { readonly recording: OpenRecording; readonly values: Float32Array; readonly colors: readonly string[] }) {
  const { low, high, zeros, stacks, tallest } = useMemo(() => {
    let [low, high] = [Infinity, -Infinity];
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
    const groups = classes.names.length + 1;
    // A ReLU gives 0 to most samples: their one bar would leave the others none.
    const silent = values.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0);
    const zeros = silent > SILENT * values.length && high > low ? silent : 0;
    const counts = Array.from({ length: BINS }, () => new Uint32Array(groups));
    for (let i = 0; i < values.length; i++) {
      if (zeros && values[i] === 0) continue;
      const bin = high > low ? Math.min(BINS - 1, Math.floor((BINS * (values[i] - low)) / (high - low))) : 0;
      counts[bin][classes.of[i]] += 1;
    }
    const stacks = counts.map((bin) => {
      let below = 0;
      return [...bin].map((count) => ({ count, from: (below += count) - count })).filter(({ count }) => count > 0);
    });
    const places = counts.map((bin) => [...bin.keys()].filter((group) => bin[group] > 0));
    return { low, high, zeros, stacks: stacks.map((stack, i) => stack.map((part, k) => ({ ...part, group: places[i][k] }))), tallest: Math.max(1, ...counts.map((bin) => bin.reduce((sum, n) => sum + n, 0))) };
  }, [values, classes]);
  const means = useMemo(() => classMeans(values, classes.of, classes.names), [values, classes]);
  return (
    <figure class="unit-histogram" data-testid="unit-histogram">
      <svg viewBox={`0 0 ${BINS} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`How the samples of each class lie from ${written(low)} to ${written(high)}${zeros ? `, without ${zeros} at exactly 0` : ""}. Highest on average for ${means.slice(0, 3).join(", ")}.`}>
        {stacks.map((stack, bin) =>
          stack.map(({ count, from, group }) => (
            <rect key={`${bin} ${group}`} x={bin + 0.04} width={0.92} y={HEIGHT - (HEIGHT * (from + count)) / tallest} height={(HEIGHT * count) / tallest} fill={colors[group] ?? colors[colors.length - 1]} />
          )),
        )}
      </svg>
      <figcaption>
        <span>{written(low)}</span>
        <span class="quiet">{zeros ? `${zeros.toLocaleString("en-US")} at 0 not drawn` : `${values.length.toLocaleString("en-US")} samples by class`}</span>
        <span>{written(high)}</span>
      </figcaption>
    </figure>
  );
}

/** The classes by their mean, the highest first: "3 (1.2)". */
function classMeans(values: Float32Array, of: Uint16Array, names: readonly string[]): string[] {
  const sums = new Float64Array(names.length + 1);
  const counts = new Uint32Array(names.length + 1);
  for (let i = 0; i < values.length; i++) {
    sums[of[i]] += values[i];
    counts[of[i]] += 1;
  }
  const means = names.map((name, group) => ({ name, mean: sums[group] / counts[group] })).filter(({ mean }) => Number.isFinite(mean));
  return means.sort((a, b) => b.mean - a.mean).map(({ name, mean }) => `${name} (${written(mean)})`);
}
