/** One handle: a grip to drag or to move by arrows, its name, and what can be done with it. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { Grip } from "../state/grip";
import type { Handling } from "../state/handling";
import type { ShownHandle } from "../tour/handles";

export interface GrabbedHandleProps {
  readonly shown: ShownHandle;
  readonly index: number;
  /** The color of its group. */
  readonly color: string | null;
  /** Is it the one that Tab reaches? */
  readonly reached: boolean;
  readonly editing: boolean;
  readonly handling: Handling;
  readonly grip: Grip;
  readonly onElement: (element: HTMLElement | null) => void;
  readonly onFocus: () => void;
  readonly onEdit: (now: boolean) => void;
  /** To the next handle, or the previous. */
  readonly onGo: (by: number) => void;
  readonly onLeave: () => void;
  readonly onRemove: () => void;
}

/** CSS pixels that a pointer may move in a click. */
const STILL = 3;
/** CSS pixels that an arrow moves a handle; with Shift, one. */
const NUDGE = 8;
/** Names of so many characters are written into the grip. */
const SHORT = 2;
const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function GrabbedHandle(props: GrabbedHandleProps) {
  const { shown, index, color, reached, editing, handling, grip, onElement, onFocus, onEdit, onGo, onLeave, onRemove } = props;
  const { handle } = shown;
  const element = useRef<HTMLDivElement>(null);
  const down = useRef<{ pointer: number; x: number; y: number; offX: number; offY: number; moved: boolean } | null>(null);
  useLayoutEffect(() => {
    onElement(element.current);
    return () => onElement(null);
  }, []);

  const at = (event: PointerEvent): [number, number] => {
    const box = element.current?.closest(".stage")?.getBoundingClientRect();
    return [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)];
  };
  const onDown = (event: PointerEvent): void => {
    event.stopPropagation();
    if (editing || event.button !== 0 || down.current || (event.target instanceof Element && event.target.closest(".does"))) return;
    const [x, y] = at(event);
    const place = grip.placeOf(shown);
    if (!place) return;
    // Held by its grip, its middle goes under the pointer; held by its name, it keeps the distance.
    const byName = event.target instanceof Element && event.target.closest(".label") !== null;
    down.current = { pointer: event.pointerId, x, y, offX: byName ? place[0] - x : 0, offY: byName ? place[1] - y : 0, moved: false };
    element.current?.setPointerCapture(event.pointerId);
    element.current?.querySelector<HTMLElement>(".grip")?.focus({ preventScroll: true });
  };
  const onMove = (event: PointerEvent): void => {
    const held = down.current;
    // The ends of axes lie where samples gather: who does not drag, points at a sample.
    if (held || handle.kind !== "axis") event.stopPropagation();
    if (held?.pointer !== event.pointerId) return;
    const [x, y] = at(event);
    if (!held.moved) {
      if (Math.hypot(x - held.x, y - held.y) < STILL) return;
      held.moved = true;
      element.current?.classList.add("held");
      grip.take(shown);
    }
    grip.dragTo(x + held.offX, y + held.offY);
  };
  const onUp = (event: PointerEvent): void => {
    event.stopPropagation();
    const held = down.current;
    if (held?.pointer !== event.pointerId) return;
    down.current = null;
    element.current?.classList.remove("held");
    if (held.moved) grip.drop();
    else if (handle.kind === "axis" && event.type === "pointerup") grip.tap(...at(event), event.shiftKey, event.pointerType !== "mouse");
  };
  const cancel = (): void => {
    if (down.current?.moved) grip.cancel();
    down.current = null;
    element.current?.classList.remove("held");
  };
  // Whoever takes the element away, lets go of it.
  useLayoutEffect(() => cancel, []);

  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const step = event.shiftKey ? 1 : NUDGE;
      grip.nudge(shown, step * arrow[0], step * arrow[1]);
    } else if (event.key === "Enter" || event.key === "F2") onEdit(true);
    else if (event.key === "p") handling.pin(shown);
    else if (event.key === "x" || event.key === "Delete") onRemove();
    else if (event.key === ".") onGo(1);
    else if (event.key === ",") onGo(-1);
    else if (event.key === "Escape") {
      if (down.current) cancel();
      else onLeave();
    } else return;
    event.preventDefault();
  };
  const rested = (): void => {
    if (grip.limit && !grip.holding.peek()) grip.drop();
  };

  // The name of an axis stands at its end already; a short one is written into the grip.
  const inside = handle.kind !== "axis" && handle.name.length <= SHORT;
  const beside = handle.kind !== "axis" && !inside;
  return (
    <div
      ref={element}
      class={["handle", handle.kind, handle.pinned ? "pinned" : ""].join(" ").trim()}
      onPointerEnter={() => handle.kind !== "axis" && grip.point()}
      onPointerDown={onDown}
      onPointerMove={onMove}
      onPointerUp={onUp}
      onPointerCancel={onUp}
      onDblClick={() => !editing && onEdit(true)}
    >
      <button
        type="button"
        class="grip"
        data-testid={`${grip.beside ? "beside-" : ""}handle-${index}`}
        tabIndex={reached ? 0 : -1}
        aria-label={labelOf(shown)}
        aria-keyshortcuts="ArrowLeft ArrowRight ArrowUp ArrowDown Enter p x"
        onFocus={onFocus}
        onBlur={() => {
          handling.history.part();
          rested();
        }}
        onKeyDown={onKey}
        onKeyUp={rested}
      >
        <span class={inside ? "knob named" : "knob"} style={color ? { borderColor: color } : undefined}>
          {inside && handle.name}
        </span>
      </button>
      <div class="beside">
        {editing ? (
          <NameInput
            name={handle.name}
            onName={(name) => {
              if (name !== null && name !== handle.name) handling.rename(shown, name);
              onEdit(false);
            }}
          />
        ) : (
          beside && (
            <span class="label" aria-hidden="true">
              {handle.name}
            </span>
          )
        )}
        {!editing && (
          <span class="does">
            <button type="button" tabIndex={-1} aria-label={`${handle.pinned ? "Unpin" : "Pin"} ${handle.name}`} aria-pressed={handle.pinned} title={`${handle.pinned ? "Unpin" : "Pin"} (p)`} onClick={() => handling.pin(shown)}>
              <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true" fill={handle.pinned ? "currentColor" : "none"} stroke="currentColor" stroke-width="1.3" stroke-linejoin="round">
                <path d="M5.5 2h5l-.6 4.6L12.5 9h-9l2.6-2.4zM8 9v5" />
              </svg>
            </button>
            {shown.listed !== null && handle.kind !== "axis" && (
              <button type="button" tabIndex={-1} aria-label={`Remove ${handle.name}`} title="Remove (x)" onClick={onRemove}>
                <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5">
                  <path d="m4 4 8 8M12 4l-8 8" />
                </svg>
              </button>
            )}
          </span>
        )}
      </div>
    </div>
  );
}

/** Longest name of a handle. */
const LONGEST = 60;

function NameInput({ name, onName }: { name: string; onName: (name: string | null) => void }) {
  const input = useRef<HTMLInputElement>(null);
  // Taking the field away blurs it: what it says by then is said already.
  const said = useRef(false);
  useLayoutEffect(() => {
    input.current?.focus({ preventScroll: true });
    input.current?.select();
  }, []);
  const say = (text: string | null): void => {
    if (said.current) return;
    said.current = true;
    onName(text?.trim() || null);
  };
  return (
    <input
      ref={input}
      class="handle-name"
      data-testid="handle-name"
      aria-label="Name of the handle"
      defaultValue={name}
      maxLength={LONGEST}
      size={Math.max(8, Math.min(24, name.length + 2))}
      onBlur={(event) => say(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") say(event.currentTarget.value);
        else if (event.key === "Escape") say(null);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}

function labelOf({ handle }: ShownHandle): string {
  const kind = { axis: "end of the axis", class: "middle of the group", samples: "middle of a selection" }[handle.kind];
  return `${handle.name}, ${kind}${handle.pinned ? ", pinned" : ""}`;
}
