/** The numbers that say how far to trust a picture, side by side: the layout, PCA at the same dimension, and this very view. */

import { foundBy } from "../data/neighbor-graphs";
import type { EmbeddingIndex, Measures, Quality, StepEntry } from "../data/recording-index";
import type { ViewQuality } from "../state/view-quality";
import { quoted } from "./commands";

export interface TrustRow {
  readonly name: string;
  /** What tests and scripts find it by. */
  readonly key: string;
  readonly gloss: string;
  /** A text a column; empty where it was not measured. */
  readonly values: readonly string[];
}

export interface TrustTable {
  readonly columns: readonly string[];
  readonly rows: readonly TrustRow[];
  /** What it comes to, in one sentence. */
  readonly sentence: string;
  /** How it was measured, where that is not as one would think. */
  readonly notes: readonly string[];
}

export interface Trusted {
  readonly layer: string;
  /** "UMAP". */
  readonly method: string;
  /** Dimensions that are toured. */
  readonly dims: number;
  /** Whether the units are shown as they are. */
  readonly whole: boolean;
  readonly quality: Quality | null;
  readonly pca: Measures | null;
  readonly view: ViewQuality;
  readonly samples: number;
}

/** The dimensions that `inscape embed` takes by itself. */
const USUAL_DIMS: Readonly<Record<string, number>> = { umap: 15, tsne: 2 };

/** What a layout that went on from another one may owe it, and the command that makes one by itself; null where it went on from none. */
export function inheritanceOf({ method, dims }: Pick<EmbeddingIndex, "method" | "dims">, { layer, checkpoint, start, lent }: StepEntry, recording: string): { said: string; command: string } | null {
  if (!start || lent !== null) return null;
  const [from, at] = start;
  const whose = from === layer ? `that of ${at}` : from === "input" ? "the data's" : at === checkpoint || layer === "input" ? `${from}'s` : `${from}'s of ${at}`;
  const when = layer === "input" ? "" : ` --checkpoints ${quoted(checkpoint)}`;
  const wide = USUAL_DIMS[method] === dims ? "" : ` --dims ${dims}`;
  return {
    said: `This layout went on from ${whose}, and moved only what had changed: groups that were apart there may still be apart here, though ${layer} itself no longer parts them. One made by itself tells:`,
    command: `inscape embed ${quoted(`${recording}.inscape`)} ${method} --layers ${quoted(layer)}${when}${wide} --name ${quoted(`${layer}-alone`)}`,
  };
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : 0)}%`;
}

/** Three figures; without the zero before the point there is room for three columns. */
function three(value: number): string {
  return value.toFixed(3).replace("-", "−").replace("0.", ".");
}

export function trustTable({ layer, method, dims, whole, quality, pca, view, samples }: Trusted): TrustTable {
  const measured = view.kind === "measured" ? view : null;
  const k = quality?.k ?? measured?.k ?? 15;
  const layouts = [...(quality ? [{ title: `${method} ${dims}-D`, of: quality }] : []), ...(quality && pca ? [{ title: `PCA ${dims}-D`, of: pca }] : [])];
  const waiting = view.kind === "unmeasured" ? "" : "…";
  const row = (key: string, name: string, gloss: string, of: (m: Measures) => number | null, shown: (value: number) => string, here: number | null | undefined): TrustRow => ({
    key,
    name,
    gloss,
    values: [...layouts.map((layout) => textOf(of(layout.of), shown)), here === undefined ? "" : here === null ? (measured ? "" : waiting) : shown(here)],
  });
  const all = [
    row("recall", "Neighbors kept", `Of each sample's ${k} nearest in the layer, the share that are among its ${k} nearest here.`, (m) => m.recall, percent, measured?.recall ?? null),
    row("trustworthiness", "Trustworthiness", "1: samples that are near here are near in the layer.", (m) => m.trustworthiness, three, undefined),
    row("continuity", "Continuity", "1: samples that are near in the layer are near here.", (m) => m.continuity, three, undefined),
    row("correlation", "Distance correlation", "1: what is farther apart here is farther apart in the layer (Spearman's correlation of the distances).", (m) => m.correlation, three, undefined),
    row("hit", "Neighborhood hit", "Of each sample's six nearest here, the share with its label.", (m) => m.hit, percent, measured?.hit ?? null),
  ];
  const rows = all.filter(({ key, values }) => values.some((value) => value !== "" && value !== "…") || key === "recall");
  const notes: string[] = [];
  if (quality?.sampled != null) notes.push(`The layout was measured at ${quality.sampled.toLocaleString("en-US")} samples.`);
  if (measured) notes.push(...notesOf(measured));
  return { columns: [...layouts.map(({ title }) => title), "this view"], rows, sentence: sentenceOf({ layer, dims, whole, quality, view, samples, k }), notes };
}

function textOf(value: number | null, shown: (value: number) => string): string {
  return value === null ? "" : shown(value);
}

function notesOf({ measured, among, samples, of }: ViewQuality & { kind: "measured" }): string[] {
  const notes: string[] = [];
  const fewer = among < samples;
  if (fewer) notes.push(`This view: among the ${among.toLocaleString("en-US")} samples that are shown.`);
  if (measured < among) notes.push(`This view was measured at ${measured.toLocaleString("en-US")} samples.`);
  const search = of.kind === "layer" ? foundBy(of.graph) : "";
  if (search) notes.push(`Neighbors in the layer were ${search.replace(", ", "")}.`);
  return notes;
}

function sentenceOf({ layer, dims, whole, quality, view, samples, k }: Pick<Trusted, "layer" | "dims" | "whole" | "quality" | "view" | "samples"> & { k: number }): string {
  const near = `Of each sample's ${k} nearest in ${layer}, `;
  const inAll = `the ${dims} dimensions keep ${quality ? percent(quality.recall) : ""}`;
  if (view.kind === "measured") {
    const here = `this view ${percent(view.recall)}`;
    if (whole || (quality && view.of.kind === "layer")) return whole ? `${near}${here.replace("this view", "this view keeps")}.` : `${near}${inAll}, ${here}.`;
    if (view.of.kind === "layer") return `${near}${here.replace("this view", "this view keeps")}; how well all ${dims} dimensions do was not measured.`;
    const rest = quality ? `${near}${inAll}. ` : samples < 32 ? "" : "How well the layout keeps neighbors was not measured. ";
    return `${rest}This view keeps ${percent(view.recall)} of the ${view.k} nearest in the ${dims} dimensions.`;
  }
  const reason = view.kind === "unmeasured" ? `this view was not measured: ${view.reason}` : "this view is measured while it rests";
  if (quality) return `${near}${inAll}; ${reason}.`;
  if (samples < 32 && !whole) return "Too few samples to measure how well neighbors are kept.";
  return `${whole ? "" : "How well neighbors are kept was not measured; "}${reason}.`.replace(/^t/, "T");
}
