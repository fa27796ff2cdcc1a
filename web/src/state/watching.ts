/** Keeps the page what the server's disk is: a recording that grows, results that were made, jobs, a server that stops. */

import { batch } from "@preact/signals";
import { type Hello, type Job, listen, type RecordingFacts } from "../data/live";
import { wantedFor } from "../data/steps";
import { CHOSEN } from "../data/chosen-units";
import { RecordingStore } from "../data/store";
import type { AppState } from "./app-state";
import { enter, flowsOf, openRecording, say } from "./session";

/** Listen to the server from now on. `begin` is called when a page that could not begin may try again. */
export function watch(state: AppState, begin: () => void): () => void {
  let tag: string | null | undefined;
  let reading: Promise<void> | null = null;
  let server = "";
  /** What was told of a reading that failed. */
  let unread: string | null = null;

  const changed = (name: string, facts: RecordingFacts): void => {
    const open = state.recording.peek();
    if (!open || open.entry.name !== name) return;
    state.gone.value = facts.tag === null;
    if (facts.tag === null || facts.tag === tag) {
      tag = facts.tag;
      return;
    }
    tag = facts.tag;
    // One reading at a time; what changed meanwhile is read behind it.
    reading = (reading ?? Promise.resolve()).then(() => refresh(state)).catch((error: unknown) => {
      // It is read again when the server greets again, and then there is nothing to tell any more.
      tag = undefined;
      unread = state.notice.value = say(error);
    });
  };
  const added = (name: string, version: string | undefined): void => {
    if (state.recording.peek()?.entry.name === name && version !== state.people.peek().version) void state.peopleClient?.refresh();
  };
  const setJobs = (jobs: readonly Job[]): void => {
    state.jobs.value = [...jobs].sort((a, b) => a.created - b.created);
  };

  return listen({
    onHello: (hello: Hello) => {
      const anew = server !== "" && server !== hello.server;
      if (unread !== null && state.notice.peek() === unread) state.notice.value = null;
      unread = null;
      server = hello.server;
      setJobs(hello.jobs);
      const name = state.recording.peek()?.entry.name;
      if (name !== undefined && hello.recordings[name]) {
        changed(name, hello.recordings[name]);
        added(name, hello.recordings[name].people);
      }
      if (anew) state.attempt.value += 1;
    },
    onJob: (job) => {
      const others = state.jobs.peek().filter((j) => j.id !== job.id);
      setJobs(job.state === "forgotten" ? others : [...others, job]);
      if (job.id !== state.awaited?.job) return;
      if (job.state === "done") void refresh(state).then(() => showAwaited(state));
      else if (job.state !== "queued" && job.state !== "running") state.awaited = null;
    },
    onRecording: changed,
    onPeople: added,
    onConnection: (connection) => {
      const before = state.connection.peek();
      state.connection.value = connection;
      if (connection !== "live" || before === "live") return;
      if (state.phase.peek().kind === "failed") begin();
      else if (state.problem.peek() !== null) state.attempt.value += 1;
    },
  });
}

/** Read the index of the open recording again, and go on with what it says now. */
export async function refresh(state: AppState): Promise<void> {
  const open = state.recording.peek();
  if (!open) return;
  const store = await RecordingStore.open(open.entry.url);
  const now = state.recording.peek();
  if (now !== open) {
    // Something else was read or chosen of it meanwhile: what is on the disk by now is read on top of that.
    if (now?.entry === open.entry) await refresh(state);
    return;
  }
  const before = open.store.index;
  if (store.index.created !== before.created || store.index.samples !== before.samples) {
    await openRecording(state, open.entry);
    state.notice.value = "The recording was replaced by another one; this is the new one.";
    return;
  }
  const [first, last] = state.span.peek();
  // Who looks at the newest checkpoint of a training wants to see the next one.
  const following = state.phase.peek().kind === "ready" && state.checkpoint.peek() >= last && last >= first;
  open.steps.renew(store);
  open.samples.renew(store);
  open.trails.renew(store);
  // What was read of a flow that is still the same stays.
  const flows = flowsOf(store).map((flow) => open.flows.find((old) => old.isOf(flow.flow))?.renewed(store) ?? flow);
  // Chosen units that are toured go on being offered.
  for (const { method, name } of open.store.embeddings) {
    const space = method === CHOSEN ? store.chosen(name) : null;
    if (space) store.offer(space);
  }
  batch(() => {
    state.recording.value = { ...open, store, flows };
    if (state.phase.peek().kind === "empty") enter(state);
    const [, newLast] = state.span.value;
    if (following && newLast > last && !state.checkpointPlaying.peek()) state.going.toCheckpoint(newLast);
    if (state.problem.peek() !== null) state.attempt.value += 1;
  });
}

/** An embedding that was asked for here is shown when it is there; what made itself known otherwise waits to be chosen. */
function showAwaited(state: AppState): void {
  const { awaited } = state;
  if (!awaited || awaited.layer !== state.layer.peek()) return;
  const choices = state.choices.value;
  const found = choices.find(({ embedding }) => embedding.method === awaited.method && (embedding.sequence === "joint") === awaited.joint);
  if (!found) return;
  state.awaited = null;
  state.going.toMethod(wantedFor(choices, found.embedding));
}
