/** The Units view in the public state. */

import { MOST_CHOSEN } from "../data/chosen-units";
import type { AppState } from "./app-state";
import { refuse } from "./refuse";
import { type Power, POWERS } from "./units";

export interface PublicUnits {
  /** The map that is shown, `<layer>@<checkpoint>`; it follows both. Setting it goes there. */
  name: string | null;
  /** What is told from the rest: a class by its label, the selection, or (null) the first class. */
  class: number | "selection" | null;
  power: Power;
  /** The unit that is looked at. */
  unit: number | null;
  /** The units that are chosen for a tour. */
  chosen: number[];
}

export function readUnits({ units }: AppState): PublicUnits {
  const { told, power, unit, chosen, index } = units;
  return { name: index.peek()?.name ?? null, class: told.peek(), power: power.peek(), unit: unit.peek(), chosen: [...chosen.peek()] };
}

/** What is wanted of them, checked: the changes that make it so. */
export function unitsChanges(state: AppState, whole: Record<string, unknown>, layer: string): (() => void)[] {
  const given = whole.units;
  if (given === undefined) return [];
  const remedy = 'assign {class: 3, power: "auc", unit: 17, chosen: [3, 17]} or a part of it';
  if (typeof given !== "object" || given === null) return refuse("what is told of units is an object", given, remedy);
  const wanted = given as Record<string, unknown>;
  const store = state.recording.peek()?.store;
  const changes: (() => void)[] = [];
  let of = layer;
  // Where layer and checkpoint are told, the map follows from them.
  const follows = whole.layer !== undefined && whole.checkpoint !== undefined;
  if (wanted.name !== undefined && wanted.name !== null && !follows) {
    const index = store?.units.find(({ name }) => name === wanted.name) ?? refuse("no such map of units", wanted.name, `choose from ${store?.units.map(({ name }) => name).join(", ") || "none: inscape units makes one"}`);
    if (index !== state.units.index.peek()) {
      of = index.layer;
      changes.push(() => {
        state.units.goTo(index);
        state.going.setCheckpoint(store?.index.checkpoints.findIndex(({ name }) => name === index.checkpoint) ?? 0);
      });
    }
  }
  const count = store?.index.layers.find(({ name }) => name === of)?.units ?? 0;
  const isUnit = (unit: unknown): unit is number => Number.isInteger(unit) && (unit as number) >= 0 && (unit as number) < count;
  if (wanted.class !== undefined) {
    const told = wanted.class;
    const good = told === null || told === "selection" || (Number.isInteger(told) && (told as number) >= 0);
    if (!good) refuse("no such class", told, 'give a label, or "selection"');
    changes.push(() => (state.units.told.value = told as number | "selection" | null));
  }
  if (wanted.power !== undefined) {
    const power = POWERS.find((p) => p === wanted.power) ?? refuse("no such power of units", wanted.power, `choose from ${POWERS.join(", ")}`);
    changes.push(() => (state.units.power.value = power));
  }
  if (wanted.unit !== undefined || wanted.chosen !== undefined) {
    if (wanted.unit !== undefined && wanted.unit !== null && !isUnit(wanted.unit)) refuse(`no such unit of ${of}`, wanted.unit, `give 0 to ${count - 1}, or null`);
    const { chosen } = wanted;
    if (chosen !== undefined && !(Array.isArray(chosen) && chosen.every(isUnit))) refuse("chosen are units in a list", chosen, `give up to ${MOST_CHOSEN} from 0 to ${count - 1}`);
    changes.push(() => {
      const unit = wanted.unit === undefined ? state.units.unit.peek() : (wanted.unit as number | null);
      state.units.restore(unit, chosen === undefined ? state.units.chosen.peek() : [...new Set(chosen as number[])].sort((a, b) => a - b));
    });
  }
  return changes;
}

