/**
 * Handles: points of the data that a person takes hold of to turn the view. The end of an axis, the centroid of a group
 * of the coloring, the centroid of some samples. Plain data and pure functions; the hand is in views/Handles.tsx.
 */

import type { StepData } from "./fit";
import type { Scene } from "./scene";

interface Named {
  readonly name: string;
  /** Keeps its place on the screen while others are dragged. */
  readonly pinned: boolean;
}

export interface AxisHandle extends Named {
  readonly kind: "axis";
  readonly axis: number;
  /** The axis' own name: the handle is there where an axis is called so; null is on every layer that has so many. */
  readonly of: string | null;
}

export interface ClassHandle extends Named {
  readonly kind: "class";
  readonly group: number;
  /** The coloring that the group is one of; null is any. */
  readonly of: string | null;
}

export interface SamplesHandle extends Named {
  readonly kind: "samples";
  readonly samples: readonly number[];
}

export type Handle = AxisHandle | ClassHandle | SamplesHandle;

/** What handles need to know of a coloring. */
export interface Grouping {
  readonly by: string;
  readonly of: Uint16Array;
  readonly names: readonly string[];
}

/** A handle that the stage shows. */
export interface ShownHandle {
  /** Tells handles apart, and stays when one is named or pinned. */
  readonly key: string;
  readonly handle: Handle;
  /** Its place in the list of handles; null for an axis that nobody has named or pinned. */
  readonly listed: number | null;
}

/** The handles on the stage: of the axes first, where they are wanted, then the others as they are listed. */
export function shownHandles(
  handles: readonly Handle[],
  axes: readonly string[] | null,
  grouping: Grouping | null,
  allAxes: boolean,
): ShownHandle[] {
  const shown: ShownHandle[] = [];
  const there = new Set<string>();
  const add = (handle: Handle, listed: number | null): void => {
    const key = keyOf(handle);
    if (there.has(key)) return;
    there.add(key);
    shown.push({ key, handle, listed });
  };
  const listedAxes = new Map<number, number>();
  handles.forEach((handle, i) => {
    if (handle.kind === "axis" && isShown(handle, axes, grouping)) listedAxes.set(handle.axis, i);
  });
  axes?.forEach((name, axis) => {
    const listed = listedAxes.get(axis);
    if (listed !== undefined) add(handles[listed], listed);
    else if (allAxes) add({ kind: "axis", axis, of: name, name, pinned: false }, null);
  });
  handles.forEach((handle, i) => {
    if (handle.kind !== "axis" && isShown(handle, axes, grouping)) add(handle, i);
  });
  return shown;
}

function isShown(handle: Handle, axes: readonly string[] | null, grouping: Grouping | null): boolean {
  switch (handle.kind) {
    case "axis":
      return axes !== null && handle.axis < axes.length && (handle.of === null || axes[handle.axis] === handle.of);
    case "class":
      return grouping !== null && (handle.of === null || handle.of === grouping.by) && membersOf(grouping, handle.group).length > 0;
    case "samples":
      return handle.samples.length > 0;
  }
}

/** What the axes are called on the stage: those that somebody named, so. */
export function axisNames(axes: readonly string[], shown: readonly ShownHandle[]): readonly string[] {
  const names = [...axes];
  for (const { handle } of shown) if (handle.kind === "axis") names[handle.axis] = handle.name;
  return names.every((name, i) => name === axes[i]) ? axes : names;
}

const ids = new WeakMap<readonly number[], number>();
let lastId = 0;

function keyOf(handle: Handle): string {
  if (handle.kind === "axis") return `axis ${handle.axis}`;
  if (handle.kind === "class") return `class ${handle.group}`;
  let id = ids.get(handle.samples);
  if (id === undefined) ids.set(handle.samples, (id = ++lastId));
  return `samples ${id}`;
}

/** The point of a handle in the aligned coordinates of a scene; null where it has none. */
export function pointOf(handle: Handle, scene: Scene, grouping: Grouping | null): Float64Array | null {
  if (handle.kind === "axis") return axisPoint(handle.axis, scene);
  const members = handle.kind === "samples" ? handle.samples : grouping && membersOf(grouping, handle.group);
  if (!members?.length) return null;
  const point = new Float64Array(scene.dims);
  for (const { step, weight } of scene.parts) {
    const mean = meanOf(step, members);
    for (let k = 0; k < scene.dims; k++) point[k] += weight * mean[k];
  }
  return point;
}

/** Where an axis is drawn to: its length along it from the origin, which lies at the negative of the center. */
function axisPoint(axis: number, scene: Scene): Float64Array | null {
  if (axis >= scene.dims) return null;
  const point = new Float64Array(scene.dims);
  for (const { step, weight } of scene.parts) {
    point[axis] += weight * step.axisLength;
    for (let k = 0; k < scene.dims; k++) point[k] -= weight * step.center[k];
  }
  return point;
}

const members = new WeakMap<Uint16Array, Map<number, readonly number[]>>();

/** The samples of a group, made once a coloring. */
export function membersOf({ of }: Grouping, group: number): readonly number[] {
  let groups = members.get(of);
  if (!groups) {
    const made = new Map<number, number[]>();
    of.forEach((g, sample) => {
      const list = made.get(g);
      if (list) list.push(sample);
      else made.set(g, [sample]);
    });
    members.set(of, (groups = made));
  }
  return groups.get(group) ?? [];
}

const means = new WeakMap<StepData, WeakMap<readonly number[], Float64Array>>();

/** (dimension,): the mean of some samples of a step, in aligned coordinates; computed once, since every frame asks. */
function meanOf(step: StepData, samples: readonly number[]): Float64Array {
  let ofStep = means.get(step);
  if (!ofStep) means.set(step, (ofStep = new WeakMap()));
  let mean = ofStep.get(samples);
  if (!mean) {
    const { dims, screen, scale } = step;
    mean = new Float64Array(dims);
    const inside = samples.filter((sample) => sample < step.samples);
    for (const sample of inside) for (let k = 0; k < dims; k++) mean[k] += screen[sample * dims + k];
    for (let k = 0; k < dims; k++) mean[k] *= scale[k] / Math.max(1, inside.length);
    ofStep.set(samples, mean);
  }
  return mean;
}

/** What the centroid of some samples is called, until somebody names it. */
export function samplesName(samples: readonly number[]): string {
  return samples.length === 1 ? `sample ${samples[0]}` : `${samples.length.toLocaleString("en-US")} samples`;
}
