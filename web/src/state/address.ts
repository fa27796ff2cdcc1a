/** The state in the address bar: a link shows the same picture. */

import { asCamera, type Camera } from "../tour/camera";
import { type GivenRange, rangeFrom, rangeText } from "./given-range";
import { columnOf, orthonormalBasis } from "../tour/matrix";

export interface Address {
  recording?: string;
  view?: string;
  colorBy?: string;
  marks?: string;
  colorScale?: string;
  movement?: string;
  range?: GivenRange;
  groups?: number[];
  selection?: number[];
  camera?: Camera;
  layer?: string;
  embedding?: string;
  checkpoint?: number;
  /** On a flow from layer to layer. */
  layerPlace?: number;
  /** Only of a tour at rest. */
  basis?: number[];
  playing?: boolean;
  speed?: number;
  filter?: number[];
  /** As they are told: what they are is checked where they are set. */
  handles?: readonly unknown[];
  axisHandles?: boolean;
  panes?: string;
  part?: unknown;
  beside?: unknown;
  trails?: unknown;
  /** The saved view whose sentence is read. */
  bookmark?: string;
}

/** Samples that a link may name one by one. */
const LONGEST_FILTER = 500;

/** Characters that a link may spend on handles. */
const LONGEST_HANDLES = 4000;

export function encodeAddress(address: Address): string {
  const fields = new URLSearchParams();
  if (address.recording) fields.set("recording", address.recording);
  if (address.layer) fields.set("layer", address.layer);
  if (address.embedding) fields.set("embedding", address.embedding);
  if (address.checkpoint !== undefined) fields.set("checkpoint", String(Number(address.checkpoint.toFixed(4))));
  if (address.layerPlace !== undefined) fields.set("place", String(Number(address.layerPlace.toFixed(4))));
  if (address.playing === false) fields.set("tour", "paused");
  if (address.speed !== undefined && address.speed !== 1) fields.set("speed", String(address.speed));
  if (address.filter && address.filter.length <= LONGEST_FILTER) fields.set("filter", address.filter.join("."));
  if (address.view && address.view !== "tour") fields.set("view", address.view);
  if (address.colorBy && address.colorBy !== "label") fields.set("color", address.colorBy);
  if (address.marks && address.marks !== "points") fields.set("marks", address.marks);
  if (address.colorScale && address.colorScale !== "viridis") fields.set("scale", address.colorScale);
  if (address.movement && address.movement !== "checkpoint") fields.set("from", address.movement);
  if (address.range) fields.set("range", rangeText(address.range));
  if (address.groups) fields.set("groups", address.groups.join("."));
  if (address.selection?.length && address.selection.length <= LONGEST_FILTER) fields.set("selection", address.selection.join("."));
  if (address.camera && !isWhole(address.camera)) {
    const { zoom, x, y } = address.camera;
    fields.set("camera", [zoom, x, y].map((n) => Number(n.toFixed(6))).join(","));
  }
  const handles = address.handles?.length && !isLong(address.handles) ? JSON.stringify(address.handles) : "";
  if (handles && handles.length <= LONGEST_HANDLES) fields.set("handles", handles);
  if (address.panes === "grid") fields.set("panes", "grid");
  if (address.part) fields.set("part", JSON.stringify(address.part));
  if (address.beside) {
    const { basis, ...beside } = address.beside as { basis?: readonly number[] | null };
    fields.set("beside", JSON.stringify(beside));
    if (basis && address.playing === false) fields.set("beside-basis", encodeBasis(basis));
  }
  if (address.trails && address.view === "trails") fields.set("trails", JSON.stringify(address.trails));
  if (address.axisHandles !== undefined) fields.set("axes", address.axisHandles ? "held" : "plain");
  if (address.bookmark) fields.set("bookmark", address.bookmark);
  if (address.basis && address.playing === false) fields.set("basis", encodeBasis(address.basis));
  return fields.toString();
}

