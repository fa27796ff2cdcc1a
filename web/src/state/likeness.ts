/** The similarity of layers: which one is shown and how, and the two layers of it that the pictures show. */

import { batch, computed, effect, type ReadonlySignal, type Signal, signal, untracked } from "@preact/signals";
import type { EmbeddingIndex } from "../data/recording-index";
import { measureOf, type SimilarityIndex, type SimilarityStep } from "../data/similarity";
import { isShared, isTimeless, lentCheckpoints, wantedFor } from "../data/steps";
import { DataError } from "../data/store";
import { type AppState, FLOW } from "./app-state";
import type { GivenRange } from "./given-layers";
import type { MatrixView } from "./likeness-public";

export const ORDERS = ["execution", "likeness"] as const;
export type OrderName = (typeof ORDERS)[number];

/** A row and a column, by their places in the index. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** What a cell would have the pictures show. */
interface Plan {
  /** The embedding that has both steps; null where none has. */
  readonly embedding: EmbeddingIndex | null;
  readonly first: SimilarityStep;
  readonly second: SimilarityStep;
  readonly lent: string | null;
}

/** How the pictures were before the view arranged them. */
interface Before {
  readonly two: boolean;
  readonly grid: boolean;
  readonly method: string | null;
}

export class Likeness {
  /** The name of the similarity that was chosen; null takes the first. */
  readonly wanted: Signal<string | null> = signal(null);
  readonly order: Signal<OrderName> = signal("execution");
  /** The rows and columns that alone are drawn; null draws all. */
  readonly range: Signal<GivenRange | null> = signal(null);
  /** What the pointer or the keyboard is on. */
  readonly pointed: Signal<Cell | null> = signal(null);
  /** What was chosen and is not in the pictures yet: both of its steps are loaded first. */
  readonly pending: Signal<Cell | null> = signal(null);
  /** (row, column), row-major: of the similarity that is shown. */
  readonly values: Signal<{ readonly of: SimilarityIndex; readonly values: Float32Array } | null> = signal(null);
  readonly problem: Signal<string | null> = signal(null);
  /** Where the matrix lies on the page, once it is drawn and at rest; the matrix tells. */
  drawn: MatrixView | null = null;
  private before: Before | null = null;
  /** What was chosen of which the second picture has no layout. */
  private readonly unplaced: Signal<Cell | null> = signal(null);

  readonly offered: ReadonlySignal<readonly SimilarityIndex[]> = computed(() => this.state.recording.value?.store.similarities ?? []);
  readonly index: ReadonlySignal<SimilarityIndex | null> = computed(() => {
    const offered = this.offered.value;
    return offered.find(({ name }) => name === this.wanted.value) ?? offered.find(({ name }) => name === "cka") ?? offered[0] ?? null;
  });

  /** What the pictures show: as a cell; null where one of them is of something else. */
  readonly cell: ReadonlySignal<Cell | null> = computed(() => {
    const index = this.index.value;
    const { state } = this;
    const { beside } = state;
    if (!index || !beside.open.value || state.flow.value) return null;
    const row = placeOf(index.rows, state.layer.value, state.checkpointNames.value[state.nearestCheckpoint.value]);
    if (beside.lent.value !== null && !beside.steps.value) return this.unplaced.value;
    const theirs = beside.other.value ? beside.other.value.store.index.title : beside.lent.value;
    if (theirs !== (index.other?.title ?? null)) return null;
    const column = placeOf(index.columns, beside.layer.value, beside.checkpointNames.value[Math.round(beside.checkpoint.value)]);
    return row < 0 || column < 0 ? null : { row, column };
  });

  constructor(private readonly state: AppState) {}

  get inside(): boolean {
    return this.before !== null;
  }

  /** Is the matrix drawn as the state has it? */
  get settled(): boolean {
    return !this.inside || ((this.drawn !== null || this.problem.peek() !== null) && this.pending.peek() === null);
  }

