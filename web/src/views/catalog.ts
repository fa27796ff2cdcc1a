/** The views: the question each answers, what it carries on, and what makes those that are to come. */

import { type ViewName, VIEWS } from "../state/app-state";

export interface ViewEntry {
  readonly name: ViewName;
  readonly title: string;
  readonly question: string;
  readonly after: string;
  /** The command that will make what the view shows; null for a view that is here. */
  readonly command: string | null;
}

const ENTRIES: Record<ViewName, Omit<ViewEntry, "name">> = {
  tour: {
    title: "Tour",
    question: "What does this cloud look like from every side, and what happens to it from layer to layer, from epoch to epoch?",
    after: "the Grand Tour article and UMAP Tour",
    command: null,
  },
  trails: {
    title: "Trails",
    question: "How did each sample travel through training, or through the layers?",
    after: "Rauber et al.",
    command: null,
  },
  layers: {
    title: "Layers",
    question: "Which layers, of one model or of two, hold the same thing?",
    after: "UMAP Tour",
    command: "inscape similarity PATH",
  },
  topology: {
    title: "Topology",
    question: "Which branches and loops does the cloud have?",
    after: "TopoAct",
    command: "inscape mapper PATH",
  },
  units: {
    title: "Units",
    question: "Which units work together, and which tell this class from the rest?",
    after: "Rauber et al.",
    command: "inscape run STUDY.toml",
  },
  features: {
    title: "Features",
    question: "What does this unit, class, direction or group of samples look like to the model?",
    after: "feature visualization, and TopoAct",
    command: "inscape visualize PATH",
  },
  attack: {
    title: "Attack",
    question: "How does an adversarial change carry a sample across?",
    after: "the Grand Tour article",
    command: "inscape attack PATH",
  },
};

export const CATALOG: readonly ViewEntry[] = VIEWS.map((name) => ({ name, ...ENTRIES[name] }));