/** Read what is there and makes sense; what does not is left out, since a link may come from anywhere. */
export function decodeAddress(hash: string): Address {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const address: Address = {};
  for (const name of ["recording", "layer", "embedding", "view", "bookmark"] as const) {
    const value = fields.get(name);
    if (value) address[name] = value;
  }
  const checkpoint = numberOf(fields.get("checkpoint"));
  if (checkpoint !== null && checkpoint >= 0) address.checkpoint = checkpoint;
  const place = numberOf(fields.get("place"));
  if (place !== null && place >= 0) address.layerPlace = place;
  if (fields.get("tour") === "paused") address.playing = false;
  const speed = numberOf(fields.get("speed"));
  if (speed !== null && speed >= 0 && speed <= 10) address.speed = speed;
  const colorBy = fields.get("color");
  if (colorBy) address.colorBy = colorBy;
  const marks = fields.get("marks");
  if (marks) address.marks = marks;
  const colorScale = fields.get("scale");
  if (colorScale) address.colorScale = colorScale;
  const movement = fields.get("from");
  if (movement) address.movement = movement;
  const range = rangeFrom(fields.get("range") ?? "");
  if (range) address.range = range;
  for (const name of ["filter", "groups", "selection"] as const) {
    const list = fields.get(name);
    if (list && /^\d+(\.\d+)*$/.test(list)) address[name] = list.split(".").map(Number);
  }
  const [zoom, x, y] = (fields.get("camera") ?? "").split(",").map(Number);
  const camera = asCamera({ zoom, x, y });
  if (camera) address.camera = camera;
  const handles = asList(fields.get("handles"));
  if (handles) address.handles = handles;
  if (fields.get("panes") === "grid") address.panes = "grid";
  for (const name of ["part", "beside", "trails"] as const) {
    const value = asJson(fields.get(name));
    if (typeof value === "object" && value !== null) address[name] = value;
  }
  const basisBeside = decodeBasis(fields.get("beside-basis") ?? "");
  if (address.beside && basisBeside) address.beside = { ...(address.beside as object), basis: basisBeside };
  const axes = fields.get("axes");
  if (axes === "held" || axes === "plain") address.axisHandles = axes === "held";
  const basis = decodeBasis(fields.get("basis") ?? "");
  if (basis) address.basis = basis;
  return address;
}

/** Have handles more samples than a link can hold? Found out without writing them: the address follows every change. */
function isLong(handles: readonly unknown[]): boolean {
  const samples = handles.map((handle) => (handle as { samples?: readonly number[] }).samples?.length ?? 0);
  return samples.reduce((sum, count) => sum + 2 * count, 0) > LONGEST_HANDLES;
}

function isWhole({ zoom, x, y }: Camera): boolean {
  return zoom === 1 && x === 0 && y === 0;
}

function asList(json: string | null): unknown[] | null {
  const value = asJson(json);
  return Array.isArray(value) ? value : null;
}

function asJson(json: string | null): unknown {
  if (json === null) return null;
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function numberOf(text: string | null): number | null {
  const value = text ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

/** The first two columns to the last bit, base64url: they alone make the picture, the others are completed. */
function encodeBasis(basis: readonly number[]): string {
  const dims = Math.round(Math.sqrt(basis.length));
  const screen = new Float64Array(2 * dims);
  for (let i = 0; i < dims; i++) {
    screen[i] = basis[i * dims];
    screen[dims + i] = basis[i * dims + 1];
  }
  const bytes = String.fromCharCode(...new Uint8Array(screen.buffer));
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function decodeBasis(text: string): number[] | null {
  let bytes: string;
  try {
    bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return null;
  }
  const dims = bytes.length / 16;
  if (!Number.isInteger(dims) || dims < 2 || dims > 64) return null;
  const screen = new Float64Array(Uint8Array.from(bytes, (c) => c.charCodeAt(0)).buffer);
  if (!screen.every(Number.isFinite)) return null;
  const columns = [screen.slice(0, dims), screen.slice(dims)];
  const basis = orthonormalBasis(columns, dims);
  // Two columns that were not orthonormal are no view that a page wrote.
  const same = [0, 1].every((c) => columnOf(basis, c, dims).every((x, i) => Math.abs(x - columns[c][i]) < 1e-3));
  if (!same) return null;
  // The very numbers that were written: a link shows the same pixels.
  columns.forEach((column, c) => column.forEach((x, i) => (basis[i * dims + c] = x)));
  return [...basis];
}
