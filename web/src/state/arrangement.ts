/** One picture, two, or a grid of them; and all that in plain JSON. */

import { batch } from "@preact/signals";
import { chooseEmbedding, keyOfEmbedding } from "../data/steps";
import type { AppState } from "./app-state";
import { BASES, type Bases } from "./beside";
import type { Part, PartChoice } from "./part-choice";
import { openBeside } from "./session";
import { asBasis, spaceOfEmbedding } from "./spaces";

export const ARRANGEMENTS = ["one", "two", "grid"] as const;
export type ArrangementName = (typeof ARRANGEMENTS)[number];

/** The second picture, in which null is as in the first. */
export interface PublicBeside {
  recording: string | null;
  layer: string | null;
  /** The method of an embedding: `pca`, `umap`, `units`. */
  method: string | null;
  /** A place in the list of checkpoints. */
  checkpoint: number | null;
  part: Part | null;
  /** One basis for both pictures, one each, or one each with handles that go together. */
  bases: Bases;
  /** d × d, row-major: by what it is seen; with one basis for both, and both of one space, the first picture's holds. */
  basis: number[] | null;
  /** The title of another recording that lent `layer` to an embedding of two models; left out for the recording's own. */
  lent?: string;
}

export interface PublicPanes {
  /** One picture, two beside each other, or a grid of layers by checkpoints. */
  panes: ArrangementName;
  /** The samples of one value of a column that alone are drawn in the first picture; null draws all. */
  part: Part | null;
  beside: PublicBeside | null;
}

export function arrangementOf(state: AppState): ArrangementName {
  if (state.grid.open.value) return "grid";
  return state.beside.open.value ? "two" : "one";
}

/** As a person does it: a second picture begins with a difference that is worth a look. */
export function arrange(state: AppState, name: ArrangementName): void {
  batch(() => {
    state.grid.open.value = name === "grid";
    if (name === "two" && !state.beside.open.peek()) state.beside.show();
    else if (name !== "two") state.beside.close();
    state.woken.value += 1;
  });
}

export function readPanes(state: AppState): PublicPanes {
  const { beside } = state;
  const { layer, method, checkpoint, lent } = beside.wish.peek();
  const steps = beside.steps.peek();
  const second: PublicBeside = {
    recording: beside.other.peek()?.entry.name ?? null,
    layer,
    method: method ?? methodToTell(state),
    checkpoint,
    part: beside.part.wanted.peek(),
    bases: beside.bases.peek(),
    basis: steps ? [...beside.motion.basis(spaceOfEmbedding(steps.embedding), steps.embedding.dims)] : null,
    ...(lent !== null && { lent }),
  };
  const panes = state.grid.open.peek() ? "grid" : beside.open.peek() ? "two" : "one";
  return { panes, part: state.part.wanted.peek(), beside: beside.open.peek() ? second : null };
}

/** The method of the second picture where "as in the first" would be another one for whoever is told the first one's. */
function methodToTell(state: AppState): string | null {
  const { beside } = state;
  const store = beside.recording.peek()?.store;
  const shown = beside.steps.peek()?.embedding;
  if (!store || !shown || beside.flow.peek()) return null;
  const first = state.steps.peek()?.embedding;
  const followed = chooseEmbedding(store.index, store.embeddings, beside.layer.peek(), first ? keyOfEmbedding(first) : null, beside.lent.peek());
  return followed?.embedding.name === shown.name ? null : keyOfEmbedding(shown);
}

export type Refuse = (what: string, got: unknown, remedy: string) => never;

/** What is told of the pictures, checked; to be done when all of the state is. */
export function paneChanges(state: AppState, wanted: Record<string, unknown>, refuse: Refuse): (() => void)[] {
  const changes: (() => void)[] = [];
  const { beside } = state;
  if (wanted.panes !== undefined) {
    const panes = ARRANGEMENTS.find((a) => a === wanted.panes) ?? refuse("no such arrangement of pictures", wanted.panes, `choose from ${ARRANGEMENTS.join(", ")}`);
    changes.push(() => {
      if (panes !== "two") beside.close();
      state.grid.open.value = panes === "grid";
      // A second picture that nothing is told of is the one that a person would get.
      if (panes === "two" && !beside.open.peek() && !wanted.beside) beside.show();
    });
  }
  if (wanted.part !== undefined) {
    const part = asPart(wanted.part, state.part, refuse);
    changes.push(() => (state.part.wanted.value = part));
  }
  if (wanted.beside !== undefined) changes.push(besideChange(state, wanted.beside, refuse));
  return changes;
}

