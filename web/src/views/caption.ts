/** The one sentence of the Tour: what it shows and how to read it. */

export interface Caption {
  readonly layer: string;
  readonly method: string;
  readonly dims: number;
  readonly units: number;
  /** Do the units of each sample add up to 1? */
  readonly simplex: boolean;
  /** Are the axes named after classes? */
  readonly classes: boolean;
  /** What stands for a sample. */
  readonly mark: string;
}

export function captionOf({ layer, method, dims, units, simplex, classes, mark }: Caption): string {
  const data = layer === "input";
  const source = data ? "the data itself" : `what ${layer} gave for it`;
  const reading = `samples that stay together from every side are alike${data ? "" : " to the network"}`;
  switch (method) {
    case "units":
      return simplex && classes
        ? `Each ${mark} is one sample, placed by its ${dims} probabilities: at the end of an axis the network is sure of that class, on the way between two ends it wavers.`
        : `Each ${mark} is one sample, placed by the ${dims} units of ${layer} as they are: the farther along an axis, the higher that ${classes ? "class" : "unit"}.`;
    case "chosen":
      return `Each ${mark} is one sample, placed by ${dims} of the ${units} units of ${layer} as they are, those that were chosen: the farther along an axis, the higher that unit.`;
    case "pca":
      return `Each ${mark} is one sample, placed by ${source}, in the ${Math.min(dims, units || dims)} directions that vary most: ${reading}.`;
    case "flow":
      return units <= dims
        ? `Each ${mark} is one sample, placed by the ${units} units of ${layer} as they are. Move the layer scrubber: the points go on as the network computes them.`
        : `Each ${mark} is one sample, placed by ${source}, in ${dims} directions that carry most of its variance. Move the layer scrubber: the points go on as the network computes them.`;
    case "umap":
      return `Each ${mark} is one sample, placed by a ${dims}-dimensional UMAP of ${source}: it keeps who is next to whom; the distances between groups mean little.`;
    case "tsne":
      return `Each ${mark} is one sample, placed by a t-SNE of ${source}: it keeps who is next to whom; sizes of groups and distances between them mean little.`;
    default:
      return `Each ${mark} is one sample, placed by ${source} in ${dims} dimensions: ${reading}.`;
  }
}

/** The text alternative of the stage. */
export function describe(samples: number, by: string, groups: number | null, layer: string, checkpoint: string, dims: number, mark: string): string {
  const colored = groups === null ? `, colored by ${by}` : groups ? `, colored by ${by} in ${groups} groups` : "";
  return `Scatter plot: ${samples.toLocaleString("en-US")} samples as ${mark === "point" ? "points" : "images or points"}${colored}, layer ${layer} at checkpoint ${checkpoint}, a two-dimensional projection of ${dims} dimensions that the tour turns.`;
}
