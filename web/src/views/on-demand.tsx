/** Parts of the page that are fetched when they are first shown; or before, when there is nothing else to do. */

import { signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { AppState } from "../state/app-state";
import { Message } from "./Message";

export interface OnDemand<P> extends FunctionComponent<P> {
  /** Fetch it, if it is not there; resolves to whether it is. Shown, it says itself what went wrong. */
  readonly prepare: () => Promise<boolean>;
}

/** What it stands in place of: all beside the rail, the stage alone, or some lines. */
type Place = "main" | "stage" | "lines";

const LOST = "The server did not send this part of the page. It may have stopped, or it is of another version by now: then load the page again.";

/** A component that is fetched by itself; until it is there, what is said in its place is said late, and most often never. */
export function onDemand<P extends { readonly state: AppState }>(title: string, place: Place, load: () => Promise<FunctionComponent<P>>): OnDemand<P> {
  const part = signal<FunctionComponent<P> | null>(null);
  const failed = signal(false);
  let underWay: Promise<boolean> | null = null;
  const prepare = (): Promise<boolean> =>
    (underWay ??= load().then(
      (loaded) => {
        part.value = loaded;
        return true;
      },
      () => {
        underWay = null;
        return false;
      },
    ));
  const want = async (): Promise<void> => {
    failed.value = false;
    failed.value = !(await prepare());
  };
  const Part: FunctionComponent<P> = (props) => {
    useLayoutEffect(() => {
      // Until it is there, the picture is not the state's.
      if (!part.peek() && place !== "lines") props.state.drawn = false;
      // What failed while nobody looked is tried again.
      void props.state.film.awaits(want());
    }, []);
    const There = part.value;
    if (There) return <There {...props} />;
    const instead = <Instead title={title} lines={place === "lines"} failed={failed.value} retry={() => void want()} />;
    return place === "main" ? <main class="main alone">{instead}</main> : instead;
  };
  return Object.assign(Part, { prepare });
}

function Instead({ title, lines, failed, retry }: { title: string; lines: boolean; failed: boolean; retry: () => void }) {
  if (!lines) {
    if (!failed) return <Message title={`Loading ${title}`} busy late />;
    return <Message title={`The page could not load ${title}`} text={LOST} retry={retry} action={{ title: "Load the page again", onClick: () => location.reload() }} />;
  }
  if (!failed) return <p class="note late">Loading {title} …</p>;
  return (
    <p class="note" role="alert">
      {LOST}{" "}
      <button type="button" class="link" onClick={retry}>
        Try again
      </button>
    </p>
  );
}

/** Fetch parts one after another, each when the page has nothing else to do. */
export function whenIdle([first, ...others]: readonly (() => Promise<unknown>)[]): void {
  if (!first) return;
  // What fails is said when it is wanted.
  const then = (): void => void first().then(() => whenIdle(others), () => undefined);
  // A tour that a slow machine draws leaves no time: then it is done all the same.
  if ("requestIdleCallback" in window) requestIdleCallback(then, { timeout: 1000 });
  else setTimeout(then, 500);
}
