/** The tools of the stage in the public state. */

import { type Combination, COMBINATIONS } from "../data/sample-sets";
import type { AppState } from "./app-state";
import type { Refuse } from "./arrangement";
import { BRUSH, type Tool, TOOLS } from "./selecting";

export interface PublicTools {
  /** What a drag on the stage does. */
  tool: Tool;
  /** How what is drawn joins the selection, with none of the keys that say otherwise. */
  combine: Combination;
  /** The radius of the brush, in CSS pixels. */
  brush: number;
}

export function readTools({ selecting }: AppState): PublicTools {
  return { tool: selecting.tool.peek(), combine: selecting.combine.peek(), brush: selecting.brush.peek() };
}

/** What is wanted of them, checked: the changes that make it so. */
export function toolChanges({ selecting }: AppState, wanted: Record<string, unknown>, refuse: Refuse): (() => void)[] {
  const changes: (() => void)[] = [];
  if (wanted.tool !== undefined) {
    const tool = TOOLS.find((t) => t === wanted.tool) ?? refuse("no such tool", wanted.tool, `choose from ${TOOLS.join(", ")}`);
    changes.push(() => selecting.take(tool));
  }
  if (wanted.combine !== undefined) {
    const how = COMBINATIONS.find((c) => c === wanted.combine) ?? refuse("no such combination", wanted.combine, `choose from ${COMBINATIONS.join(", ")}`);
    changes.push(() => (selecting.combine.value = how));
  }
  if (wanted.brush !== undefined) {
    const { brush } = wanted;
    if (typeof brush !== "number" || !(brush >= BRUSH.least && brush <= BRUSH.most)) {
      refuse("no such radius of the brush", brush, `give CSS pixels from ${BRUSH.least} to ${BRUSH.most}`);
    }
    changes.push(() => (selecting.brush.value = brush));
  }
  return changes;
}
