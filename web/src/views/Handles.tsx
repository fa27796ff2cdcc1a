/**
 * The handles on the stage: a button each, over the point that it moves. Preact makes the elements; where they are is
 * written to them after each frame, without it.
 */

import { effect, signal, untracked } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { AppState } from "../state/app-state";
import type { ShownHandle } from "../tour/handles";
import { GrabbedHandle } from "./GrabbedHandle";
import { HandleLimit, type LimitMarks } from "./HandleLimit";

/** CSS pixels that a name takes beside its handle: nearer to the edge, it is on the other side. */
const BESIDE = 150;

export function Handles({ state }: { state: AppState }) {
  const { handling } = state;
  const shown = handling.shown.value;
  const box = useRef<HTMLDivElement>(null);
  const limit = useRef<LimitMarks>(null);
  const elements = useMemo(() => new Map<string, HTMLElement>(), []);
  // One of them is reached by Tab, the others from it by . and ,
  const current = useMemo(() => signal<string | null>(null), []);
  const editing = useMemo(() => signal<string | null>(null), []);
  const reached = shown.find(({ key }) => key === current.value) ?? shown[0];

  const place = (): void => {
    if (!box.current) return;
    handling.hold();
    box.current.classList.toggle("away", state.stage.peek() === null || state.motion.seen === null);
    for (const one of handling.shown.peek()) {
      const element = elements.get(one.key);
      const at = element && handling.placeOf(one);
      if (!at) continue;
      element.style.transform = `translate(${at[0].toFixed(2)}px, ${at[1].toFixed(2)}px)`;
      element.classList.toggle("flipped", at[0] > (state.stage.peek()?.width ?? 0) - BESIDE);
    }
    limit.current?.draw(handling.limit, state.stage.peek());
  };
  useEffect(
    () =>
      effect(() => {
        void state.stage.value;
        untracked(place);
      }),
    [state],
  );
  useLayoutEffect(place, [shown]);

  const focus = (key: string | undefined): void => {
    const grip = key === undefined ? null : elements.get(key)?.querySelector<HTMLElement>(".grip");
    (grip ?? box.current?.closest<HTMLElement>(".stage"))?.focus({ preventScroll: true });
  };
  useEffect(
    () =>
      effect(() => {
        const wanted = handling.focused.value;
        if (wanted === null || !elements.has(wanted)) return;
        handling.focused.value = null;
        untracked(() => focus(wanted));
      }),
    [shown],
  );
  const next = (from: ShownHandle, by: number): ShownHandle | undefined =>
    shown[(shown.findIndex(({ key }) => key === from.key) + by + shown.length) % shown.length];

  return (
    <div class="handles" ref={box}>
      <HandleLimit marks={limit} />
      {shown.map((one, i) => (
        <GrabbedHandle
          key={one.key}
          shown={one}
          index={i}
          color={colorOf(state, one)}
          reached={one.key === reached?.key}
          editing={editing.value === one.key}
          handling={handling}
          onElement={(element) => {
            if (element) elements.set(one.key, element);
            else elements.delete(one.key);
          }}
          onFocus={() => (current.value = one.key)}
          onEdit={(now) => {
            editing.value = now ? one.key : null;
            if (!now) requestAnimationFrame(() => focus(one.key));
          }}
          onGo={(by) => focus(next(one, by)?.key)}
          onLeave={() => focus(undefined)}
          onRemove={() => {
            const neighbor = shown.length > 1 ? next(one, i + 1 < shown.length ? 1 : -1) : undefined;
            handling.remove(one);
            if (one.listed !== null) focus(neighbor?.key);
          }}
        />
      ))}
    </div>
  );
}

function colorOf(state: AppState, { handle }: ShownHandle): string | null {
  return handle.kind === "class" ? (state.coloring.value?.colors[handle.group] ?? null) : null;
}
