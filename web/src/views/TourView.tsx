/** The Tour: a canvas, and the loop that draws it. Takes typed arrays and signals; knows no server. */

import { effect, type ReadonlySignal, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { type Coloring, litSteps } from "../data/coloring";
import type { Marks, MarksSources } from "../render/marks-layer";
import { countOf } from "../data/sample-sets";
import { Stage } from "../render/stage";
import type { FilmedStage } from "../state/film";
import type { StageView } from "../state/stage-view";
import type { FrameTimes } from "../state/frame-times";
import type { Pen } from "../state/selecting";
import { type Rgb, ringColor, toRgb } from "../theme/palette";
import type { Camera } from "../tour/camera";
import type { TourMotion } from "../tour/motion";
import type { Placed } from "../tour/regions";
import type { Scene } from "../tour/scene";
import { ContextLost, Message } from "./Message";
import { handOn } from "./pointer";
import { runLoop, useStage } from "./stage-loop";

export interface TourViewProps {
  readonly motion: TourMotion;
  readonly scene: ReadonlySignal<Scene | null>;
  readonly samples: number;
  readonly coloring: ReadonlySignal<Coloring | null>;
  readonly preview: ReadonlySignal<number | null>;
  /** (sample,): 1 for those to draw. */
  readonly shown: ReadonlySignal<Uint8Array>;
  /** Points, or what stands in their place. */
  readonly marks: ReadonlySignal<Marks>;
  readonly pictures: MarksSources["pictures"];
  readonly text: MarksSources["text"];
  readonly onNotice: (what: string) => void;
  readonly camera: Signal<Camera>;
  readonly hover: Signal<number | null>;
  /** (sample,): 1 for those with a ring. */
  readonly selected: ReadonlySignal<Uint8Array>;
  /** The same as a list: they are drawn as pictures before others. */
  readonly marked: ReadonlySignal<readonly number[]>;
  readonly pen: Pen;
  /** Of the stage, beside its own. */
  readonly className: string;
  readonly playing: ReadonlySignal<boolean>;
  readonly speed: ReadonlySignal<number>;
  readonly theme: ReadonlySignal<string>;
  /** Changes when the stage is to draw again, be the scene the same. */
  readonly woken: ReadonlySignal<number>;
  /** What tests and scripts find it by. */
  readonly name: string;
  /** The text alternative. */
  readonly description: string;
  readonly frameTimes: FrameTimes;
  /** While this holds no time passes but what `onStage`'s taker lets pass. */
  readonly held: ReadonlySignal<boolean>;
  /** Let time pass for what the view does not own; is called once a frame. */
  readonly advance: (seconds: number) => void;
  /** Is another frame needed? */
  readonly active: () => boolean;
  readonly onSelect: (sample: number, more: boolean) => void;
  /** Handed the stage to film; returns what is to be called when it goes. */
  readonly onStage: (stage: FilmedStage) => () => void;
  /** Told how to find the sample at a place in CSS pixels of the stage: for what lies over the points. */
  readonly onPicker?: (pick: ((x: number, y: number) => number | null) | null) => void;
  /** Handed the way from a sample to its place on the stage, in CSS pixels. */
  readonly onFinder?: (whereIs: ((sample: number) => readonly [number, number] | null) | null) => void;
  /** Handed how to tell the samples that are drawn as images. */
  readonly onImages?: (drawn: (() => readonly number[]) | null) => void;
  /** Handed the places of all samples on the last picture. */
  readonly onPlaced?: (placed: (() => Placed | null) | null) => void;
  /** Told where the stage draws after each frame, and whether that is the newest state. */
  readonly onDrawn: (view: StageView | null) => void;
  /** Told where the hovered sample is, in CSS pixels of the stage, after each frame. */
  readonly onHoverPlace: (place: readonly [number, number] | null) => void;
  /** What lies over the points: the card of the sample under the pointer. */
  readonly children?: ComponentChildren;
}

/** The tour's speed while somebody points at a sample. */
const SLOWED = 0.15;

/** Samples up to which the pointer finds one while the cloud moves; above, it must rest. */
const PICKED_MOVING = 100_000;

export function TourView(props: TourViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const under = useRef<SVGSVGElement>(null);
  const points = useRef<HTMLCanvasElement>(null);
  const over = useRef<SVGSVGElement>(null);
  const { samples } = props;
  // The signals are followed inside; only other samples, or others' images, need another stage.
  const { failure, lost } = useStage(
    (contextChanged) => (box.current && under.current && points.current && over.current ? run(props, box.current, under.current, points.current, over.current, contextChanged) : undefined),
    [samples, props.pictures],
  );

  if (failure) return <Message title="The points can't be drawn" text={`${failure} ${props.description}`} />;
  return (
    <div class={`stage ${props.className}`} data-testid={props.name} ref={box} tabIndex={0} role="group" aria-label={props.name === "stage" ? "Stage" : "Second stage"}>
      <svg class="stage-layer axes" ref={under} aria-hidden="true" />
      <canvas class="stage-layer" ref={points} role="img" aria-label={props.description} />
      <svg class="stage-layer names" ref={over} aria-hidden="true" />
      {props.children}
      {lost && <ContextLost />}
    </div>
  );
}

function run(
  props: TourViewProps,
  box: HTMLDivElement,
  under: SVGSVGElement,
  canvas: HTMLCanvasElement,
  over: SVGSVGElement,
  contextChanged: (there: boolean) => void,
): () => void {
  const { motion, samples } = props;
  const { pictures, text } = props;
  let [clock, real] = [0, performance.now()];
  const now = (): number => (props.held.peek() ? clock : clock + performance.now() - real);
  const stage = new Stage(canvas, under, over, { pictures, text, now, still: () => motion.still, ask: () => loop.ask(), onFailed: props.onNotice });
  let drawnPoints = samples;
  // The theme's colors are read when its style is in force: with the next frame.
  let recolored = true;
  // As the last picture said it: asked again a moment later, it might have ended without another picture.
  let growing = false;
  const styled = (name: string): Rgb => toRgb(getComputedStyle(box).getPropertyValue(name).trim());
  const pick = (x: number, y: number): number | null => (samples > PICKED_MOVING && props.active() ? null : stage.pick(x, y));
  props.onPicker?.(pick);
  props.onFinder?.((sample) => stage.whereIs(sample));
  props.onImages?.(() => stage.marks.samples);
  props.onPlaced?.(() => stage.placed);

  const pass = (seconds: number): void => {
    clock = now() + (props.held.peek() ? 1000 * seconds : 0);
    real = performance.now();
    const hovered = props.hover.peek();
    motion.advance(seconds, props.playing.peek(), props.speed.peek() * (hovered === null ? 1 : SLOWED));
    if (recolored) stage.marks.setMarkedColors(styled("--ink"), styled("--accent"));
    recolored = false;
    const picture = props.scene.peek() ? motion.frame() : null;
    stage.draw(picture, props.camera.peek(), props.marked.peek(), hovered);
    growing = stage.marks.growing;
    const { scale, x, y } = stage.placing;
    props.onDrawn(
      picture && {
        scale: scale / picture.radius,
        center: [x, y],
        width: stage.width,
        height: stage.height,
        devicePixelRatio: stage.ratio,
        points: drawnPoints,
        images: stage.marks.count,
        imageSide: stage.marks.side,
        imagesOf: stage.marks.limit,
        arriving: stage.marks.loading || (!props.active() && !props.held.peek() && (stage.marks.choosing || growing)),
      },
    );
    props.onHoverPlace(hovered === null ? null : stage.whereIs(hovered));
  };
  const loop = runLoop({
    canvas,
    fit: { box, resize: (width, height, ratio) => stage.resize(width, height, ratio) },
    held: props.held,
    advance: props.advance,
    pass,
    active: () => props.active() || growing,
    frameTimes: props.frameTimes,
    onLost: () => {
      stage.forget();
      props.onDrawn(null);
    },
    contextChanged,
  });
  const { ask } = loop;

  const stops = [
    effect(() => {
      const scene = props.scene.value;
      if (scene) motion.show(scene);
      ask();
    }),
    effect(() => {
      const coloring = props.coloring.value;
      if (coloring) stage.setClasses(coloring.of);
      ask();
    }),
    effect(() => {
      const ring = toRgb(ringColor(props.theme.value));
      const coloring = props.coloring.value;
      stage.setColors((coloring?.colors ?? []).map(toRgb), props.preview.value, ring, litSteps(coloring));
      recolored = true;
      ask();
    }),
    effect(() => {
      stage.marks.set(props.marks.value);
      ask();
    }),
    effect(() => {
      const shown = props.shown.value;
      drawnPoints = countOf(shown);
      stage.setShown(shown);
      ask();
    }),
    effect(() => {
      stage.setSelected(props.selected.value);
      ask();
    }),
    effect(() => {
      for (const signal of [props.playing, props.held, props.speed, props.woken, props.camera, props.hover, props.marked]) void signal.value;
      ask();
    }),
    handOn(box, {
      camera: props.camera,
      hover: props.hover,
      halfSide: () => stage.halfSide,
      pick,
      pen: props.pen,
      onSelect: props.onSelect,
    }),
    props.onStage({
      box,
      pass: loop.pass,
      isLoading: () => stage.marks.loading,
      vector: ({ vectorOf, wordsOf }, { transparent = false }) => {
        const drawn = stage.drawn;
        return drawn && vectorOf(box, drawn, wordsOf(box, canvas), transparent);
      },
    }),
  ];
  return () => {
    loop.stop();
    for (const stop of stops) stop();
    props.onPicker?.(null);
    props.onFinder?.(null);
    props.onImages?.(null);
    props.onPlaced?.(null);
    stage.free();
  };
}