  /** Keep the values and the arrangement of the pictures what the state asks for. */
  follow(): void {
    effect(() => {
      const recording = this.state.recording.value;
      const index = this.index.value;
      const inside = this.state.view.value === "layers" && this.state.phase.value.kind === "ready";
      void this.state.attempt.value;
      if (!recording || !index || !inside) return;
      const shown = untracked(() => this.values.value);
      if (shown && shown.of.name === index.name && shown.of.version === index.version) {
        if (shown.of !== index) this.values.value = { ...shown, of: index };
        return;
      }
      this.drawn = null;
      const path = `similarity/${index.name}/values`;
      recording.store.read(path).then(
        ({ data }) => {
          if (this.index.peek() !== index) return;
          const fits = data instanceof Float32Array && data.length === index.rows.length * index.columns.length;
          batch(() => {
            const range = this.range.peek();
            if (range && (Math.max(...range.rows) >= index.rows.length || Math.max(...range.columns) >= index.columns.length)) this.range.value = null;
            this.problem.value = fits ? null : new DataError(`${path} is not float32 of ${index.rows.length} × ${index.columns.length}: run inscape verify`).message;
            this.values.value = fits ? { of: index, values: data } : null;
          });
        },
        (error: unknown) => {
          if (this.index.peek() === index) this.problem.value = error instanceof Error ? error.message : String(error);
        },
      );
    });
    effect(() => {
      void [this.state.view.value, this.state.phase.value, this.index.value];
      untracked(() => this.sync());
    });
  }

  /** Arrange the pictures for the view where it was entered, and as they were where it was left. */
  sync(): void {
    const { state } = this;
    const inside = state.view.peek() === "layers" && state.phase.peek().kind === "ready" && this.index.peek() !== null;
    if (inside === this.inside) return;
    batch(() => {
      if (inside) this.enter();
      else this.leave();
    });
  }

  private enter(): void {
    const { state } = this;
    this.before = { two: state.beside.open.peek(), grid: state.grid.open.peek(), method: state.method.peek() };
    state.grid.open.value = false;
    state.drawn = state.beside.drawn = false;
    if (state.method.peek() === FLOW) state.going.toMethod("pca");
    if (!this.cell.peek()) this.showUsual();
  }

  private leave(): void {
    const { state, before } = this;
    this.before = null;
    this.drawn = null;
    this.pending.value = this.pointed.value = null;
    if (!before || state.phase.peek().kind !== "ready") return;
    state.drawn = state.beside.drawn = false;
    if (!before.two) state.beside.close();
    state.grid.open.value = before.grid;
    // Another model's layer has but the one layout; with it the first picture stays aligned.
    if (state.beside.lent.peek() === null) state.method.value = before.method;
    if (state.colorBy.peek() === "difference" && !state.beside.open.peek()) state.setColorBy("label");
  }

  /** Show another similarity; the pictures stay where it has them too. */
  choose(name: string): void {
    batch(() => {
      if (name === this.index.peek()?.name) return;
      this.wanted.value = name;
      this.range.value = this.pointed.value = this.pending.value = null;
      if (this.inside && !this.cell.peek()) this.showUsual();
    });
  }

  setOrder(order: OrderName): void {
    if (order !== this.order.peek()) this.drawn = null;
    this.order.value = order;
  }

  /** Draw these rows and columns alone; all of them, or none, is the whole. */
  setRange(range: GivenRange | null): void {
    const index = this.index.peek();
    const part = range && range.rows.length && range.columns.length ? range : null;
    const whole = part && index && part.rows.length === index.rows.length && part.columns.length === index.columns.length;
    const next = whole ? null : part;
    if (next !== this.range.peek()) this.drawn = null;
    this.range.value = next;
  }

  /** Esc: from a part back to the whole. */
  leaveRange(): boolean {
    if (!this.inside || !this.range.peek()) return false;
    this.setRange(null);
    return true;
  }

  /** What the first picture shows, beside what is most like it of the other layers, or of the other model. */
  private showUsual(): void {
    const index = this.index.peek();
    const { state } = this;
    if (!index) return;
    const own = placeOf(index.rows, state.layer.peek(), state.checkpointNames.peek()[state.nearestCheckpoint.peek()]);
    // Else the layer at its last checkpoint that was compared.
    const nearest = index.rows.map(({ layer }) => layer).lastIndexOf(state.layer.peek());
    const row = own >= 0 ? own : nearest >= 0 ? nearest : index.rows.length - 1;
    let column = index.partners.rows[row];
    if (!index.other && index.columns[column].layer === index.rows[row].layer) {
      // Most alike is the same layer a checkpoint before or after: another layer says more.
      const { layer, checkpoint } = index.rows[row];
      const others = index.columns.map((step, i) => ({ ...step, i })).filter((step) => step.layer !== layer && (step.checkpoint === checkpoint || isTimeless(step.layer)));
      column = (others.filter(({ i }) => i < row).pop() ?? others[0])?.i ?? column;
    }
    this.apply({ row, column });
  }

