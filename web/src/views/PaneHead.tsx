/** Over each of two pictures: what it is of; and over the second one, by what it may differ from the first. */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Classes } from "../data/columns";
import { hasForeignPredictions } from "../data/sample-columns";
import type { Scores } from "../data/samples";
import { BASES, type Bases } from "../state/beside";
import type { AppState } from "../state/app-state";
import type { Pane } from "../state/pane";
import type { PartChoice } from "../state/part-choice";
import { isTimeless, titleAmong, wantedFor } from "../data/steps";
import { openBeside } from "../state/session";
import { placeText } from "./TimeBar";

/** The value of a choice that follows the first picture. */
const SAME = "";
/** The value of the choice that is a layer of another recording. */
const LENT = "\n";

const BASES_WORDS: Record<Bases, string> = { one: "one view for both", own: "a view of its own", mirrored: "own views, handles together" };

export function FirstHead({ state }: { state: AppState }) {
  return (
    <div class="pane-head">
      <PaneTitle pane={state} />
      <div class="pane-choices">
        <PartSelect part={state.part} label="First picture: which samples" testid="part" />
      </div>
    </div>
  );
}

export function BesideHead({ state }: { state: AppState }) {
  const { beside } = state;
  const wish = beside.wish.value;
  const lent = beside.lent.value;
  const checkpoints = beside.checkpointNames.value;
  const others = state.recordings.value.filter(({ name }) => name !== state.recording.value?.entry.name);
  const choices = beside.choices.value;
  return (
    <div class="pane-head">
      <PaneTitle pane={beside} />
      <div class="pane-choices">
        {others.length > 0 && (
          <Choice
            label="Second picture: recording"
            testid="beside-recording"
            value={beside.other.value?.entry.name ?? SAME}
            same="same recording"
            options={others.map(({ name }) => [name, name])}
            onChange={(name) => void openBeside(state, name)}
          />
        )}
        <Choice
          label="Second picture: layer"
          testid="beside-layer"
          value={lent === null ? (wish.layer ?? SAME) : LENT}
          same="same layer"
          options={[...beside.layers.value.map((name) => [name, name] as const), ...(lent === null ? [] : [[LENT, `${lent} · ${beside.layer.value}`] as const])]}
          onChange={(layer) => layer !== LENT && beside.change({ layer, lent: null })}
        />
        {choices.length > 1 && !beside.flow.value && (
          <Choice
            label="Second picture: embedding"
            testid="beside-embedding"
            value={wish.method ?? SAME}
            same="same embedding"
            options={choices.map(({ embedding }) => [wantedFor(choices, embedding), titleAmong(choices, embedding)])}
            onChange={(method) => beside.change({ method })}
          />
        )}
        {checkpoints.length > 1 && (
          <Choice
            label="Second picture: checkpoint"
            testid="beside-checkpoint"
            value={wish.checkpoint === null ? SAME : String(wish.checkpoint)}
            same="same checkpoint"
            options={checkpoints.map((name, i) => [String(i), name])}
            onChange={(place) => beside.change({ checkpoint: place === null ? null : Number(place) })}
          />
        )}
        <PartSelect part={beside.part} label="Second picture: which samples" testid="beside-part" />
        <select aria-label="Second picture: the view" data-testid="beside-bases" value={beside.bases.value} onChange={(event) => beside.setBases(event.currentTarget.value as Bases)}>
          {BASES.map((bases) => (
            <option key={bases} value={bases}>
              {BASES_WORDS[bases]}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

function PaneTitle({ pane }: { pane: Pane }) {
  const recording = pane.recording.value;
  const accuracy = useAccuracy(pane);
  if (!recording) return null;
  const names = pane.checkpointNames.value;
  const lent = pane.lent.value;
  const place = pane.checkpoint.value;
  const timeless = isTimeless(pane.layer.value);
  return (
    <h3>
      {lent !== null && `${lent} · `}
      {pane.layer.value} <span class="quiet">{timeless ? "the data itself" : `at ${placeText(names, place)}`}</span>
      <span class="quiet"> · {counted(pane.shown.value)}</span>
      {accuracy !== null && lent === null && (
        <span class="quiet" data-testid="pane-accuracy">
          {" "}
          · accuracy {(100 * accuracy).toFixed(1)}%
        </span>
      )}
    </h3>
  );
}

function counted(shown: Uint8Array): string {
  return `${shown.reduce((sum, one) => sum + one, 0).toLocaleString("en-US")} samples`;
}

/** The share of the samples that are drawn whose prediction is their label, at the nearest checkpoint. */
function useAccuracy(pane: Pane): number | null {
  const [scores, setScores] = useState<Scores | null>(null);
  const recording = pane.recording.value;
  const place = Math.round(pane.checkpoint.value);
  useEffect(() => {
    let current = true;
    recording?.samples.scores(place).then(
      (found) => current && setScores(found),
      () => current && setScores(null),
    );
    return () => {
      current = false;
    };
  }, [recording, place]);
  const shown = pane.shown.value;
  return useMemo(() => (recording && scores?.prediction && !hasForeignPredictions(recording.store) ? accuracyOf(shown, recording.classes, scores.prediction) : null), [recording, scores, shown]);
}

/** Null where no sample that is shown has a label. */
export function accuracyOf(shown: Uint8Array, { of, names }: Classes, prediction: Int32Array): number | null {
  let [known, right] = [0, 0];
  shown.forEach((one, sample) => {
    if (!one || of[sample] >= names.length || prediction[sample] < 0) return;
    known += 1;
    if (prediction[sample] === of[sample]) right += 1;
  });
  return known ? right / known : null;
}

interface ChoiceProps {
  readonly label: string;
  readonly testid: string;
  readonly value: string;
  readonly same: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string | null) => void;
}

function Choice({ label, testid, value, same, options, onChange }: ChoiceProps) {
  return (
    <select aria-label={label} data-testid={testid} class={value === SAME ? "same" : ""} value={value} onChange={(event) => onChange(event.currentTarget.value || null)}>
      <option value={SAME}>{same}</option>
      {options.map(([key, words]) => (
        <option key={key} value={key}>
          {words}
        </option>
      ))}
    </select>
  );
}

function PartSelect({ part, label, testid }: { part: PartChoice; label: string; testid: string }) {
  const columns = part.offered.value;
  const wanted = part.wanted.value;
  if (!columns.length) return null;
  return (
    <select
      aria-label={label}
      data-testid={testid}
      class={wanted ? "" : "same"}
      value={wanted ? `${wanted.column}=${wanted.value}` : SAME}
      onChange={(event) => {
        const column = columns.find(({ name }) => event.currentTarget.value.startsWith(`${name}=`));
        part.wanted.value = column ? { column: column.name, value: event.currentTarget.value.slice(column.name.length + 1) } : null;
      }}
    >
      <option value={SAME}>all samples</option>
      {columns.flatMap(({ name, names }) =>
        names.map((value) => (
          <option key={`${name}=${value}`} value={`${name}=${value}`}>
            {name}: {value}
          </option>
        )),
      )}
    </select>
  );
}
