/** What is known of the sample under the pointer. */

import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { Classes } from "../data/columns";
import { isCurrent, isReadable, type NeighborGraph, neighborsIn } from "../data/neighbor-graphs";
import { hasForeignPredictions } from "../data/sample-columns";
import type { Samples, Scores } from "../data/samples";
import type { RecordingStore } from "../data/store";
import { Thumbnail } from "./Thumbnail";

export interface HoverCardProps {
  readonly sample: number;
  readonly samples: Samples;
  readonly classes: Classes;
  /** What the coloring says of it, where that is not told anyway. */
  readonly words: { readonly name: string; readonly value: string } | null;
  /** The nearest checkpoint: its place and its name. */
  readonly place: number;
  readonly checkpoint: string;
  /** Where the sample is, in CSS pixels of the stage. */
  readonly at: ReadonlySignal<readonly [number, number] | null>;
  readonly width: number;
  readonly height: number;
  /** The neighbors that the recording has of what is shown; null where it has none. */
  readonly graph: NeighborGraph | null;
  readonly store: RecordingStore;
  /** CSS pixels from the sample's place to the edge of its picture. */
  readonly away: number;
}

const WIDTH = 190;
/** Neighbors that are shown. */
const NEAREST = 5;

export function HoverCard({ sample, samples, classes, words, place, checkpoint, at, width, height, away, graph, store }: HoverCardProps) {
  const scores = useScores(samples, place);
  const text = useText(samples, sample);
  const near = useNear(store, graph, sample);
  const [x, y] = at.value ?? [0, 0];
  // Beside the point, where there is room for it.
  const beside = Math.max(18, away + 8);
  const left = x + beside + WIDTH > width ? Math.max(0, x - beside - WIDTH) : x + beside;
  const below = y < height / 2;
  const name = (group: number | undefined): string => (group === undefined || group < 0 ? "" : (classes.names[group] ?? String(group)));
  const label = classes.of[sample] < classes.names.length ? name(classes.of[sample]) : null;
  const predicted = scores?.prediction?.[sample];
  const foreign = hasForeignPredictions(store);
  const confidence = scores?.confidence?.[sample];
  const wrong = !foreign && label !== null && predicted !== undefined && predicted !== classes.of[sample];
  return (
    <div
      class="hover-card"
      data-testid="hover-card"
      role="status"
      style={{ width: `${WIDTH}px`, left: `${left}px`, ...(below ? { top: `${y + 10}px` } : { bottom: `${height - y + 10}px` }), visibility: at.value ? "visible" : "hidden" }}
    >
      {samples.hasPictures && <Thumbnail samples={samples} sample={sample} side={96} label={`Sample ${sample}`} />}
      {text !== null && <p class="text">{text}</p>}
      <dl>
        <div>
          <dt>sample</dt>
          <dd>{sample}</dd>
        </div>
        {label !== null && (
          <div>
            <dt>label</dt>
            <dd>{label}</dd>
          </div>
        )}
        {predicted !== undefined && (
          <div>
            <dt>prediction</dt>
            <dd class={wrong ? "wrong" : ""}>
              {foreign ? `class ${predicted}` : name(predicted)}
              {wrong && " ✗"}
            </dd>
          </div>
        )}
        {confidence !== undefined && (
          <div>
            <dt>confidence</dt>
            <dd>{(100 * confidence).toFixed(1)}%</dd>
          </div>
        )}
        {words && (
          <div data-testid="hover-coloring">
            <dt>{words.name}</dt>
            <dd>{words.value}</dd>
          </div>
        )}
      </dl>
      {predicted !== undefined && <p class="note">at {checkpoint}</p>}
      {near.length > 0 && graph && (
        <div class="near" data-testid="hover-near" data-samples={near.join(" ")}>
          <p class="note">nearest in {graph.layer}</p>
          {samples.hasPictures ? (
            <div class="near-pictures">
              {near.map((other) => (
                <Thumbnail key={other} samples={samples} sample={other} side={29} label={`Sample ${other}`} />
              ))}
            </div>
          ) : (
            <p>{near.map((other) => other.toLocaleString("en-US")).join(" · ")}</p>
          )}
        </div>
      )}
    </div>
  );
}

function useScores(samples: Samples, place: number): Scores | null {
  const [scores, setScores] = useState<Scores | null>(null);
  useEffect(() => {
    let current = true;
    samples.scores(place).then(
      (found) => current && setScores(found),
      () => current && setScores(null),
    );
    return () => {
      current = false;
    };
  }, [samples, place]);
  return scores;
}

/** Its nearest neighbors in the layer, as the recording has them. */
function useNear(store: RecordingStore, graph: NeighborGraph | null, sample: number): readonly number[] {
  const [near, setNear] = useState<{ readonly sample: number; readonly of: readonly number[] } | null>(null);
  const path = graph?.path;
  useEffect(() => {
    let current = true;
    const read = async (): Promise<void> => {
      const found = graph && isReadable(store, graph) && (await isCurrent(store, graph)) ? await neighborsIn(store, graph, sample) : [];
      if (current) setNear({ sample, of: found.slice(0, NEAREST) });
    };
    // What can't be read is said where it is needed; a card does without.
    read().catch(() => current && setNear(null));
    return () => {
      current = false;
    };
  }, [store, path, sample]);
  return near?.sample === sample ? near.of : [];
}

function useText(samples: Samples, sample: number): string | null {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    if (!samples.hasTexts) return;
    let current = true;
    samples.text(sample).then(
      (found) => current && setText(found),
      () => current && setText("its text can't be read: run inscape verify"),
    );
    return () => {
      current = false;
    };
  }, [samples, sample]);
  return text;
}
