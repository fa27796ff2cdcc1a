/** Keeps what people added to the open recording in step with the server, and writes what is added here. */

import { type Expected, NOTHING_ADDED, type PeopleKind, putEntry, readPeople, removeEntry } from "../data/people";
import type { AppState } from "./app-state";

export class PeopleClient {
  private reading: Promise<void> | null = null;
  private again = false;

  constructor(
    private readonly state: AppState,
    private readonly recording: string,
  ) {}

  /** Read all of it; asked for while it reads, it reads once more. */
  refresh(): Promise<void> {
    if (this.reading) {
      this.again = true;
      return this.reading;
    }
    this.reading = this.read().finally(() => (this.reading = null));
    return this.reading;
  }

  /** Make or change an entry. What fails is thrown, in words for a person. */
  async put(kind: PeopleKind, name: string, content: Readonly<Record<string, unknown>>, expected: Expected = null): Promise<void> {
    try {
      await putEntry(this.recording, kind, name, content, expected);
    } finally {
      await this.refresh();
    }
  }

  async remove(kind: PeopleKind, name: string, expected: Expected = null): Promise<void> {
    try {
      await removeEntry(this.recording, kind, name, expected);
    } finally {
      await this.refresh();
    }
  }

  private async read(): Promise<void> {
    do {
      this.again = false;
      try {
        const people = await readPeople(this.recording);
        if (this.state.peopleClient === this && people.version !== this.state.people.peek().version) this.state.people.value = people;
      } catch {
        // A static copy has no such address, and a server that is away is spoken of elsewhere: what is known stays.
      }
    } while (this.again);
  }
}

/** Begin with what was added to the recording that was opened. */
export function openPeople(state: AppState, recording: string): void {
  state.people.value = NOTHING_ADDED;
  state.peopleClient = new PeopleClient(state, recording);
  void state.peopleClient.refresh();
}
