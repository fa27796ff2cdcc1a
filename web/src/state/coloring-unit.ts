/** The samples by what one unit of a layer gives for them. */

import { unitOf, unreadable } from "../data/activations";
import { byNumbers, nameOfColoring, type UnitColoring, withoutNumbers } from "../data/coloring";
import { scaleOf, SHARE } from "../data/quantities";
import type { OpenRecording } from "./app-state";
import type { ColoringPlan } from "./coloring";

export function planUnit({ entry, store }: OpenRecording, by: string, { layer, unit }: UnitColoring, nearest: number): ColoringPlan {
  const { samples, checkpoints } = store.index;
  const at = checkpoints[nearest]?.name ?? "";
  const gloss = `What ${nameOfColoring(by)} gives for each sample.`;
  const refused = unreadable(store, layer);
  if (refused) {
    const command = `inscape units ${entry.name}.inscape --layer ${layer}`;
    return { key: [by, refused].join("\n"), load: () => withoutNumbers(by, samples, SHARE, gloss, `${refused} The ranks of its units are made by`, command) };
  }
  return {
    key: [by, at].join("\n"),
    load: async () => {
      const values = await unitOf(store, layer, at, unit);
      return byNumbers({ by, values, scale: scaleOf(values), gloss, at });
    },
  };
}