  /** Show a row in the first picture and a column in the second: both at once, when both are there. */
  async show(cell: Cell): Promise<void> {
    const recording = this.state.recording.peek();
    const plan = this.plan(cell);
    if (!recording || !plan) return;
    this.pending.value = cell;
    const { embedding, first, second, lent } = plan;
    if (embedding) {
      const steps = [stepIn(embedding, first, null), stepIn(embedding, second, lent)];
      // What can't be read the pictures say themselves.
      await Promise.all(steps.map((step) => recording.steps.load(embedding, step))).catch(() => undefined);
    }
    if (this.pending.peek() !== cell || !this.inside || this.state.recording.peek()?.store.index.created !== recording.store.index.created) return;
    this.apply(cell, true);
  }

  /** The same as it is told, with no transition; where both pictures show it already they stay. */
  showAtOnce(cell: Cell): void {
    const now = this.cell.peek();
    if (!this.inside || (now?.row === cell.row && now.column === cell.column)) return;
    this.apply(cell);
  }

  private plan({ row, column }: Cell): Plan | null {
    const index = this.index.peek();
    const store = this.state.recording.peek()?.store;
    if (!index || !store) return null;
    const [first, second, lent] = [index.rows[row], index.columns[column], index.other?.title ?? null];
    const having = store.embeddings.filter((embedding) => stepIn(embedding, first, null) >= 0 && stepIn(embedding, second, lent) >= 0);
    const method = this.state.method.peek();
    const embedding = having.find((e) => e.name === method) ?? having.find((e) => e.method === method && !isShared(e)) ?? having.find((e) => e.method === "pca") ?? having.find((e) => !e.raw) ?? having[0] ?? null;
    return { embedding, first, second, lent };
  }

  private apply(cell: Cell, eased = false): void {
    const plan = this.plan(cell);
    const { state } = this;
    const { beside } = state;
    if (!plan) return;
    const { embedding, first, second, lent } = plan;
    const before = this.cell.peek();
    const index = this.index.peek();
    const place = (names: readonly string[], step: SimilarityStep): number | null => {
      const found = names.indexOf(step.checkpoint);
      return isTimeless(step.layer) || found < 0 ? null : found;
    };
    const theirs = lent === null ? state.checkpointNames.peek() : embedding ? lentCheckpoints(embedding, lent) : [];
    // Once the matrix is shown nothing jumps: what changes goes there by a transition.
    state.eased = eased && !(before && index && before.row === cell.row);
    beside.eased = eased && !(before && index && before.column === cell.column);
    batch(() => {
      this.pending.value = null;
      state.method.value = embedding ? wantedFor(state.choicesOf(first.layer), embedding) : null;
      state.layer.value = first.layer;
      const own = place(state.checkpointNames.peek(), first);
      if (own !== null) state.going.setCheckpoint(own);
      beside.other.value = null;
      beside.wish.value = { layer: second.layer, method: null, checkpoint: place(theirs, second) ?? beside.wish.peek().checkpoint, lent };
      this.unplaced.value = embedding ? null : cell;
      beside.open.value = true;
      state.woken.value += 1;
    });
    state.eased = beside.eased = false;
  }
}

/** In words: a layer at a checkpoint. */
export function stepWords({ layer, checkpoint }: SimilarityStep): string {
  return isTimeless(layer) ? layer : `${layer} at ${checkpoint}`;
}

/** What a similarity is called where there are several. */
export function similarityWords(index: SimilarityIndex): string {
  const { title } = measureOf(index);
  return index.other ? `${title} with ${index.other.title}` : title;
}

function placeOf(steps: readonly SimilarityStep[], layer: string, checkpoint: string | undefined): number {
  return steps.findIndex((step) => step.layer === layer && (step.checkpoint === checkpoint || isTimeless(layer)));
}

function stepIn(embedding: EmbeddingIndex, { layer, checkpoint }: SimilarityStep, lent: string | null): number {
  return embedding.steps.findIndex((step) => step.layer === layer && step.lent === lent && (step.checkpoint === checkpoint || isTimeless(layer)));
}
