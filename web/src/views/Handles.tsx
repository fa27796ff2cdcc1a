/**
 * The handles on the stage: a button each, over the point that it moves. Preact makes the elements; where they are is
 * written to them after each frame, without it.
 */

import { effect, signal, untracked } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { AppState } from "../state/app-state";
import type { Grip } from "../state/grip";
import type { Pane } from "../state/pane";
import type { ShownHandle } from "../tour/handles";
import { GrabbedHandle } from "./GrabbedHandle";
import { HandleLimit, type LimitMarks } from "./HandleLimit";

/** CSS pixels that a name takes beside its handle: nearer to the edge, it is on the other side. */
const BESIDE = 150;

export function Handles({ state, grip }: { state: AppState; grip: Grip }) {
  const { handling } = state;
  const { pane } = grip;
  const shown = grip.shown.value;
  const box = useRef<HTMLDivElement>(null);
  const limit = useRef<LimitMarks>(null);
  const elements = useMemo(() => new Map<string, HTMLElement>(), []);
  // One of them is reached by Tab, the others from it by . and ,
  const current = useMemo(() => signal<string | null>(null), []);
  const editing = useMemo(() => signal<string | null>(null), []);
  const reached = shown.find(({ key }) => key === current.value) ?? shown[0];

  const place = (): void => {
    if (!box.current) return;
    grip.hold();
    box.current.classList.toggle("away", pane.stage.peek() === null || pane.motion.seen === null);
    for (const one of grip.shown.peek()) {
      const element = elements.get(one.key);
      const at = element && grip.placeOf(one);
      if (!at) continue;
      element.style.transform = `translate(${at[0].toFixed(2)}px, ${at[1].toFixed(2)}px)`;
      element.classList.toggle("flipped", at[0] > (pane.stage.peek()?.width ?? 0) - BESIDE);
    }
    limit.current?.draw(grip.limit, pane.stage.peek());
  };
  useEffect(
    () =>
      effect(() => {
        void pane.stage.value;
        untracked(place);
      }),
    [pane],
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
        if (wanted === null || grip.beside || !elements.has(wanted)) return;
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
          color={colorOf(pane, one)}
          reached={one.key === reached?.key}
          editing={editing.value === one.key}
          handling={handling}
          grip={grip}
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

function colorOf(pane: Pane, { handle }: ShownHandle): string | null {
  return handle.kind === "class" ? (pane.grouping.value?.colors[handle.group] ?? null) : null;
}
