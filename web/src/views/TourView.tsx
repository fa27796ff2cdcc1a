/** The Tour: a canvas, and the loop that draws it. Takes typed arrays and signals; knows no server. */

import { effect, type ReadonlySignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { StageView } from "../state/app-state";
import type { Classes } from "../data/columns";
import { Stage } from "../render/stage";
import { toRgb } from "../theme/palette";
import type { TourMotion } from "../tour/motion";
import type { Scene } from "../tour/scene";
import { Message } from "./Message";

export interface TourViewProps {
  readonly motion: TourMotion;
  readonly scene: ReadonlySignal<Scene | null>;
  readonly classes: Classes;
  /** A color a class, and last the one of samples without a class. */
  readonly colors: readonly string[];
  readonly preview: ReadonlySignal<number | null>;
  readonly filter: ReadonlySignal<readonly number[] | null>;
  readonly playing: ReadonlySignal<boolean>;
  readonly speed: ReadonlySignal<number>;
  readonly theme: ReadonlySignal<string>;
  /** Changes when the stage is to draw again, be the scene the same. */
  readonly woken: ReadonlySignal<number>;
  /** The text alternative. */
  readonly description: string;
  /** Let time pass for what the view does not own; is called once a frame. */
  readonly advance: (seconds: number) => void;
  /** Is another frame needed? */
  readonly active: () => boolean;
  /** Told where the stage draws after each frame, and whether that is the newest state. */
  readonly onDrawn: (view: StageView | null) => void;
}

export function TourView(props: TourViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const under = useRef<SVGSVGElement>(null);
  const points = useRef<HTMLCanvasElement>(null);
  const over = useRef<SVGSVGElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  // A lost context comes back as a new one: the stage is built again.
  const [life, setLife] = useState(0);
  const { classes, colors } = props;

  useEffect(() => {
    if (!box.current || !under.current || !points.current || !over.current) return;
    try {
      return run(props, box.current, under.current, points.current, over.current, () => setLife((n) => n + 1));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      return;
    }
    // The signals are followed inside; only other samples or colors need another stage.
  }, [classes, colors, life]);

  if (failure) return <Message title="The points can't be drawn" text={failure} />;
  return (
    <div class="stage" data-testid="stage" ref={box}>
      <svg class="stage-layer axes" ref={under} aria-hidden="true" />
      <canvas class="stage-layer" ref={points} role="img" aria-label={props.description} />
      <svg class="stage-layer names" ref={over} aria-hidden="true" />
    </div>
  );
}

function run(
  props: TourViewProps,
  box: HTMLDivElement,
  under: SVGSVGElement,
  canvas: HTMLCanvasElement,
  over: SVGSVGElement,
  reborn: () => void,
): () => void {
  const { motion, classes, colors } = props;
  const stage = new Stage(canvas, under, over);
  stage.setClasses(classes.of);
  let drawnPoints = classes.of.length;
  let request = 0;
  let last: number | null = null;

  const frame = (now: number): void => {
    request = 0;
    const seconds = last === null ? 0 : Math.max(0, (now - last) / 1000);
    props.advance(seconds);
    motion.advance(seconds, props.playing.peek(), props.speed.peek());
    const picture = props.scene.peek() ? motion.frame() : null;
    stage.draw(picture);
    props.onDrawn(
      picture && {
        scale: stage.halfSide / picture.radius,
        center: [stage.width / 2, stage.height / 2],
        width: stage.width,
        height: stage.height,
        devicePixelRatio: stage.ratio,
        points: drawnPoints,
      },
    );
    last = now;
    if (props.active()) ask();
    else last = null;
  };
  const ask = (): void => {
    request ||= requestAnimationFrame(frame);
  };

  const measure = (): void => {
    const { width, height } = box.getBoundingClientRect();
    stage.resize(width, height, window.devicePixelRatio || 1);
    ask();
  };
  const observer = new ResizeObserver(measure);
  observer.observe(box);
  // The ratio changes without the size when a window goes to another screen.
  const ratio = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  ratio.addEventListener("change", measure);
  measure();

  const stops = [
    effect(() => {
      const scene = props.scene.value;
      if (scene) motion.show(scene);
      ask();
    }),
    effect(() => {
      void props.theme.value;
      stage.setColors(colors.map(toRgb), props.preview.value);
      ask();
    }),
    effect(() => {
      const filter = props.filter.value;
      const shown = new Uint8Array(classes.of.length).fill(filter ? 0 : 1);
      for (const sample of filter ?? []) shown[sample] = 1;
      drawnPoints = shown.reduce((sum, one) => sum + one, 0);
      stage.setShown(shown);
      ask();
    }),
    effect(() => {
      void props.playing.value;
      void props.speed.value;
      void props.woken.value;
      ask();
    }),
  ];
  const keepContext = (event: Event): void => event.preventDefault();
  canvas.addEventListener("webglcontextlost", keepContext);
  canvas.addEventListener("webglcontextrestored", reborn);

  return () => {
    cancelAnimationFrame(request);
    for (const stop of stops) stop();
    observer.disconnect();
    ratio.removeEventListener("change", measure);
    canvas.removeEventListener("webglcontextlost", keepContext);
    canvas.removeEventListener("webglcontextrestored", reborn);
    stage.free();
  };
}
