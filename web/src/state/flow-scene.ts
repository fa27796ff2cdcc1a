/** What the stage shows at a place on a flow. */

import { axesOfStop } from "../data/flow-steps";
import type { FlowCache } from "../data/flows";
import type { RecordingIndex } from "../data/recording-index";
import { flowSpace, type Scene } from "../tour/scene";

/** Units whose axes are drawn; classes always have theirs. */
const MOST_AXES = 12;

/** The scene, if what it is made of is here already. */
export function flowScene(index: RecordingIndex, cache: FlowCache, place: number, instant: boolean): Scene | null {
  const { flow } = cache;
  const { name, version } = flow;
  const stop = Math.min(Math.floor(place), flow.stops.length - 1);
  const t = place - stop;
  const space = (i: number): string => flowSpace(name, i, flow.stops[i].raw);
  if (t < 1e-9) {
    const step = cache.peekStop(stop);
    if (!step) return null;
    const names = axesOfStop(index, flow, stop);
    // The names of many units would cover the points.
    const axes = names && (names.length <= MOST_AXES || names === index.classNames) ? names : null;
    return {
      key: `flow ${name} ${version} ${stop}`,
      dims: step.dims,
      space: space(stop),
      parts: [{ step, weight: 1 }],
      axes,
      flow: { name, stop, leg: null, t: 0 },
      instant,
    };
  }
  const leg = cache.peekLeg(stop);
  if (!leg) return null;
  return {
    key: `flow ${name} ${version} ${stop} on`,
    dims: leg.passage.there,
    space: "flow on the way",
    parts: [{ step: t < 0.5 ? leg.here : leg.there, weight: 1 }],
    axes: null,
    flow: { name, stop, t, leg: { ...leg, spaces: [space(stop), space(stop + 1)] } },
    instant,
  };
}
