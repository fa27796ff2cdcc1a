/**
 * What happens on the server, as it happens. A browser allows a server six connections: with a stream a page, the
 * seventh page would hang. So one page of a server holds the stream and passes on what it hears to the others.
 */

export interface RecordingFacts {
  /** Null where the recording is gone. */
  readonly tag: string | null;
  readonly created: string | null;
  readonly checkpoints: number;
  readonly complete: boolean;
  /** The version of what people added to it. */
  readonly people?: string;
}

export interface JobError {
  readonly what: string;
  readonly got: string;
  readonly remedy: string;
}

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly recording: string;
  readonly title: string;
  readonly state: "queued" | "running" | "done" | "failed" | "cancelled" | "interrupted" | "forgotten";
  readonly parameters: Record<string, unknown>;
  readonly progress: { readonly done: number; readonly total: number; readonly unit: string; readonly doing: string };
  readonly error: JobError | null;
  readonly created: number;
  readonly started: number | null;
  readonly ended: number | null;
}

export interface Hello {
  readonly server: string;
  readonly version: string;
  readonly recordings: Record<string, RecordingFacts>;
  readonly jobs: Job[];
}

/** Is the server there? `refused`: it is, and does not know this page's cookie; it was started anew. */
export type Connection = "connecting" | "live" | "lost" | "refused";

export interface Listener {
  readonly onHello: (hello: Hello) => void;
  readonly onJob: (job: Job) => void;
  readonly onRecording: (name: string, facts: RecordingFacts) => void;
  /** People added something to a recording, on whatever page. */
  readonly onPeople: (recording: string, version: string) => void;
  readonly onConnection: (connection: Connection) => void;
}

type Message =
  | { readonly kind: "hello"; readonly hello: Hello }
  | { readonly kind: "job"; readonly job: Job }
  | { readonly kind: "recording"; readonly name: string; readonly facts: RecordingFacts }
  | { readonly kind: "people"; readonly recording: string; readonly version: string }
  | { readonly kind: "connection"; readonly connection: Connection }
  | { readonly kind: "who" };

const NAME = "inscape-events";
const ADDRESS = "/api/events";
/** Milliseconds between two tries. */
const AGAIN = 1000;
/** Milliseconds of silence after which a stream is given up: the server says that it is alive every ten seconds. */
const SILENCE = 25_000;

/** Listen until the returned function is called. */
export function listen(listener: Listener): () => void {
  const channel = new BroadcastChannel(NAME);
  const ending = new AbortController();
  let hub: Hub | null = null;
  const hear = (message: Message): void => {
    switch (message.kind) {
      case "hello":
        return listener.onHello(message.hello);
      case "job":
        return listener.onJob(message.job);
      case "recording":
        return listener.onRecording(message.name, message.facts);
      case "people":
        return listener.onPeople(message.recording, message.version);
      case "connection":
        return listener.onConnection(message.connection);
      case "who":
        return hub?.introduce();
    }
  };
  channel.onmessage = (event: MessageEvent<Message>) => hear(event.data);
  const lead = async (): Promise<void> => {
    hub = new Hub((message) => {
      hear(message);
      channel.postMessage(message);
    });
    await new Promise<void>((resolve) => ending.signal.addEventListener("abort", () => resolve(), { once: true }));
    hub.end();
  };
  if (navigator.locks) {
    // Whoever has the lock leads; it passes to another page when this one is closed.
    navigator.locks.request(NAME, { signal: ending.signal }, lead).catch(() => undefined);
    channel.postMessage({ kind: "who" } satisfies Message);
  } else {
    void lead(); // an address that is not a secure context: every page has a stream of its own
  }
  return () => {
    ending.abort();
    channel.close();
  };
}

/** The stream itself, and what was heard on it, for pages that come later. */
class Hub {
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private hello: Hello | null = null;
  private connection: Connection = "connecting";
  private ended = false;

  constructor(private readonly say: (message: Message) => void) {
    this.open();
  }

  introduce(): void {
    if (this.hello) this.say({ kind: "hello", hello: this.hello });
    this.say({ kind: "connection", connection: this.connection });
  }

  end(): void {
    this.ended = true;
    this.close();
  }

  private close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.source?.close();
  }

  /** Something was heard. */
  private alive(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.broken(), SILENCE);
  }

  /** The stream broke. The browser's own coming back is not waited for: it may give up, and it says nothing. */
  private broken(): void {
    this.close();
    void this.ask();
  }

  private open(): void {
    const source = new EventSource(ADDRESS);
    this.source = source;
    this.alive();
    source.addEventListener("alive", () => this.alive());
    source.addEventListener("hello", (event) => {
      this.alive();
      this.hello = JSON.parse(event.data) as Hello;
      this.say({ kind: "hello", hello: this.hello });
      this.become("live");
    });
    source.addEventListener("job", (event) => {
      const job = JSON.parse(event.data) as Job;
      const others = this.hello?.jobs.filter((j) => j.id !== job.id) ?? [];
      if (this.hello) this.hello = { ...this.hello, jobs: job.state === "forgotten" ? others : [...others, job] };
      this.say({ kind: "job", job });
    });
    source.addEventListener("recording", (event) => {
      const { name, ...facts } = JSON.parse(event.data) as RecordingFacts & { name: string };
      if (this.hello) this.hello = { ...this.hello, recordings: { ...this.hello.recordings, [name]: facts } };
      this.say({ kind: "recording", name, facts });
    });
    source.addEventListener("people", (event) => {
      const { recording, version } = JSON.parse(event.data) as { recording: string; version: string };
      const facts = this.hello?.recordings[recording];
      if (this.hello && facts) this.hello = { ...this.hello, recordings: { ...this.hello.recordings, [recording]: { ...facts, people: version } } };
      this.say({ kind: "people", recording, version });
    });
    source.onerror = () => this.broken();
  }

  private async ask(): Promise<void> {
    if (this.connection !== "refused") this.become("lost");
    const status = await fetch("/api/recordings", { signal: AbortSignal.timeout(5000) }).then(
      (response) => response.status,
      () => 0,
    );
    if (this.ended) return;
    if (status === 403) this.become("refused");
    // With an answer the stream is tried at once: what broke was the stream alone.
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (status === 200 ? this.open() : void this.ask()), status === 200 ? 100 : AGAIN);
  }

  private become(connection: Connection): void {
    if (connection === this.connection) return;
    this.connection = connection;
    this.say({ kind: "connection", connection });
  }
}
