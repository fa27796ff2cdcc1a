/** The search over the samples: what is typed, what it finds, and what is wrong with it. */

import { effect, type Signal, signal } from "@preact/signals";
import { samplesOf } from "../data/people";
import type { Query } from "../data/query";
import { ID, wordsOf } from "../data/query-words";
import { type CategoryColumn, type Column, type ColumnEntry, columnsOf, readColumn, type TextColumn } from "../data/sample-columns";
import { type Combination, listed } from "../data/sample-sets";
import type { RecordingStore } from "../data/store";
import type { AppState } from "./app-state";
import { part } from "./part";

export interface Found {
  readonly samples: readonly number[];
  /** Those of them that are not drawn. */
  readonly hidden: number;
  /** The checkpoint whose predictions were asked; null where none was. */
  readonly checkpoint: string | null;
}

const LABEL = "label";

export class Search {
  readonly text = signal("");
  /** What was found; null while nothing is typed, or it makes no sense. */
  readonly found: Signal<Found | null> = signal(null);
  readonly error: Signal<string | null> = signal(null);
  /** The columns that were named, as far as they are read: their values are suggested. */
  readonly known: Signal<ReadonlyMap<string, Column>> = signal(new Map());
  /** Goes to the field, at once: the next letters are typed into it. The field tells how. */
  focus: (() => void) | null = null;
  private running: Promise<void> = Promise.resolve();
  private runs = 0;

  constructor(private readonly state: AppState) {}

  /** What can be named: the sample's number, and every column. */
  columns(store: RecordingStore): readonly ColumnEntry[] {
    const columns = columnsOf(store);
    return columns.some(({ name }) => name === ID) ? columns : [...columns, { name: ID, kind: "number", perCheckpoint: false }];
  }

  /** Search again whenever what is typed, the checkpoint or what is drawn changes. */
  follow(): () => void {
    return effect(() => {
      const { recording, people, nearestCheckpoint, shown } = this.state;
      void [people.value, shown.value];
      const typed = this.text.value;
      const store = recording.value?.store;
      const place = nearestCheckpoint.value;
      const run = ++this.runs;
      this.running = store ? this.run(typed, store, place, () => run === this.runs) : Promise.resolve();
    });
  }

  /** Select what is found; wait for it, if it is on its way. */
  async select(how: Combination): Promise<void> {
    await this.running;
    const found = this.found.peek();
    if (found) this.state.combineSelection(found.samples, how);
  }

  private async run(typed: string, store: RecordingStore, place: number, isLast: () => boolean): Promise<void> {
    const end = (found: Found | null, error: string | null): void => {
      if (!isLast()) return;
      this.found.value = found;
      this.error.value = error;
    };
    if (!typed.trim()) return end(null, null);
    const entries = this.columns(store);
    const saved = this.state.people.peek().selections;
    // What is being typed names columns before it makes sense: their values are suggested.
    const named = new Set(wordsOf(typed).map(({ text }) => text.toLowerCase()));
    void this.readAll(entries.filter(({ name }) => named.has(name.toLowerCase())), store, place).then(
      (columns) => isLast() && columns.size && (this.known.value = columns),
      () => undefined, // said where it is needed
    );
    try {
      const [queries, { matching }] = await part(Promise.all([import("../data/query"), import("../data/query-match")]));
      const query = queries.parseQuery(typed, { columns: entries.map(({ name }) => name), saved: saved.map(({ name }) => name) });
      if (!query) return end(null, null);
      const columns = await this.readAll(needed(queries, query, entries), store, place);
      const worded = [...columns.values()].filter((column): column is CategoryColumn | TextColumn => column.kind !== "number" && !OF_MODEL.has(column.name));
      const flags = matching(query, {
        samples: store.index.samples,
        columns,
        worded,
        saved: (name) => samplesOf(saved.find((entry) => entry.name === name) ?? NOTHING),
      });
      const samples = listed(flags);
      const shown = this.state.shown.peek();
      const hidden = samples.reduce((sum, sample) => sum + (shown[sample] ? 0 : 1), 0);
      const told = entries.some(({ name, perCheckpoint }) => perCheckpoint && queries.columnsIn(query).has(name));
      end({ samples, hidden, checkpoint: told ? (store.index.checkpoints[place]?.name ?? null) : null }, null);
    } catch (error) {
      end(null, error instanceof Error ? error.message : String(error));
    }
  }

  private async readAll(entries: readonly ColumnEntry[], store: RecordingStore, place: number): Promise<Map<string, Column>> {
    const stored = entries.filter(({ name }) => name !== ID || store.node(`samples/${ID}`) !== undefined);
    return new Map(await Promise.all(stored.map(async ({ name }) => [name, await readColumn(store, name, place)] as const)));
  }
}

const OF_MODEL = new Set(["prediction"]);
const NOTHING = { name: "", version: 0, created: "", changed: "", samples: { count: 0, of: 0, runs: [] } };

/** The columns that a search reads: those it names; and where it looks for words, the label and all strings. */
function needed({ columnsIn, hasWords }: typeof import("../data/query"), query: Query, entries: readonly ColumnEntry[]): ColumnEntry[] {
  const named = columnsIn(query);
  const worded = hasWords(query);
  return entries.filter(({ name, kind }) => named.has(name) || (worded && (name === LABEL || kind === "text")));
}
