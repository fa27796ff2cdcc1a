/** Asking the server for work. What becomes of it comes over the stream of events. */

import type { Job, JobError } from "./live";

/** What the server said to a request that it did not take. */
export class RefusedJob extends Error {
  override name = "RefusedJob";
  constructor(readonly error: JobError) {
    super(`${error.what}; got ${error.got}; ${error.remedy}`);
  }
}

export interface EmbedParameters {
  readonly method: string;
  readonly layers?: readonly string[];
  readonly checkpoints?: readonly string[];
  readonly dims?: number;
  readonly seed?: number;
}

export async function askForEmbedding(recording: string, parameters: EmbedParameters): Promise<Job> {
  return send("/api/jobs", "POST", { kind: "embed", recording, parameters });
}

export interface TrailsParameters {
  readonly along: "checkpoints" | "layers";
  /** The layer of trails through checkpoints. */
  readonly layer?: string;
  /** The checkpoint of trails through layers. */
  readonly checkpoint?: string;
  readonly method?: string;
}

export async function askForTrails(recording: string, parameters: TrailsParameters): Promise<Job> {
  return send("/api/jobs", "POST", { kind: "trails", recording, parameters });
}

/** End a job that waits or runs; forget one that has ended. */
export async function cancelJob(id: string): Promise<Job> {
  return send(`/api/jobs/${encodeURIComponent(id)}`, "DELETE");
}

export async function startAgain(id: string): Promise<Job> {
  return send(`/api/jobs/${encodeURIComponent(id)}/again`, "POST", {});
}

async function send(address: string, method: string, body?: unknown): Promise<Job> {
  const request: RequestInit = { method };
  if (body !== undefined) {
    request.headers = { "Content-Type": "application/json" };
    request.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(address, request);
  } catch {
    throw new RefusedJob({ what: "the server does not answer", got: "no connection", remedy: "start it again with inscape serve" });
  }
  const text = await response.text();
  let answer: { job?: Job; error?: JobError } = {};
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    // An answer in plain words; they are shown as they are.
  }
  if (response.ok && answer.job) return answer.job;
  throw new RefusedJob(answer.error ?? { what: "the server did not take the job", got: text.trim() || String(response.status), remedy: "reload the page" });
}
