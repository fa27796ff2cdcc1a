/** The Layers view in plain JSON: read, and set. */

import type { Refuse } from "./arrangement";
import type { AppState } from "./app-state";
import type { GivenRange } from "./given-layers";
import { type OrderName, ORDERS } from "./likeness";

export interface PublicLayers {
  /** The name of the similarity. */
  name: string;
  /** Rows and columns as the network runs, or what is alike beside each other. */
  order: OrderName;
  /** The rows and columns that alone are drawn, by their places in the index, ascending; null draws all. */
  range: { rows: number[]; columns: number[] } | null;
  /** The row that the first picture shows and the column that the second shows; null where they show something else. */
  cell: [number, number] | null;
}

export interface PublicLikeness {
  /** Null where the recording holds no similarity. */
  layers: PublicLayers | null;
}

/** Where the matrix draws, in CSS pixels of its box (`data-testid` similarity), and what. */
export interface MatrixView {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The rows and columns from the top and from the left. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

export function readLikeness({ likeness }: AppState): PublicLikeness {
  const index = likeness.index.peek();
  const cell = likeness.cell.peek();
  const range = likeness.range.peek();
  if (!index) return { layers: null };
  return {
    layers: {
      name: index.name,
      order: likeness.order.peek(),
      range: range && { rows: [...range.rows], columns: [...range.columns] },
      cell: cell && [cell.row, cell.column],
    },
  };
}

export function likenessChanges(state: AppState, wanted: Record<string, unknown>, refuse: Refuse): (() => void)[] {
  if (wanted.layers === undefined || wanted.layers === null) return [];
  if (typeof wanted.layers !== "object") refuse("layers is an object", wanted.layers, 'assign {order: "likeness"} or the like');
  const given = wanted.layers as Record<string, unknown>;
  const { likeness } = state;
  const offered = likeness.offered.peek();
  const name = given.name ?? likeness.index.peek()?.name;
  const index = offered.find((similarity) => similarity.name === name) ?? refuse("no such similarity", name, offered.length ? `choose from ${offered.map((s) => s.name).join(", ")}` : "make one: inscape similarity PATH");
  const changes: (() => void)[] = [() => likeness.choose(index.name)];
  if (given.order !== undefined) {
    const order = ORDERS.find((o) => o === given.order) ?? refuse("no such order", given.order, `choose from ${ORDERS.join(", ")}`);
    changes.push(() => likeness.setOrder(order));
  }
  if (given.range !== undefined) {
    const range = given.range === null ? null : (asRange(given.range, index.rows.length, index.columns.length) ?? refuse("the range is {rows: […], columns: […]}, or null", given.range, `rows go from 0 to ${index.rows.length - 1}, columns from 0 to ${index.columns.length - 1}`));
    changes.push(() => likeness.setRange(range));
  }
  if (given.cell !== undefined && given.cell !== null) {
    const [row, column] = asPlaces(given.cell, Math.max(index.rows.length, index.columns.length)) ?? [];
    if (row === undefined || column === undefined || row >= index.rows.length || column >= index.columns.length) {
      refuse("the cell is [row, column]", given.cell, `rows go from 0 to ${index.rows.length - 1}, columns from 0 to ${index.columns.length - 1}`);
    }
    changes.push(() => likeness.showAtOnce({ row, column }));
  }
  return changes;
}

function asRange(value: unknown, rows: number, columns: number): GivenRange | null {
  if (typeof value !== "object" || value === null) return null;
  const given = value as Record<string, unknown>;
  const [down, across] = [asPlaces(given.rows, rows), asPlaces(given.columns, columns)];
  const ascending = (places: number[]): number[] => [...new Set(places)].sort((a, b) => a - b);
  return down && across ? { rows: ascending(down), columns: ascending(across) } : null;
}

/** Some places below a limit; null for anything else. */
function asPlaces(value: unknown, limit: number): number[] | null {
  if (!Array.isArray(value) || !value.length || !value.every((i) => Number.isInteger(i) && i >= 0 && i < limit)) return null;
  return value as number[];
}
