/** How far a handle can go, drawn while the pointer is beyond: the limit, and a line from the handle's place to the pointer. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Limit } from "../state/grip";
import type { StageView } from "../state/stage-view";

export interface LimitMarks {
  readonly draw: (limit: Limit | null, view: StageView | null) => void;
}

export function HandleLimit({ marks }: { marks: RefObject<LimitMarks | null> }) {
  const group = useRef<SVGGElement>(null);
  const ellipse = useRef<SVGEllipseElement>(null);
  const line = useRef<SVGLineElement>(null);
  useLayoutEffect(() => {
    const draw: LimitMarks["draw"] = (limit, view) => {
      const away = !limit || !view;
      group.current?.setAttribute("visibility", away ? "hidden" : "visible");
      if (away) return;
      const toX = (x: number): number => view.center[0] + view.scale * x;
      const toY = (y: number): number => view.center[1] - view.scale * y;
      const { center, radii, angle } = limit.reach;
      const [x, y] = [toX(center[0]), toY(center[1])];
      set(ellipse.current, { rx: view.scale * radii[0], ry: view.scale * radii[1] });
      // The screen's y goes down: what turns counterclockwise has a negative angle.
      ellipse.current?.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)}) rotate(${((-angle * 180) / Math.PI).toFixed(2)})`);
      set(line.current, { x1: toX(limit.handle[0]), y1: toY(limit.handle[1]), x2: toX(limit.pointer[0]), y2: toY(limit.pointer[1]) });
    };
    marks.current = { draw };
    return () => {
      marks.current = null;
    };
  }, [marks]);
  return (
    <svg class="stage-layer limit" data-testid="handle-limit" aria-hidden="true">
      <g ref={group} visibility="hidden">
        <ellipse ref={ellipse} />
        <line ref={line} />
      </g>
    </svg>
  );
}

function set(element: SVGElement | null, numbers: Record<string, number>): void {
  for (const [name, value] of Object.entries(numbers)) element?.setAttribute(name, value.toFixed(2));
}
