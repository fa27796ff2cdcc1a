/** The parts of the page that nobody waits for at first: each is a file of its own in the built page. */

import type { AppState, OpenRecording } from "../state/app-state";
import type { ConfusionChartProps } from "./ConfusionChart";
import { onDemand, type OnDemand, whenIdle } from "./on-demand";

export interface PanelProps {
  readonly state: AppState;
  readonly recording: OpenRecording;
}

/** The views that come by themselves; the Tour comes with the page. */
const PANELS: Record<string, OnDemand<PanelProps>> = {
  trails: onDemand<PanelProps>("the Trails view", "main", async () => (await import("./TrailsPanel")).TrailsPanel),
  layers: onDemand<PanelProps>("the Layers view", "main", async () => (await import("./LayersPanel")).LayersPanel),
  units: onDemand<PanelProps>("the Units view", "main", async () => (await import("./UnitsPanel")).UnitsPanel),
};

export function panelOf(view: string): OnDemand<PanelProps> | null {
  return Object.hasOwn(PANELS, view) ? PANELS[view] : null;
}

export const GridPart = onDemand<{ readonly state: AppState }>("the grid of pictures", "stage", async () => (await import("./GridView")).GridView);

export const ConfusionPart = onDemand<ConfusionChartProps>("the confusion matrix", "lines", async () => (await import("./ConfusionChart")).ConfusionChart);

/** Have all of it at hand before it is asked for, what is small and asked for soonest first. */
export function prepareParts(): void {
  whenIdle([
    ConfusionPart.prepare,
    () => Promise.all([import("../data/query"), import("../data/query-match")]),
    ...Object.values(PANELS).map(({ prepare }) => prepare),
    GridPart.prepare,
    () => import("../state/better-view"),
    () => import("../render/vector"),
    () => import("../render/painting"),
  ]);
}
