/** The cells of a confusion matrix on a canvas: pointed at, selected, gone through by arrow keys. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Cell, Confusion } from "../data/confusion";
import { theme } from "../theme/theme";
import { cellAt, drawConfusion, layoutOf } from "./confusion-drawing";

export interface ConfusionGridProps {
  readonly confusion: Confusion;
  readonly names: readonly string[];
  /** CSS pixels of a side, at most. */
  readonly largest: number;
  /** The text alternative. */
  readonly description: string;
  readonly onPoint: (cell: Cell | null) => void;
  readonly onSelect: (cell: Cell, more: boolean) => void;
}

export function ConfusionGrid({ confusion, names, largest, description, onPoint, onSelect }: ConfusionGridProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [side, setSide] = useState(0);
  const [pointed, setPointed] = useState<Cell | null>(null);
  const { classes } = confusion;
  const layout = layoutOf(side, names);
  const shade = theme.value;

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setSide(Math.floor(Math.min(largest, entry.contentRect.width))));
    if (box.current) observer.observe(box.current);
    return () => {
      observer.disconnect();
      onPoint(null);
    };
  }, []);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !side || !box.current) return;
    const ratio = window.devicePixelRatio || 1;
    context.canvas.width = context.canvas.height = Math.round(side * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = getComputedStyle(box.current);
    const [ink, soft, paper, hair, accent, warn] = ["--ink", "--soft", "--paper", "--axis", "--accent", "--warn"].map((name) => style.getPropertyValue(name));
    drawConfusion(context, layout, confusion, names, pointed, { ink, soft, paper, hair, accent, warn });
  }, [side, confusion, names, pointed, shade]);

  const go = (cell: Cell | null): void => {
    if (cell?.label === pointed?.label && cell?.prediction === pointed?.prediction) return;
    setPointed(cell);
    onPoint(cell);
  };
  const under = (event: PointerEvent | MouseEvent): Cell | null => {
    const place = canvas.current?.getBoundingClientRect();
    return place ? cellAt(layout, classes, event.clientX - place.left, event.clientY - place.top) : null;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const here = pointed ?? { label: 0, prediction: 0 };
    const by = STEPS[event.key];
    if (by) go(pointed ? moved(here, by, classes) : here);
    else if (event.key === "Enter" || event.key === " ") onSelect(here, event.shiftKey);
    else return;
    event.preventDefault();
  };
  return (
    <div class="matrix" ref={box} style={{ maxWidth: `${largest}px` }}>
      <div class="around">
        <span class="axis-name" aria-hidden="true">
          label ↓ prediction →
        </span>
        <div
          role="application"
          aria-roledescription="chart"
          aria-label={description}
          tabIndex={0}
          data-testid="confusion"
          data-gutter={layout.gutter}
          data-cell={layout.cell}
          style={{ width: `${side}px`, height: `${side}px` }}
          onPointerMove={(event) => go(under(event))}
          onPointerLeave={() => go(null)}
          onClick={(event) => {
            const cell = under(event);
            if (cell) onSelect(cell, event.shiftKey);
          }}
          onFocus={(event) => event.currentTarget.matches(":focus-visible") && !pointed && go({ label: 0, prediction: 0 })}
          onBlur={() => go(null)}
          onKeyDown={onKeyDown}
        >
          <canvas ref={canvas} style={{ width: `${side}px`, height: `${side}px` }} aria-hidden="true" />
        </div>
      </div>
    </div>
  );
}

const STEPS: Readonly<Record<string, readonly [number, number] | undefined>> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The next cell; before the first ones lie the whole rows and columns. */
function moved({ label, prediction }: Cell, [down, right]: readonly [number, number], classes: number): Cell {
  const step = (place: number | null, by: number): number | null => {
    const next = (place ?? -1) + by;
    return next < 0 ? null : Math.min(classes - 1, next);
  };
  const cell = { label: step(label, down), prediction: step(prediction, right) };
  return cell.label === null && cell.prediction === null ? { label, prediction } : cell;
}
