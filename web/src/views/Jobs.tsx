/** The work that goes on behind the page: what runs, how far it is, what failed and what to do about it. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Job } from "../data/live";

export interface JobsProps {
  readonly jobs: readonly Job[];
  readonly onCancel: (job: Job) => void;
  readonly onAgain: (job: Job) => void;
}

const PENDING = ["queued", "running"];
const WORDS: Record<string, string> = { queued: "waits", done: "done", failed: "failed", cancelled: "cancelled", interrupted: "interrupted" };

export function Jobs({ jobs, onCancel, onAgain }: JobsProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const pending = jobs.filter((job) => PENDING.includes(job.state));
  const troubled = jobs.filter((job) => job.state === "failed" || job.state === "interrupted");
  useEffect(() => {
    if (!open) return;
    const onPointer = (event: PointerEvent): void => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      setOpen(false);
      box.current?.querySelector("button")?.focus();
    };
    window.addEventListener("pointerdown", onPointer);
    window.addEventListener("keydown", onKey, true);
    return () => {
      window.removeEventListener("pointerdown", onPointer);
      window.removeEventListener("keydown", onKey, true);
    };
  }, [open]);
  if (!jobs.length) return null;
  const running = pending.find((job) => job.state === "running");
  const summary = running
    ? `${running.title} ${shareOf(running)}`.trim()
    : pending.length
      ? `${pending.length} waiting`
      : troubled.length
        ? `${troubled[troubled.length - 1].title} ${WORDS[troubled[troubled.length - 1].state]}`
        : `${jobs[jobs.length - 1].title} ${WORDS[jobs[jobs.length - 1].state]}`;
  return (
    <div class="jobs" ref={box}>
      <button
        type="button"
        class={`plain ${troubled.length ? "warn" : ""}`}
        aria-expanded={open}
        aria-controls="jobs-list"
        data-testid="jobs-button"
        onClick={() => setOpen(!open)}
      >
        {running && <span class="pulse" aria-hidden="true" />}
        {summary}
      </button>
      {open && (
        <ul class="panel" id="jobs-list" aria-label="Jobs">
          {jobs.map((job, i) => (
            <JobRow key={job.id} job={job} testid={`job-${i}`} onCancel={onCancel} onAgain={onAgain} />
          ))}
        </ul>
      )}
    </div>
  );
}

function JobRow({ job, testid, onCancel, onAgain }: { job: Job; testid: string } & Omit<JobsProps, "jobs">) {
  const now = useClock(job.state === "running");
  const { done, total, doing } = job.progress;
  const isPending = PENDING.includes(job.state);
  return (
    <li data-testid={testid} data-state={job.state}>
      <div class="heading">
        <strong>{job.title}</strong>
        <span class="quiet">{job.state === "running" ? "" : WORDS[job.state]}</span>
        <button type="button" class="plain" onClick={() => onCancel(job)} aria-label={`${isPending ? "Cancel" : "Forget"} ${job.title}`}>
          {isPending ? "Cancel" : "Forget"}
        </button>
      </div>
      {job.state === "running" && (
        <>
          <progress max={total || 1} value={total ? done : undefined} aria-label={`Progress of ${job.title}`} />
          <p class="note">
            {doing || "starting"}
            {total > 0 && ` · ${done} of ${total}`} {job.started !== null && remaining(now / 1000 - job.started, done, total)}
          </p>
        </>
      )}
      {job.error && (
        <p class="note error">
          {job.error.what}: {job.error.got}. {job.error.remedy}.
        </p>
      )}
      {!isPending && job.state !== "done" && (
        <button type="button" class="plain framed" onClick={() => onAgain(job)}>
          Start again
        </button>
      )}
    </li>
  );
}

function shareOf(job: Job): string {
  const { done, total } = job.progress;
  return total > 1 ? `${Math.floor((100 * done) / total)}%` : "";
}

/** How long it has taken, and by the rate so far how long it will. */
export function remaining(seconds: number, done: number, total: number): string {
  const words = (s: number): string => (s < 90 ? `${Math.max(1, Math.round(s))} s` : `${Math.round(s / 60)} min`);
  if (done > 0 && done < total) return `· about ${words((seconds / done) * (total - done))} left`;
  return seconds >= 1 ? `· ${words(seconds)}` : "";
}

function useClock(on: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [on]);
  return now;
}
