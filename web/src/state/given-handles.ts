/** Handles as a script or a link tells them: checked, and completed by what they are called. */

import { type Handle, samplesName } from "../tour/handles";

/** Handles that a page keeps: each is an element that moves with every frame. */
const MOST = 200;
const LONGEST_NAME = 60;

/** The handles of a list, or what is wrong with it. */
export function asHandles(value: unknown, samples: number): readonly Handle[] | string {
  if (!Array.isArray(value) || value.length > MOST) return `handles are a list of at most ${MOST}`;
  const handles: Handle[] = [];
  for (const one of value) {
    const handle = asHandle(one, samples);
    if (typeof handle === "string") return handle;
    handles.push(handle);
  }
  return handles;
}

function asHandle(value: unknown, count: number): Handle | string {
  if (typeof value !== "object" || value === null) return "a handle is an object";
  const { kind, axis, group, samples, of = null, name, pinned = false } = value as Record<string, unknown>;
  if (typeof pinned !== "boolean") return "pinned is true or false";
  if (name !== undefined && (typeof name !== "string" || !name.trim() || name.length > LONGEST_NAME)) {
    return `the name of a handle is a text of at most ${LONGEST_NAME} characters`;
  }
  if (of !== null && typeof of !== "string") return "of is the name of an axis or a coloring, or null";
  switch (kind) {
    case "axis":
      if (!isIndex(axis, 64)) return "the axis of a handle is a number from 0 to 63";
      return { kind, axis, of, name: name ?? of ?? `axis ${axis}`, pinned };
    case "class":
      if (!isIndex(group, 65535)) return "the group of a handle is a place in the legend";
      return { kind, group, of, name: name ?? `group ${group}`, pinned };
    case "samples":
      if (!Array.isArray(samples) || !samples.length || !samples.every((i) => isIndex(i, count))) {
        return `the samples of a handle go from 0 to ${count - 1}, and there is one at least`;
      }
      return { kind, samples: [...(samples as number[])], name: name ?? samplesName(samples as number[]), pinned };
    default:
      return "the kind of a handle is axis, class or samples";
  }
}

function isIndex(value: unknown, limit: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < limit;
}
