/** The strip of saved views: which one is read, and how they are kept, changed, moved and removed. */

import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type Bookmark, ChangedMeanwhile, type Expected } from "../data/people";
import type { AppState } from "./app-state";
import { readState } from "./public-state";
import { isSeen, keptOf, MOST_SAMPLES } from "./saved-view";
import { Visiting } from "./visiting";

/** What the dialog is about: a view that is kept anew, as it was when it was asked for, or one that is changed. */
export interface Editing {
  readonly bookmark: Bookmark | null;
  readonly view: Record<string, unknown>;
  readonly name: string;
}

export interface Edit {
  readonly name: string;
  readonly sentence: string;
  readonly position?: number;
  /** Whether the view of the dialog takes the place of the one that was kept. */
  readonly replacing: boolean;
}

/** Why an edit was not kept; and where somebody else was first, what there is now. */
export interface Refusal {
  readonly message: string;
  readonly now: Bookmark | "gone" | null;
}

const LONGEST_NAME = 80;

export class Bookmarks {
  readonly visiting: Visiting;
  readonly list: ReadonlySignal<readonly Bookmark[]>;
  /** The one that is read; null before the first. */
  readonly current: ReadonlySignal<Bookmark | null>;
  readonly place: ReadonlySignal<number>;
  /** Is the stage where the current one leads, or on the way there? */
  readonly here: ReadonlySignal<boolean>;
  readonly editing: Signal<Editing | null> = signal(null);
  /** The one that was removed last, and where it was: it can be put back. */
  readonly removed: Signal<{ readonly bookmark: Bookmark; readonly place: number } | null> = signal(null);
  /** What of the current one does not apply any more. */
  readonly problems: Signal<readonly string[]> = signal([]);
  private readonly marked: Signal<{ readonly recording: string; readonly name: string } | null> = signal(null);

  constructor(private readonly state: AppState) {
    this.visiting = new Visiting(state);
    this.list = computed(() => state.people.value.bookmarks);
    this.current = computed(() => {
      const marked = this.marked.value;
      if (marked === null || marked.recording !== state.recording.value?.entry.name) return null;
      return this.list.value.find(({ name }) => name === marked.name) ?? null;
    });
    this.place = computed(() => (this.current.value ? this.list.value.indexOf(this.current.value) : -1));
    this.here = computed(() => !this.current.value || this.visiting.underWay.value || isSeen(state, this.current.value.state));
  }

  /** Read one, and go nowhere. */
  mark(name: string | null): void {
    const recording = this.state.recording.peek()?.entry.name;
    batch(() => {
      this.marked.value = name === null || recording === undefined ? null : { recording, name };
      this.problems.value = [];
    });
  }

  /** Go to one, and read it. */
  open(bookmark: Bookmark): void {
    this.mark(bookmark.name);
    this.removed.value = null;
    this.problems.value = this.visiting.visit(bookmark.state);
  }

  /** To the next one, or the one before; from none to the first, or the last. */
  step(by: 1 | -1): void {
    const list = this.list.peek();
    const at = this.place.peek();
    const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by;
    if (list[next]) this.open(list[next]);
  }

  /** Ask for a name and a sentence for what is shown now. */
  keep(): void {
    if (!this.mayWrite()) return;
    const shown = readState(this.state);
    this.editing.value = { bookmark: null, view: keptOf(shown), name: freeName(`${shown.layer} at ${shown.checkpointName}`, this.names()) };
  }

  edit(bookmark: Bookmark): void {
    if (!this.mayWrite()) return;
    this.editing.value = { bookmark, view: keptOf(readState(this.state)), name: bookmark.name };
  }

  /** Keep what the dialog says; null where that went well. `seen` is the entry that the person knows of. */
  async save(editing: Editing, edit: Edit, seen: Bookmark | "gone" | null): Promise<Refusal | null> {
    const client = this.state.peopleClient;
    if (!client) return { message: "no recording is open", now: null };
    const of = editing.bookmark;
    const name = edit.name.normalize("NFC").trim();
    if (name !== of?.name && this.names().has(name)) return { message: "There is a saved view of this name already: choose another.", now: null };
    const expected: Expected = seen && seen !== "gone" ? seen.version : "new";
    try {
      const content: Record<string, unknown> = { name, sentence: edit.sentence };
      if (edit.position !== undefined) content.position = edit.position;
      if (edit.replacing) content.state = await this.withSelections(editing.view, name);
      else if (expected === "new" && of) content.state = of.state;
      await client.put("bookmarks", expected === "new" ? name : (of?.name ?? name), content, expected);
      const current = this.current.peek();
      if (!of || current === null || current.name === of.name) this.mark(name);
      return null;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!(error instanceof ChangedMeanwhile) || !of) return { message, now: null };
      return { message, now: this.list.peek().find((bookmark) => bookmark.name === of.name) ?? "gone" };
    }
  }

  /** Remove one; `putBack` undoes it. Resolves to what speaks against it. */
  async remove(bookmark: Bookmark): Promise<Refusal | null> {
    const place = this.list.peek().findIndex(({ name }) => name === bookmark.name);
    try {
      await this.state.peopleClient?.remove("bookmarks", bookmark.name, bookmark.version);
      this.removed.value = { bookmark, place };
      return null;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const now = error instanceof ChangedMeanwhile ? (this.list.peek().find(({ name }) => name === bookmark.name) ?? "gone") : null;
      return { message, now };
    }
  }

  async putBack(): Promise<void> {
    const removed = this.removed.peek();
    if (!removed) return;
    const { name, sentence, state, by } = removed.bookmark;
    try {
      await this.state.peopleClient?.put("bookmarks", name, { sentence, state, position: removed.place, ...(by && { by }) }, "new");
      this.removed.value = null;
      this.mark(name);
    } catch (error) {
      this.state.notice.value = error instanceof Error ? error.message : String(error);
    }
  }

  private names(): Set<string> {
    return new Set(this.list.peek().map(({ name }) => name));
  }

  private mayWrite(): boolean {
    const { writable } = this.state.people.peek();
    if (!writable) this.state.notice.value = "This copy can only be read: views are kept where inscape serves a folder that can be written.";
    return writable;
  }

  /** Large sets of samples are kept as selections, and the view has their names. */
  private async withSelections(view: Record<string, unknown>, name: string): Promise<Record<string, unknown>> {
    const kept = { ...view };
    for (const key of ["selection", "filter"] as const) {
      const samples = kept[key];
      if (!Array.isArray(samples) || samples.length <= MOST_SAMPLES) continue;
      const taken = new Set(this.state.people.peek().selections.map((selection) => selection.name));
      const title = freeName(key === "selection" ? name : `${name}: filter`, taken);
      await this.state.peopleClient?.put("selections", title, { samples }, "new");
      kept[key] = title;
    }
    return kept;
  }
}

/** A name that is not taken: the one wished for, or with a number behind it. */
export function freeName(wish: string, taken: ReadonlySet<string>): string {
  const name = wish.slice(0, LONGEST_NAME).trim();
  if (!taken.has(name)) return name;
  for (let i = 2; ; i++) {
    const numbered = `${wish.slice(0, LONGEST_NAME - 5).trim()} ${i}`;
    if (!taken.has(numbered)) return numbered;
  }
}
