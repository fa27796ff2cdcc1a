/** The two pictures of the Layers view: the row that was chosen and the column, linked, and aligned where they can be. */

import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { isTimeless, methodTitle } from "../data/steps";
import type { ColorBy } from "../data/coloring";
import type { AppState } from "../state/app-state";
import { FrameTimes } from "../state/frame-times";
import type { Pane } from "../state/pane";
import { BestViewMenu } from "./BestViewMenu";
import { Message } from "./Message";
import { PaneView } from "./PaneView";
import { placeText } from "./TimeBar";

const nothing = (): void => undefined;

const COLORINGS: readonly (readonly [ColorBy, string, string])[] = [
  ["label", "class", "Color by the label"],
  ["movement", "movement", "Color by how far each sample moved since the checkpoint (or the layer) before"],
  ["difference", "difference", "Color by how far each sample lies apart in the two pictures, each turned to the other"],
];

export function LayersPictures({ state }: { state: AppState }) {
  const pointed = useMemo(() => signal(false), []);
  const otherTimes = useMemo(() => new FrameTimes(), []);
  const { beside } = state;
  const advance = (seconds: number): void => (state.selecting.drawing.peek() ? undefined : state.advance(seconds));
  const [first, second] = [state.steps.value?.embedding, beside.steps.value?.embedding];
  const lent = beside.lent.value;
  const apart = first !== undefined && second !== undefined && first !== second;
  const classes = state.recording.value?.classes.names.length ?? 0;
  return (
    <section class="layers-pictures" aria-label="The two layers">
      <div class="layers-controls">
        <div class="choice" role="group" aria-label="Color both pictures by">
          {COLORINGS.filter(([by]) => by !== "label" || classes > 0).map(([by, words, title]) => (
            <button key={by} type="button" data-testid={`layers-color-${by}`} aria-pressed={state.colorBy.value === by} title={title} onClick={() => state.setColorBy(by)}>
              {words}
            </button>
          ))}
        </div>
        <p
          class={apart ? "note inexact" : "note"}
          data-testid="layers-aligned"
          title={apart ? "The pictures are of two layouts, which were not aligned with each other: compare who is near whom, not where." : "Both pictures are of one layout, in which each layer is turned to the next (orthogonal Procrustes), and are seen by one view."}
        >
          {apart
            ? `Not aligned: ${nameOf(first)} and ${nameOf(second)}`
            : first && second
              ? `${nameOf(first)}, aligned`
              : ""}
        </p>
      </div>
      <div class="panes two">
        <div class="pane-column">
          <Head state={state} pane={state} what="row" />
          <PaneView state={state} grip={state.handling.grip} frameTimes={state.frameTimes} pointed={pointed} advance={advance} bestView={false} />
        </div>
        <div class="pane-column">
          <Head state={state} pane={beside} what="column" />
          {second ? (
            <PaneView state={state} grip={beside.grip} frameTimes={otherTimes} pointed={pointed} advance={nothing} bestView={false} />
          ) : (
            <Message
              title={`${beside.layer.value}${lent === null ? "" : ` of ${lent}`} is not laid out here`}
              text={lent === null ? "PCA of every layer takes seconds for thousands of samples:" : "The matrix needs no more than both recordings; the picture needs this one to have the other's layers, aligned with its own:"}
              command={lent === null ? "inscape embed PATH pca" : "inscape similarity PATH OTHER"}
            />
          )}
        </div>
      </div>
    </section>
  );
}

function nameOf({ method, title }: { readonly method: string; readonly title: string }): string {
  const known = methodTitle(method);
  return known === method ? title : known;
}

function Head({ state, pane, what }: { state: AppState; pane: Pane; what: "row" | "column" }) {
  const lent = pane.lent.value;
  const layer = pane.layer.value;
  return (
    <div class="layers-head">
      <h3 data-testid={`head-${what}`}>
        <span class="quiet">{what}</span> {lent !== null && `${lent} · `}
        {layer} <span class="quiet">{isTimeless(layer) ? "the data itself" : `at ${placeText(pane.checkpointNames.value, pane.checkpoint.value)}`}</span>
      </h3>
      {pane.steps.value && <BestViewMenu state={state} pane={pane} />}
    </div>
  );
}
