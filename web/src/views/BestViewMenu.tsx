/** The choice of what a view shall show most of, in the corner of its stage; and what this very view keeps. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { AppState } from "../state/app-state";
import { BEST_VIEWS, type BestViewOf, type Reached } from "../state/best-view";
import type { Pane } from "../state/pane";
import { tableOf } from "./Trust";

const TITLES: Record<BestViewOf, readonly [string, string]> = {
  classes: ["Classes apart", "the spread between classes over the spread within them (LDA)"],
  variance: ["Most variance", "the two directions that vary most"],
  neighbors: ["Neighbors kept", "who is near stays near; looked for, which takes a moment"],
};

export function BestViewMenu({ state, pane }: { state: AppState; pane: Pane }) {
  const { bestView } = state;
  const box = useRef<HTMLDivElement>(null);
  const open = bestView.menu.value === pane;
  useLayoutEffect(() => {
    if (!open) return;
    box.current?.querySelector<HTMLElement>(".panel button")?.focus();
    const onPointer = (event: PointerEvent): void => {
      if (!box.current?.contains(event.target as Node)) bestView.menu.value = null;
    };
    // Before the page's own keys: Escape closes this and nothing else.
    const onKey = (event: KeyboardEvent): void => {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (event.key !== "Escape" && !(step && box.current?.contains(document.activeElement))) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Escape") close();
      else {
        const buttons = [...(box.current?.querySelectorAll<HTMLElement>(".panel button") ?? [])];
        const at = buttons.findIndex((button) => button === document.activeElement);
        buttons[(at + step + buttons.length) % buttons.length]?.focus();
      }
    };
    window.addEventListener("pointerdown", onPointer, true);
    window.addEventListener("keydown", onKey, true);
    return () => {
      window.removeEventListener("pointerdown", onPointer, true);
      window.removeEventListener("keydown", onKey, true);
    };
  }, [open]);
  const close = (): void => {
    bestView.menu.value = null;
    box.current?.querySelector("button")?.focus();
  };
  const selected = state.selection.value.length > 2;
  return (
    <div class="best-view" ref={box}>
      <button
        type="button"
        class="best-view-button"
        data-testid={pane === state ? "best-view" : "best-view-beside"}
        aria-expanded={open}
        title="Turn to the view that shows most of something (t)"
        onClick={() => (bestView.menu.value = open ? null : pane)}
      >
        Best view
      </button>
      {open && (
        <div class="panel" role="group" aria-label="Turn to the view that shows most of">
          {BEST_VIEWS.map((of) => (
            <button
              key={of}
              type="button"
              class="plain"
              data-testid={`best-view-${of}`}
              onClick={() => {
                void bestView.turn(pane, of);
                close();
              }}
            >
              {TITLES[of][0]} <span class="quiet">{TITLES[of][1]}</span>
            </button>
          ))}
          <p class="note">{selected ? `Of the ${state.selection.value.length.toLocaleString("en-US")} selected samples.` : "Of the samples that are shown; of a selection, where there is one."}</p>
        </div>
      )}
    </div>
  );
}

/** What this very view keeps, beside the layout; and what the last turn to a best view reached. */
export function ViewKeeps({ state, pane }: { state: AppState; pane: Pane }) {
  const table = tableOf(state, pane);
  const { reached, searching } = state.bestView;
  const found = reached.value?.pane === pane ? reached.value : null;
  const rows = table?.rows.find(({ key }) => key === "recall");
  const said = searching.value === pane ? "Looking for a better view …" : found ? wordsOf(found) : "";
  return (
    <div class="view-keeps">
      {table && rows && pane.viewQuality.value.kind !== "unmeasured" && (
        <p data-testid={pane === state ? "view-keeps" : "view-keeps-beside"} title={table.sentence}>
          Neighbors kept: {table.columns.map((column, i) => [column, rows.values[i]] as const).filter(([, value]) => value).map(([column, value]) => `${brief(column)} ${value}`).join(" · ")}
        </p>
      )}
      <p role="status" data-testid={pane === state ? "best-view-said" : "best-view-said-beside"}>
        {said}
      </p>
    </div>
  );
}

/** On the picture there is room for so many letters; the tooltip says all. Of a long name the dimensions are left. */
const BRIEF = 16;
function brief(column: string): string {
  return column.length > BRIEF ? column.slice(column.lastIndexOf(" ") + 1) : column;
}

const SHOWN: Record<BestViewOf, readonly [string, (value: number) => string]> = {
  classes: ["class separation", (value) => String(Number(value.toPrecision(3)))],
  variance: ["variance shown", (value) => `${(100 * value).toFixed(1)}%`],
  neighbors: ["neighbors kept", (value) => `${(100 * value).toFixed(1)}%`],
};

export function wordsOf({ of, before, after, whose }: Pick<Reached, "of" | "before" | "after" | "whose">): string {
  const [name, shown] = SHOWN[of];
  const own = whose && ` ${whose}`;
  return after > before ? `Best view: ${name}${own} ${shown(before)} → ${shown(after)}` : `No better view was found: ${name}${own} ${shown(after)}.`;
}