function besideChange(state: AppState, value: unknown, refuse: Refuse): () => void {
  const { beside } = state;
  if (value === null) return () => beside.close();
  if (typeof value !== "object") refuse("the second picture is an object or null", value, 'assign {layer: "conv1"} or the like');
  const given = value as Record<string, unknown>;
  const text = (name: "layer" | "method" | "recording" | "lent"): string | null => {
    const word = given[name] ?? null;
    return word === null || typeof word === "string" ? word : refuse(`beside.${name} is a name or null`, word, "null is as in the first picture");
  };
  const recording = text("recording");
  const names = state.recordings.peek().map(({ name }) => name);
  if (recording !== null && !names.includes(recording)) refuse("no such recording", recording, `choose from ${names.join(", ")}`);
  const layer = text("layer");
  const lent = text("lent");
  const lentLayers = state.recording.peek()?.store.embeddings.flatMap(({ steps }) => steps.filter((step) => step.lent !== null)) ?? [];
  if (lent !== null && (recording !== null || !lentLayers.some((step) => step.lent === lent && step.layer === layer))) {
    const offered = [...new Set(lentLayers.map((step) => `${step.layer} of ${step.lent}`))];
    refuse("no such layer of another recording", `${layer} of ${lent}`, offered.length ? `choose from ${offered.join(", ")}` : "lend some: inscape similarity PATH OTHER");
  }
  const layers = recording === null && lent === null ? [...state.layers.peek(), ...(state.recording.peek()?.store.index.layers.map(({ name }) => name) ?? [])] : null;
  if (layer !== null && layers && !layers.includes(layer)) refuse("no such layer", layer, `choose from ${[...new Set(layers)].join(", ")}`);
  const method = text("method");
  const checkpoint = given.checkpoint ?? null;
  const last = (state.recording.peek()?.store.index.checkpoints.length ?? 1) - 1;
  if (checkpoint !== null && (typeof checkpoint !== "number" || !(checkpoint >= 0) || (recording === null && lent === null && checkpoint > last))) {
    refuse("no such checkpoint of the second picture", checkpoint, `give a number from 0 to ${last}, or null`);
  }
  const bases = BASES.find((b) => b === (given.bases ?? "one")) ?? refuse("no such way to see the second picture", given.bases, `choose from ${BASES.join(", ")}`);
  const basis = given.basis === undefined || given.basis === null ? null : asBasis(given.basis, refuse);
  const part = asPart(given.part ?? null, recording === null ? state.part : null, refuse);
  return () => {
    state.grid.open.value = false;
    beside.open.value = true;
    beside.wish.value = { layer, method, checkpoint: checkpoint as number | null, lent };
    beside.part.wanted.value = part;
    beside.setBases(bases);
    void openBeside(state, recording).then(() => {
      const shown = beside.steps.peek()?.embedding;
      if (!basis || !shown || basis.length !== shown.dims ** 2) return;
      const space = spaceOfEmbedding(shown);
      const first = state.steps.peek()?.embedding;
      if (bases !== "one" || !first || spaceOfEmbedding(first) !== space) beside.motion.setBasis(space, shown.dims, basis);
      state.woken.value += 1;
    });
  };
}

function asPart(value: unknown, choice: PartChoice | null, refuse: Refuse): Part | null {
  if (value === null) return null;
  const { column, value: of } = value as Record<string, unknown>;
  if (typeof column !== "string" || typeof of !== "string") refuse("a part of the samples is {column, value}, or null", value, 'assign {column: "split", value: "test"}');
  const offered = choice?.offered.peek() ?? [];
  const known = offered.find(({ name }) => name === column);
  // Before the columns are read, a link is believed; what it names and is not there draws all samples.
  if (offered.length && !known?.names.includes(of)) {
    refuse("no such part of the samples", value, `choose from ${offered.map(({ name, names }) => `${name}: ${names.join(", ")}`).join("; ")}`);
  }
  return { column, value: of };
}
