/** The stage of the trails: a canvas, and the loop that draws it. */

import { graphOf } from "../data/neighbor-graphs";
import { computed, effect, signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { litSteps, wordsFor } from "../data/coloring";
import { TrailsStage } from "../render/trails-stage";
import { trailsVectorOf } from "../render/trails-vector";
import type { AppState, OpenRecording } from "../state/app-state";
import { NO_IMAGES } from "../state/stage-view";
import { ringColor, toRgb } from "../theme/palette";
import { theme } from "../theme/theme";
import { HoverCard } from "./HoverCard";
import { ContextLost, Message } from "./Message";
import { handOn } from "./pointer";
import { SelectRegion } from "./SelectRegion";
import { SelectTools, ShownCount } from "./SelectTools";
import { runLoop, useStage } from "./stage-loop";
import { describeTrails } from "./trails-words";

export function TrailsView({ state, recording }: { state: AppState; recording: OpenRecording }) {
  const { trails } = state;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const hoverPlace = useMemo(() => signal<readonly [number, number] | null>(null), []);
  const size = useMemo(() => computed(() => ({ width: state.stage.value?.width ?? 0, height: state.stage.value?.height ?? 0 })), [state]);
  const { failure, lost } = useStage(
    (contextChanged) => (box.current && canvas.current ? runTrails(state, box.current, canvas.current, (place) => (hoverPlace.value = place), contextChanged) : undefined),
    [state],
  );
  const description = useMemo(() => computed(() => describeTrails(state)), [state]).value;
  const problem = trails.problem.value;
  const hover = state.hover.value;
  const coloring = state.coloring.value;
  const { samples, classes, store } = recording;
  const place = trails.places.value ? state.nearestCheckpoint.value : Math.max(0, store.index.checkpoints.findIndex(({ name }) => name === trails.index.value?.fixed));
  const shownLayer = trails.index.value?.along === "checkpoints" ? trails.index.value.fixed : state.layer.value;
  if (failure) return <Message title="The trails can't be drawn" text={`${failure} ${description}`} />;
  return (
    <div class="pane" data-testid="pane">
      <div class={`stage ${state.selecting.tool.value === "move" ? "" : "selecting"}`} data-testid="stage" ref={box} tabIndex={0} role="group" aria-label="Stage" aria-busy={trails.fetching.value}>
        <canvas class="stage-layer" ref={canvas} role="img" aria-label={description} />
        <SelectRegion state={state} pane={state} />
        <SelectTools state={state} />
        <ShownCount state={state} />
        {hover !== null && !problem && (
          <HoverCard
            sample={hover}
            samples={samples}
            classes={classes}
            words={coloring && wordsFor(coloring, hover)}
            place={place}
            checkpoint={store.index.checkpoints[place]?.name ?? ""}
            at={hoverPlace}
            width={size.value.width}
            height={size.value.height}
            away={4}
            store={store}
            graph={graphOf(store, shownLayer, place)}
          />
        )}
        <Seen state={state} />
        {lost && <ContextLost />}
      </div>
      {problem && <Message title="These trails can't be shown" text={problem} retry={() => (state.attempt.value += 1)} />}
    </div>
  );
}

/** That some of the trails stand for all of them, while a slow machine is at it. */
function Seen({ state }: { state: AppState }) {
  const seen = state.trails.seen.value;
  if (seen === null) return null;
  const all = state.shownCount.value;
  return (
    <p class="trails-seen" data-testid="trails-seen">
      {seen.toLocaleString("en-US")} of {all.toLocaleString("en-US")} trails for now; the others follow
    </p>
  );
}

function runTrails(
  state: AppState,
  box: HTMLDivElement,
  canvas: HTMLCanvasElement,
  onHoverPlace: (place: readonly [number, number] | null) => void,
  contextChanged: (there: boolean) => void,
): () => void {
  const { trails } = state;
  const stage = new TrailsStage(canvas);
  trails.drawn = false;
  state.pick = (x, y) => stage.pick(x, y);
  state.whereIs = (sample) => stage.whereIs(sample);
  state.placed = () => stage.placed;

  const pass = (seconds: number): void => {
    trails.advance(seconds);
    const hovered = state.hover.peek();
    const there = trails.loaded.peek() !== null;
    const news = stage.draw(there ? { now: trails.now.peek(), mix: trails.mix(), ...trails.look } : null, trails.camera.peek(), hovered, state.film.held.peek());
    onHoverPlace(hovered === null ? null : inside(stage.whereIs(hovered), stage));
    if (news || state.stage.peek()?.points !== stage.seen) {
      const { scale, x, y } = stage.placing;
      state.stage.value = { scale, center: [x, y], width: stage.width, height: stage.height, devicePixelRatio: stage.ratio, points: stage.seen, ...NO_IMAGES };
    }
    trails.seen.value = stage.whole ? null : stage.seen;
    trails.drawn = state.drawn = there && stage.whole && trails.loaded.peek()?.index.version === trails.index.peek()?.version;
  };
  const loop = runLoop({
    canvas,
    fit: { box, resize: (width, height, ratio) => stage.resize(width, height, ratio) },
    held: state.film.held,
    // While somebody draws, all waits.
    advance: (seconds) => (state.selecting.drawing.peek() ? undefined : state.advance(seconds)),
    pass,
    active: () => trails.active || !stage.whole,
    frameTimes: state.frameTimes,
    onAsk: () => (trails.drawn = false),
    onLost: () => {
      stage.forget();
      trails.drawn = false;
      trails.seen.value = null;
    },
    contextChanged,
  });
  const { ask } = loop;

  const stops = [
    effect(() => {
      const loaded = trails.loaded.value;
      try {
        stage.setTrails(loaded?.trails ?? null);
      } catch (error) {
        trails.problem.value = error instanceof Error ? error.message : String(error);
      }
      ask();
    }),
    effect(() => {
      const coloring = state.coloring.value;
      if (coloring) stage.setGroups(coloring.of);
      ask();
    }),
    effect(() => {
      const coloring = state.coloring.value;
      stage.setColors(coloring?.colors ?? [], state.preview.value, litSteps(coloring), theme.value === "dark", toRgb(ringColor(theme.value)));
      ask();
    }),
    effect(() => {
      stage.setShown(state.shown.value);
      ask();
    }),
    effect(() => {
      stage.setSelected(state.selecting.selected.value);
      ask();
    }),
    effect(() => {
      const { strength, bundled, ends, camera, now, layerPlaying, index } = trails;
      for (const signal of [strength, bundled, ends, camera, now, layerPlaying, index, state.checkpointPlaying, state.hover, state.woken, state.film.held]) void signal.value;
      ask();
    }),
    handOn(box, {
      camera: trails.camera,
      hover: state.hover,
      halfSide: () => stage.halfSide,
      pick: (x, y) => stage.pick(x, y),
      pen: state.selecting.penOn(state),
      onSelect: (sample, more) => state.selecting.click(sample, more),
    }),
    state.film.join({
      box,
      pass: loop.pass,
      isLoading: () => trails.fetching.peek() || (trails.problem.peek() === null && trails.loaded.peek()?.index.version !== trails.index.peek()?.version),
      pixels: (ratio) => stage.pixels(ratio),
      vector: ({ wordsOf }, { transparent = false }) => {
        const drawn = stage.picture;
        return drawn && trailsVectorOf(box, drawn, wordsOf(box, canvas), transparent);
      },
    }),
  ];
  return () => {
    loop.stop();
    for (const stop of stops) stop();
    state.pick = state.whereIs = state.placed = null;
    trails.drawn = false;
    trails.seen.value = null;
    stage.free();
  };
}

/** A head beyond the stage's edge is told of at the edge. */
function inside(place: readonly [number, number] | null, { width, height }: { readonly width: number; readonly height: number }): readonly [number, number] | null {
  return place && [Math.min(width, Math.max(0, place[0])), Math.min(height, Math.max(0, place[1]))];
}
