import { describe, expect, it } from "vitest";
import type { Measures } from "../src/data/recording-index";
import type { ViewQuality } from "../src/state/view-quality";
import { inheritanceOf, trustTable, type Trusted } from "../src/views/trust-table";

const measures: Measures = { trustworthiness: 0.973, continuity: 0.966, recall: 0.41, k: 15, correlation: null, hit: 0.97, sampled: null };
const graph = { path: "", layer: "conv2", checkpoint: "9", count: 15, exact: true, recall: 1, input: null };
const view: ViewQuality = { kind: "measured", recall: 0.09, k: 15, hit: 0.5, measured: 2000, among: 2000, samples: 2000, of: { kind: "layer", graph } };
const given: Trusted = { layer: "conv2", method: "UMAP", dims: 15, whole: false, quality: { ...measures, pca: null }, pca: null, view, samples: 2000 };

function rowsOf(trusted: Trusted): Record<string, readonly string[]> {
  return Object.fromEntries(trustTable(trusted).rows.map(({ key, values }) => [key, values]));
}

describe("how far to trust a picture", () => {
  it("is told of the layout and of this very view", () => {
    const { columns, sentence, notes } = trustTable(given);
    expect(columns).toEqual(["UMAP 15-D", "this view"]);
    expect(sentence).toBe("Of each sample's 15 nearest in conv2, the 15 dimensions keep 41%, this view 9%.");
    expect(notes).toEqual([]);
    expect(rowsOf(given)).toEqual({ recall: ["41%", "9%"], trustworthiness: [".973", ""], continuity: [".966", ""], hit: ["97%", "50%"] });
  });

  it("has PCA at the same dimension beside, and a row only where somebody measured", () => {
    const pca = { ...measures, recall: 0.65, correlation: -0.2, hit: null };
    expect(trustTable({ ...given, pca }).columns).toEqual(["UMAP 15-D", "PCA 15-D", "this view"]);
    expect(rowsOf({ ...given, pca })).toMatchObject({ recall: ["41%", "65%", "9%"], correlation: ["", "−.200", ""], hit: ["97%", "", "50%"] });
    expect(rowsOf(given)).not.toHaveProperty("correlation");
  });

  it("says what was sampled, what is not drawn, and how neighbors were found", () => {
    const some = { ...view, measured: 2000, among: 30_000, samples: 70_000, of: { kind: "layer", graph: { ...graph, exact: false, recall: 0.973 } } } as const;
    const { notes } = trustTable({ ...given, quality: { ...measures, sampled: 2000, pca: null }, view: some });
    expect(notes).toEqual([
      "The layout was measured at 2,000 samples.",
      "This view: among the 30,000 samples that are shown.",
      "This view was measured at 2,000 samples.",
      "Neighbors in the layer were found by an approximate search that has 97% of them.",
    ]);
  });

  it.each<[string, Partial<Trusted>, string]>([
    ["while it moves", { view: { kind: "moving" } }, "Of each sample's 15 nearest in conv2, the 15 dimensions keep 41%; this view is measured while it rests."],
    ["between two checkpoints", { view: { kind: "unmeasured", reason: "between two checkpoints" } }, "Of each sample's 15 nearest in conv2, the 15 dimensions keep 41%; this view was not measured: between two checkpoints."],
    ["of a layout that nobody measured", { quality: null }, "Of each sample's 15 nearest in conv2, this view keeps 9%; how well all 15 dimensions do was not measured."],
    ["of raw units", { quality: null, whole: true }, "Of each sample's 15 nearest in conv2, this view keeps 9%."],
    ["without stored neighbors", { view: { ...view, of: { kind: "layout" } } as ViewQuality }, "Of each sample's 15 nearest in conv2, the 15 dimensions keep 41%. This view keeps 9% of the 15 nearest in the 15 dimensions."],
    ["with nothing measured", { quality: null, view: { ...view, of: { kind: "layout" } } as ViewQuality }, "How well the layout keeps neighbors was not measured. This view keeps 9% of the 15 nearest in the 15 dimensions."],
    ["raw, without stored neighbors", { quality: null, whole: true, view: { ...view, of: { kind: "layout" } } as ViewQuality }, "Of each sample's 15 nearest in conv2, this view keeps 9%."],
    ["nothing yet", { quality: null, view: { kind: "moving" } }, "How well neighbors are kept was not measured; this view is measured while it rests."],
    ["raw, on its way", { quality: null, whole: true, view: { kind: "moving" } }, "This view is measured while it rests."],
    ["of few samples", { quality: null, samples: 20, view: { kind: "moving" } }, "Too few samples to measure how well neighbors are kept."],
  ])("%s it says so in one sentence", (_, part, expected) => {
    expect(trustTable({ ...given, ...part }).sentence).toBe(expected);
  });

  it("keeps its rows while the view moves", () => {
    expect(rowsOf({ ...given, view: { kind: "moving" } })).toMatchObject({ recall: ["41%", "…"], hit: ["97%", "…"] });
    expect(rowsOf({ ...given, view: { kind: "unmeasured", reason: "" } })).toMatchObject({ recall: ["41%", ""], hit: ["97%", ""] });
  });
});

describe("what a layout owes the one that it went on from", () => {
  const umap = { method: "umap", dims: 15 };
  const step = { layer: "softmax", checkpoint: "epoch-8", rank: 15, units: 10, explained: null, lent: null };

  it("is nothing where it was made by itself, or for another recording", () => {
    expect(inheritanceOf(umap, step, "demo")).toBeNull();
    expect(inheritanceOf(umap, { ...step, start: null }, "demo")).toBeNull();
    expect(inheritanceOf(umap, { ...step, start: ["logits", "epoch-8"], lent: "other" }, "demo")).toBeNull();
  });

  it("is said of the layer before, the checkpoint before, or both, with the command for one by itself", () => {
    const said = (start: [string, string], of = step): string => inheritanceOf(umap, { ...of, start }, "demo")?.said ?? "";
    expect(said(["logits", "epoch-8"])).toContain("went on from logits's, ");
    expect(said(["softmax", "epoch-7"])).toContain("went on from that of epoch-7, ");
    expect(said(["logits", "epoch-7"])).toContain("went on from logits's of epoch-7, ");
    expect(said(["input", "epoch-8"])).toContain("went on from the data's, ");
    expect(inheritanceOf(umap, { ...step, start: ["logits", "epoch-8"] }, "demo")?.command).toBe("inscape embed demo.inscape umap --layers softmax --checkpoints epoch-8 --name softmax-alone");
    const odd = inheritanceOf({ method: "tsne", dims: 3 }, { ...step, layer: "it's[0]", start: ["logits", "epoch-8"] }, "my run");
    expect(odd?.command).toBe("inscape embed 'my run.inscape' tsne --layers 'it'\\''s[0]' --checkpoints epoch-8 --dims 3 --name 'it'\\''s[0]-alone'");
  });
});
