/** One picture of the Tour: what it is of, and what the stage makes of it. The page has one, or two beside each other. */

import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Coloring, GroupColoring } from "../data/coloring";
import type { FlowCache } from "../data/flows";
import type { LayerSteps } from "../data/steps";
import type { Camera } from "../tour/camera";
import type { TourMotion } from "../tour/motion";
import type { Placed } from "../tour/regions";
import type { Scene } from "../tour/scene";
import type { OpenRecording } from "./app-state";
import type { StageView } from "./stage-view";

export interface Pane {
  readonly recording: ReadonlySignal<OpenRecording | null>;
  readonly layer: ReadonlySignal<string>;
  /** A place in the recording's list of checkpoints; between whole places the view interpolates. */
  readonly checkpoint: ReadonlySignal<number>;
  readonly steps: ReadonlySignal<LayerSteps | null>;
  /** The title of the recording that lent the layer; null where it is one of the open recording's own. */
  readonly lent: ReadonlySignal<string | null>;
  /** The checkpoints that places are of: the recording's, or those of the one that lent the layer. */
  readonly checkpointNames: ReadonlySignal<readonly string[]>;
  readonly flow: ReadonlySignal<FlowCache | null>;
  readonly flowPlace: ReadonlySignal<number>;
  /** (sample,): 1 for those that are drawn. */
  readonly shown: ReadonlySignal<Uint8Array>;
  /** What the points are colored by, and the same in the colors of this page. */
  readonly unpainted: Signal<Coloring | null>;
  readonly coloring: ReadonlySignal<Coloring | null>;
  /** The same, where it is of groups: steps of a scale are none. */
  readonly grouping: ReadonlySignal<GroupColoring | null>;
  readonly coloringOnTheWay: Signal<boolean>;
  readonly camera: Signal<Camera>;
  readonly motion: TourMotion;
  readonly scene: Signal<Scene | null>;
  /** The step on the way, and what went wrong with it. */
  readonly fetching: Signal<boolean>;
  readonly problem: Signal<string | null>;
  readonly stage: Signal<StageView | null>;
  /** Where a sample lies on the stage's last picture, in CSS pixels; the stage tells how. */
  whereIs: ((sample: number) => readonly [number, number] | null) | null;
  /** The sample at a place in CSS pixels of the stage; the stage tells how. */
  pick: ((x: number, y: number) => number | null) | null;
  /** The samples that are drawn as images, or with their texts; the stage tells. */
  imagesDrawn: (() => readonly number[]) | null;
  /** Where all samples are on the stage's last picture; the stage tells. */
  placed: (() => Placed | null) | null;
  /** Is the stage's last picture that of this state? */
  drawn: boolean;
  /** Let the next scene appear without a transition. */
  instant: boolean;
  /** Let the next scene be gone to by a transition, be it of the same layer. */
  eased: boolean;
}
