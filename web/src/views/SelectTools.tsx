/** The tools in the stage's corner: move, lasso, rectangle, brush; and how what they draw joins the selection. */

import type { ComponentChildren } from "preact";
import { type Combination, COMBINATIONS } from "../data/sample-sets";
import type { AppState } from "../state/app-state";
import { BRUSH, type Tool, TOOLS } from "../state/selecting";

const TOOL_TITLES: Readonly<Record<Tool, string>> = {
  move: "Move the stage (Esc); with Shift, draw a lasso that adds",
  lasso: "Lasso (q)",
  rectangle: "Rectangle (w)",
  brush: "Brush (e)",
};

const TOOL_ICONS: Readonly<Record<Tool, ComponentChildren>> = {
  move: <path d="M8 1.8v12.4M1.8 8h12.4M6.2 3.6 8 1.8l1.8 1.8M6.2 12.4 8 14.2l1.8-1.8M3.6 6.2 1.8 8l1.8 1.8M12.4 6.2 14.2 8l-1.8 1.8" />,
  lasso: <path d="M4.6 10.6C2.7 9.8 1.8 8.4 1.8 6.9 1.8 4.3 4.6 2.4 8 2.4s6.2 1.9 6.2 4.5S11.4 11.4 8 11.4c-1.2 0-2.4-.2-3.4-.8zm0 0c-1.3.5-1.3 2.4.3 2.4 1.3 0 1.1-1.6-.3-2.4zM4.9 13c0 .8-.4 1.3-1.1 1.6" />,
  rectangle: <path d="M2.3 3.3h11.4v9.4H2.3z" stroke-dasharray="2.4 1.6" />,
  brush: (
    <>
      <circle cx="8" cy="8" r="5.6" />
      <circle cx="8" cy="8" r="1" fill="currentColor" />
    </>
  ),
};

const COMBINATION_TITLES: Readonly<Record<Combination, string>> = {
  replace: "Select these alone",
  add: "Add to the selection (Shift)",
  subtract: "Take away from the selection (Alt)",
  intersect: "Keep what is in both (Shift and Alt)",
};

/** Two squares: what is kept of them is filled. */
const COMBINATION_ICONS: Readonly<Record<Combination, ComponentChildren>> = {
  replace: <path d="M5.5 5.5h8v8h-8z" fill="currentColor" />,
  add: <path d="M2.5 2.5h8v3h3v8h-8v-3h-3z" fill="currentColor" />,
  subtract: (
    <>
      <path d="M2.5 2.5h8v3h-5v5h-3z" fill="currentColor" />
      <path d="M5.5 5.5h8v8h-8z" />
    </>
  ),
  intersect: (
    <>
      <path d="M2.5 2.5h8v8h-8zM5.5 5.5h8v8h-8z" />
      <path d="M5.5 5.5h5v5h-5z" fill="currentColor" />
    </>
  ),
};

export function SelectTools({ state, children }: { state: AppState; children?: ComponentChildren }) {
  const { selecting } = state;
  const tool = selecting.tool.value;
  const how = selecting.how.value;
  return (
    <div
      class="select-tools"
      onPointerMove={(event) => {
        // Here the pointer is on no sample.
        event.stopPropagation();
        state.hover.value = null;
        selecting.pointer.value = null;
      }}
      onPointerDown={(event) => event.stopPropagation()}
    >
      <div class="choice" role="group" aria-label="Tool">
        {TOOLS.map((one) => (
          <ToolButton key={one} testid={`tool-${one}`} title={TOOL_TITLES[one]} pressed={tool === one} onClick={() => selecting.take(one)}>
            {TOOL_ICONS[one]}
          </ToolButton>
        ))}
      </div>
      {(tool !== "move" || selecting.drawing.value) && (
        <div class="choice" role="group" aria-label="How it joins the selection">
          {COMBINATIONS.map((one) => (
            <ToolButton key={one} testid={`combine-${one}`} title={COMBINATION_TITLES[one]} pressed={how === one} onClick={() => (selecting.combine.value = one)}>
              {COMBINATION_ICONS[one]}
            </ToolButton>
          ))}
        </div>
      )}
      {tool === "brush" && (
        <div class="choice" role="group" aria-label="Size of the brush">
          <ToolButton testid="brush-smaller" title="Smaller ([)" onClick={() => selecting.resize(1 / BRUSH.step)}>
            <path d="M3.5 8h9" />
          </ToolButton>
          <output data-testid="brush-size">{2 * selecting.brush.value} px</output>
          <ToolButton testid="brush-larger" title="Larger (])" onClick={() => selecting.resize(BRUSH.step)}>
            <path d="M3.5 8h9M8 3.5v9" />
          </ToolButton>
        </div>
      )}
      {children}
    </div>
  );
}

interface ToolButtonProps {
  readonly testid: string;
  readonly title: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

function ToolButton({ testid, title, pressed, onClick, children }: ToolButtonProps) {
  return (
    <button type="button" data-testid={testid} title={title} aria-label={title} aria-pressed={pressed} onClick={onClick}>
      <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round" stroke-linecap="round">
        {children}
      </svg>
    </button>
  );
}

/** That not all is shown, and the way back. */
export function ShownCount({ state }: { state: AppState }) {
  const all = state.recording.value?.store.index.samples ?? 0;
  const shown = state.shownCount.value;
  if (state.filter.value === null && state.groups.value === null) return null;
  return (
    <p class="shown-count" data-testid="shown-count">
      {shown.toLocaleString("en-US")} of {all.toLocaleString("en-US")} shown
      <button type="button" class="plain" data-testid="show-all" onClick={() => state.selecting.showAll()}>
        Show all
      </button>
    </p>
  );
}
