/** Colors that people give to classes and groups, by name: kept in the recording, where it can be written. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { AppState } from "./app-state";

export class OwnColors {
  /** Set on this page and not, or not yet, in the recording; null takes one away. */
  private readonly here: Signal<ReadonlyMap<string, string | null>> = signal(new Map());
  /** Whether the colors hold on this page alone. */
  readonly local: ReadonlySignal<boolean>;
  /** The color of each name that has one. */
  readonly all: ReadonlySignal<ReadonlyMap<string, string>>;

  constructor(private readonly state: AppState) {
    this.local = computed(() => !state.people.value.writable && this.here.value.size > 0);
    this.all = computed(() => {
      const all = new Map(state.people.value.colors.map(({ name, color }) => [name.normalize("NFC"), color.toLowerCase()]));
      for (const [name, color] of this.here.value) {
        if (color === null) all.delete(name);
        else all.set(name, color);
      }
      return all;
    });
  }

  /** Show a color at once, as while it is being chosen. */
  preview(name: string, color: string | null): void {
    this.here.value = new Map(this.here.peek()).set(name.normalize("NFC"), color);
  }

  /** Give a name a color, or take it away. */
  async set(name: string, color: string | null): Promise<void> {
    const key = name.normalize("NFC");
    this.preview(key, color);
    const { people, peopleClient, notice } = this.state;
    if (!peopleClient || !people.peek().writable) {
      if (color === null && !people.peek().colors.some((entry) => entry.name === key)) this.forget([key]);
      return;
    }
    try {
      if (color !== null) await peopleClient.put("colors", key, { color });
      else if (people.peek().colors.some((entry) => entry.name === key)) await peopleClient.remove("colors", key);
    } catch (error) {
      notice.value = `The color is not kept: ${error instanceof Error ? error.message : String(error)}`;
    }
    // What the recording says now holds, unless somebody chose another color meanwhile.
    if (this.here.peek().get(key) === color) this.forget([key]);
  }

  /** Take away the colors of these names. */
  async reset(names: readonly string[]): Promise<void> {
    const there = names.filter((name) => this.all.peek().has(name.normalize("NFC")));
    await Promise.all(there.map((name) => this.set(name, null)));
  }

  /** Another recording is open. */
  forgetAll(): void {
    this.here.value = new Map();
  }

  private forget(keys: readonly string[]): void {
    const left = new Map(this.here.peek());
    for (const key of keys) left.delete(key);
    this.here.value = left;
  }
}
