/** The Trails view in the public state: read, and set with everything checked. */

import { asCamera } from "../tour/camera";
import { BUNDLINGS } from "../tour/trails";
import type { AppState } from "./app-state";
import type { Refuse } from "./arrangement";
import { ENDS, type PublicTrails } from "./trails";

export function readTrails({ trails }: AppState): PublicTrails {
  const index = trails.index.peek();
  return {
    name: index?.name ?? null,
    strength: trails.strength.peek(),
    bundled: trails.bundled.peek(),
    ends: trails.ends.peek(),
    place: index?.along === "layers" ? trails.layerPlace.peek() : null,
    camera: { ...trails.camera.peek() },
  };
}

/** What is wanted of the trails, checked: the changes that make it so. Parts that are not given stay. */
export function trailsChanges({ trails }: AppState, wanted: Record<string, unknown>, refuse: Refuse): (() => void)[] {
  const given = wanted.trails;
  if (given === undefined) return [];
  if (typeof given !== "object" || given === null) refuse("trails is an object", given, "assign {strength: 0.5} or the like");
  const { name, strength, bundled, ends, place, camera } = given as Record<string, unknown>;
  const changes: (() => void)[] = [];
  if (name !== undefined && name !== null) {
    const offered = trails.all.peek().map((index) => index.name);
    const found = offered.find((one) => one === name) ?? refuse("there are no such trails", name, offered.length ? `choose from ${offered.join(", ")}` : "make some: inscape trails");
    if (found !== trails.index.peek()?.name) changes.push(() => trails.choose(found));
  }
  if (strength !== undefined) {
    if (typeof strength !== "number" || !(strength >= 0 && strength <= 1)) refuse("the strength of bundling is from 0 to 1", strength, "0 is raw, 1 is bundled");
    changes.push(() => (trails.strength.value = strength));
  }
  if (bundled !== undefined) {
    const how = BUNDLINGS.find((one) => one === bundled) ?? refuse("trails can't be bundled so", bundled, `choose from ${BUNDLINGS.join(", ")}`);
    changes.push(() => (trails.bundled.value = how));
  }
  if (ends !== undefined) {
    const found = ENDS.find((one) => one === ends) ?? refuse("trails have no such ends", ends, `choose from ${ENDS.join(", ")}`);
    changes.push(() => (trails.ends.value = found));
  }
  if (place !== undefined && place !== null) {
    if (typeof place !== "number" || !(place >= 0)) refuse("there is no such place on the trails", place, "give a number from 0 on");
    changes.push(() => {
      const last = (trails.index.peek()?.steps.length ?? 1) - 1;
      if (trails.index.peek()?.along === "layers") trails.walkTo(Math.min(last, place));
    });
  }
  if (camera !== undefined) {
    const seen = asCamera(camera) ?? refuse("the camera is {zoom, x, y}", camera, "assign {zoom: 1, x: 0, y: 0}");
    changes.push(() => (trails.camera.value = seen));
  }
  changes.push(() => trails.settle());
  return changes;
}
