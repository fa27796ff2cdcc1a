/** The frame of the page: header, views, stage, legend, time bar. */

import { signal } from "@preact/signals";
import { askForEmbedding, cancelJob, RefusedJob, startAgain } from "../data/jobs";
import type { EmbedParameters } from "../data/jobs";
import type { Job } from "../data/live";
import type { AppState, Phase } from "../state/app-state";
import { openRecording, say } from "../state/session";
import { Banner } from "./Banner";
import { BookmarkStrip } from "./BookmarkStrip";
import { ComingView } from "./ComingView";
import { EmbedDialog } from "./EmbedDialog";
import { DEBUG, FrameTime } from "./FrameTime";
import { Header } from "./Header";
import { HelpDialog } from "./HelpDialog";
import { Jobs } from "./Jobs";
import { Message } from "./Message";
import { panelOf } from "./parts";
import { SavePicture } from "./SavePicture";
import { TimeBar } from "./TimeBar";
import { TourPanel } from "./TourPanel";
import { TrailsTimeBar } from "./TrailsTimeBar";
import { ViewsRail } from "./ViewsRail";

export interface AppProps {
  readonly state: AppState;
  readonly begin: () => void;
}

const asking = signal(false);

export function App({ state, begin }: AppProps) {
  const phase = state.phase.value;
  const recording = state.recording.value;
  const ready = phase.kind === "ready" && recording !== null;
  const Panel = panelOf(state.view.value);
  const tell = (error: unknown): void => {
    state.notice.value = say(error);
  };
  const jobs = state.jobs.value.filter((job) => !recording || job.recording === recording.entry.name);
  const share = (): void => {
    navigator.clipboard?.writeText(location.href).then(
      () => (state.notice.value = "The link is copied. It opens this view wherever this server can be reached."),
      () => (state.notice.value = "The browser did not allow the copy: take the address from the address bar."),
    );
  };
  return (
    <div class="page">
      <Header
        index={recording?.store.index ?? null}
        entries={state.recordings.value}
        open={recording?.entry ?? null}
        onOpen={(entry) => void openRecording(state, entry)}
        onShare={share}
        onKeep={ready && state.people.value.writable ? () => state.bookmarks?.keep() : null}
        onHelp={() => (state.help.value = true)}
      >
        {ready && <SavePicture state={state} />}
        <Jobs jobs={jobs} onCancel={(job: Job) => void cancelJob(job.id).catch(tell)} onAgain={(job: Job) => void startAgain(job.id).catch(tell)} />
      </Header>
      <ViewsRail current={state.view.value} onChoose={(view) => (state.view.value = view)} />
      {!ready ? (
        <Waiting state={state} phase={phase} begin={begin} onAsk={(parameters) => ask(state, parameters)} />
      ) : state.view.value === "tour" ? (
        <TourPanel state={state} recording={recording} />
      ) : Panel ? (
        <Panel key={state.view.value} state={state} recording={recording} />
      ) : (
        <ComingView view={state.view.value} onBack={() => (state.view.value = "tour")} />
      )}
      {ready && state.bookmarks && <BookmarkStrip state={state} bookmarks={state.bookmarks} />}
      {ready && state.view.value === "trails" && state.trails.index.value ? (
        <TrailsTimeBar state={state} />
      ) : (
        ready && <TimeBar state={state} onEmbed={() => (asking.value = true)} />
      )}
      <Banner connection={state.connection.value} gone={state.gone.value} notice={state.notice.value} onDismiss={() => (state.notice.value = null)} />
      {DEBUG && <FrameTime times={state.frameTimes} />}
      {asking.value && ready && (
        <EmbedDialog
          layer={state.layer.value}
          layers={recording.store.index.layers.length}
          samples={recording.store.index.samples}
          units={recording.store.index.layers.find(({ name }) => name === state.layer.value)?.units ?? 0}
          checkpoints={recording.store.index.checkpoints.length}
          onAsk={(parameters) => ask(state, parameters)}
          onClose={() => (asking.value = false)}
        />
      )}
      {state.help.value && <HelpDialog onClose={() => (state.help.value = false)} />}
    </div>
  );
}

/** Ask the server for an embedding; resolves to what it said against it. */
async function ask(state: AppState, parameters: EmbedParameters): Promise<string | null> {
  const recording = state.recording.peek()?.entry.name;
  if (!recording) return "no recording is open";
  try {
    const job = await askForEmbedding(recording, parameters);
    state.awaited = { job: job.id, method: parameters.method, joint: parameters.joint === true, layer: state.layer.peek() };
    return null;
  } catch (error) {
    return error instanceof RefusedJob ? error.message : say(error);
  }
}

interface WaitingProps {
  readonly state: AppState;
  readonly phase: Phase;
  readonly begin: () => void;
  readonly onAsk: (parameters: EmbedParameters) => Promise<string | null>;
}

function Waiting({ state, phase, begin, onAsk }: WaitingProps) {
  return (
    <main class="main alone">
      {phase.kind === "loading" && <Message title="Opening the recording" busy />}
      {phase.kind === "failed" && <Message title="The recording can't be shown" text={phase.message} retry={begin} />}
      {phase.kind === "empty" && phase.what === "recordings" && (
        <Message title="No recordings yet" text="Record a model of your own, or let the demo train one in half a minute:" command={"inscape demo\ninscape record --help"} />
      )}
      {phase.kind === "empty" && phase.what === "checkpoints" && (
        <Message title="Nothing is published yet" text="The recording has begun. Its first checkpoint appears here by itself as soon as it is whole." busy />
      )}
      {phase.kind === "empty" && phase.what === "embeddings" && (
        <Message
          title="Nothing is laid out yet"
          text="This recording holds activations, and no embedding of them to tour. PCA of every layer takes seconds for thousands of samples, and appears here by itself:"
          command="inscape embed PATH pca"
          action={{ title: "Make it now", onClick: () => void onAsk({ method: "pca" }).then((refused) => (state.notice.value = refused)) }}
        />
      )}
    </main>
  );
}
