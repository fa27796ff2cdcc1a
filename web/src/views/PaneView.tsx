/** One picture: the stage with its handles and the card of the sample that is pointed at. */

import { computed, type Signal, signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { columnOf, wordsFor } from "../data/coloring";
import type { AppState } from "../state/app-state";
import type { FrameTimes } from "../state/frame-times";
import type { Grip } from "../state/grip";
import { graphOfPane } from "../state/view-quality";
import { theme } from "../theme/theme";
import { BestViewMenu, ViewKeeps } from "./BestViewMenu";
import { describe } from "./caption";
import { Handles } from "./Handles";
import { HoverCard } from "./HoverCard";
import { Message } from "./Message";
import { SelectRegion } from "./SelectRegion";
import { SelectTools, ShownCount } from "./SelectTools";
import { placeText } from "./TimeBar";
import { TourView } from "./TourView";

export interface PaneViewProps {
  readonly state: AppState;
  readonly grip: Grip;
  readonly frameTimes: FrameTimes;
  /** Whether the pointer was last over the second picture: there the card is. */
  readonly pointed: Signal<boolean>;
  readonly advance: (seconds: number) => void;
  /** Where the choice of the best view is elsewhere, the stage has none. */
  readonly bestView?: boolean;
}

export function PaneView({ state, grip, frameTimes, pointed, advance, bestView = true }: PaneViewProps) {
  const { pane, beside } = grip;
  // The place of the hovered sample changes with every frame; only its card follows.
  const hoverPlace = useMemo(() => signal<readonly [number, number] | null>(null), []);
  const drawnSize = useMemo(() => computed(() => ({ width: pane.stage.value?.width ?? 0, height: pane.stage.value?.height ?? 0, away: (pane.stage.value?.imageSide ?? 0) / 2 })), [pane]);
  const pen = useMemo(() => state.selecting.penOn(pane), [state, pane]);
  // While somebody holds a handle, or draws, the tour waits.
  const touring = useMemo(() => computed(() => state.playing.value && !state.held.value), [state]);
  const recording = pane.recording.value;
  const steps = pane.steps.value;
  const coloring = pane.coloring.value;
  if (!recording || !steps || !coloring) return null;
  const { store, samples, classes } = recording;
  const names = pane.checkpointNames.value;
  const place = pane.checkpoint.value;
  const lent = pane.lent.value;
  // What is known of a sample in another recording is not here: its card tells of the first picture's checkpoint.
  const nearest = Math.round(lent === null ? place : state.checkpoint.value);
  const problem = pane.problem.value;
  const hover = state.hover.value;
  const mark = state.marks.value === "images" && samples.hasPictures ? "image or point" : "point";
  return (
    <div class="pane" data-testid={beside ? "pane-beside" : "pane"} onPointerOver={() => (pointed.value = beside)}>
      <TourView
        motion={pane.motion}
        scene={pane.scene}
        samples={store.index.samples}
        coloring={pane.coloring}
        preview={state.preview}
        shown={pane.shown}
        marks={state.marks}
        pictures={samples.pictures}
        text={samples.hasTexts ? (sample) => samples.text(sample) : null}
        onNotice={(what) => (state.notice.value = what)}
        onImages={(drawn) => (pane.imagesDrawn = drawn)}
        camera={pane.camera}
        hover={state.hover}
        marked={state.marked}
        selected={state.selecting.selected}
        pen={pen}
        className={state.selecting.tool.value === "move" ? "" : "selecting"}
        playing={touring}
        speed={state.speed}
        theme={theme}
        woken={state.woken}
        frameTimes={frameTimes}
        name={beside ? "stage-beside" : "stage"}
        description={describe(store.index.samples, columnOf(coloring.by) ?? coloring.by, coloring.kind === "groups" ? coloring.names.length : null, lent === null ? pane.layer.value : `${pane.layer.value} of ${lent}`, placeText(names, place), steps.embedding.dims, mark)}
        held={state.film.held}
        onStage={state.film.join}
        advance={(seconds) => {
          advance(seconds);
          grip.hold();
        }}
        active={() => state.active}
        onSelect={(sample, more) => state.selecting.click(sample, more)}
        onPicker={(pick) => (pane.pick = pick)}
        onPlaced={(placed) => (pane.placed = placed)}
        onFinder={(whereIs) => {
          pane.whereIs = whereIs;
          // A stage that is new has drawn nothing yet.
          if (whereIs) pane.drawn = false;
        }}
        onDrawn={(view) => {
          pane.drawn = view !== null;
          pane.stage.value = view;
        }}
        onHoverPlace={(at) => (hoverPlace.value = at)}
      >
        <SelectRegion state={state} pane={pane} />
        <Handles state={state} grip={grip} />
        {beside ? (
          <div class="select-tools" onPointerDown={(event) => event.stopPropagation()}>
            {bestView && <BestViewMenu state={state} pane={pane} />}
            <ViewKeeps state={state} pane={pane} />
          </div>
        ) : (
          <SelectTools state={state}>
            {bestView && <BestViewMenu state={state} pane={pane} />}
            <ViewKeeps state={state} pane={pane} />
          </SelectTools>
        )}
        {!beside && <ShownCount state={state} />}
        {hover !== null && !problem && pointed.value === beside && (
          <HoverCard
            sample={hover}
            samples={samples}
            classes={classes}
            words={wordsFor(coloring, hover)}
            place={nearest}
            checkpoint={store.index.checkpoints[nearest]?.name ?? ""}
            at={hoverPlace}
            width={drawnSize.value.width}
            height={drawnSize.value.height}
            away={drawnSize.value.away}
            store={store}
            graph={graphOfPane(pane)}
          />
        )}
      </TourView>
      {problem && <Message title="This step can't be shown" text={problem} retry={() => (state.attempt.value += 1)} />}
    </div>
  );
}
