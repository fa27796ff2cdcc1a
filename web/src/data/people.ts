/** What people add to a recording, as the server keeps it: read all at once, written one entry at a time. */

import { DataError } from "./store";
import { toFolder } from "./names";
import { asObject } from "./recording-index";

export type PeopleKind = "selections" | "bookmarks" | "handles" | "colors";

/** What every entry has. */
interface Entry {
  readonly name: string;
  /** Counts its changes: a page that has not seen the last one can't overwrite it. */
  readonly version: number;
  readonly created: string;
  readonly changed: string;
  readonly by?: string;
}

export interface SavedSelection extends Entry {
  /** How many samples are left out, then taken, then left out …, in turns. */
  readonly samples: { readonly count: number; readonly of: number; readonly runs: readonly number[] };
  readonly color?: string;
  readonly note?: string;
}

export interface Bookmark extends Entry {
  readonly sentence: string;
  /** A part of the public state. */
  readonly state: Readonly<Record<string, unknown>>;
}

export interface SavedHandles extends Entry {
  readonly handles: readonly unknown[];
}

export interface SavedColor extends Entry {
  readonly color: string;
}

export interface People {
  /** Of all of it together; another one means that something changed. */
  readonly version: string;
  /** Whether the folder can be written: a static copy can't. */
  readonly writable: boolean;
  readonly selections: readonly SavedSelection[];
  readonly bookmarks: readonly Bookmark[];
  readonly handles: readonly SavedHandles[];
  readonly colors: readonly SavedColor[];
}

export const NOTHING_ADDED: People = { version: "", writable: false, selections: [], bookmarks: [], handles: [], colors: [] };

/** Somebody else changed the entry meanwhile. */
export class ChangedMeanwhile extends DataError {
  override name = "ChangedMeanwhile";
}

/** Which entry a change expects: this version, none at all (`"new"`), or whatever is there (null). */
export type Expected = number | "new" | null;

/** All that was added to a recording. */
export async function readPeople(recording: string): Promise<People> {
  return (await ask(`/api/recordings/${encodeURIComponent(recording)}/people`, { method: "GET" })) as unknown as People;
}

/** Make an entry, or change one: what is left out of `content` stays, `name` renames, `position` moves a bookmark. */
export async function putEntry(
  recording: string,
  kind: PeopleKind,
  name: string,
  content: Readonly<Record<string, unknown>>,
  expected: Expected = null,
): Promise<void> {
  const headers = { "Content-Type": "application/json", ...condition(expected) };
  await ask(addressOf(recording, kind, name), { method: "PUT", headers, body: JSON.stringify(content) });
}

export async function removeEntry(recording: string, kind: PeopleKind, name: string, expected: Expected = null): Promise<void> {
  await ask(addressOf(recording, kind, name), { method: "DELETE", headers: condition(expected) });
}

/** The samples of a saved selection. */
export function samplesOf({ samples }: SavedSelection): number[] {
  return samplesOfRuns(samples);
}

export function samplesOfRuns({ runs }: { readonly runs: readonly number[] }): number[] {
  const found: number[] = [];
  let at = 0;
  runs.forEach((length, i) => {
    if (i % 2) for (let k = 0; k < length; k++) found.push(at + k);
    at += length;
  });
  return found;
}

function addressOf(recording: string, kind: PeopleKind, name: string): string {
  return `/api/recordings/${encodeURIComponent(recording)}/people/${kind}/${encodeURIComponent(toFolder(name))}`;
}

function condition(expected: Expected): Record<string, string> {
  if (expected === null) return {};
  return expected === "new" ? { "If-None-Match": "*" } : { "If-Match": `"${expected}"` };
}

async function ask(address: string, request: RequestInit): Promise<Record<string, unknown>> {
  let response: Response;
  try {
    response = await fetch(address, request);
  } catch {
    throw new DataError("the server does not answer: start it again with inscape serve");
  }
  const text = await response.text();
  let answer: Record<string, unknown> = {};
  try {
    answer = asObject(JSON.parse(text), address);
  } catch {
    // An answer in plain words; they are shown as they are.
  }
  if (response.ok) return answer;
  const error = answer.error as { what?: string; got?: string; remedy?: string } | undefined;
  const said = error?.what ? `${error.what}; got ${error.got}; ${error.remedy}` : text.trim() || `the server answers ${response.status}`;
  throw response.status === 409 ? new ChangedMeanwhile(said) : new DataError(said);
}
