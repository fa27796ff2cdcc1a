/** Sets of handles as the recording keeps them, and as the page has them. */

import type { SavedHandles } from "../data/people";
import { samplesOfRuns } from "../data/people";
import type { Grouping, Handle } from "../tour/handles";
import { asHandles } from "./given-handles";

/** Handles as they are kept: a group by its name, which holds in another coloring and after a retraining. */
export function toSaved(handles: readonly Handle[], grouping: Grouping | null): Record<string, unknown>[] {
  return handles.map((handle) => {
    const { kind, name, pinned } = handle;
    if (kind === "axis") return { kind, axis: handle.axis, name, pinned };
    if (kind === "class") return { kind, group: grouping?.names[handle.group] ?? handle.group, name, pinned };
    return { kind, samples: handle.samples, name, pinned };
  });
}

/** Handles that were kept, as far as there is what they hold; or what is wrong with them. */
export function fromSaved(saved: SavedHandles, grouping: Grouping | null, samples: number): { handles: readonly Handle[]; lost: number } | string {
  const given: unknown[] = [];
  let lost = 0;
  for (const entry of saved.handles) {
    const handle = entry as { kind: string; group?: unknown; samples?: unknown };
    if (handle.kind === "class" && typeof handle.group === "string") {
      const group = grouping?.names.indexOf(handle.group) ?? -1;
      if (group < 0) lost += 1;
      else given.push({ ...handle, group, of: grouping?.by ?? null });
    } else if (handle.kind === "samples" && !Array.isArray(handle.samples)) {
      given.push({ ...handle, samples: samplesOfRuns(handle.samples as { runs: readonly number[] }) });
    } else given.push(handle);
  }
  // A name that is empty is as if there were none.
  const named = given.map((handle) => ((handle as { name?: string }).name ? handle : { ...(handle as object), name: undefined }));
  const handles = asHandles(named, samples);
  return typeof handles === "string" ? handles : { handles, lost };
}
