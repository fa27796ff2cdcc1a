/** Keeps the address bar and the state together. */

import { effect } from "@preact/signals";
import { type Address, decodeAddress, encodeAddress } from "./address";
import type { AppState } from "./app-state";
import { writeState } from "./given-state";
import { readState } from "./public-state";

/** Milliseconds between two writings: browsers refuse more than some tens in a few seconds. */
const PAUSE = 300;

/** What is set with one another, in the order in which it is set: what comes later holds in what came before. */
const TOGETHER: readonly (readonly (keyof Address)[])[] = [
  ...[["view"], ["layer"], ["embedding", "layerPlace"], ["checkpoint"], ["speed"], ["filter"], ["marks"], ["selection"], ["camera"]],
  ...[["panes"], ["part"], ["beside"], ["trails"], ["colorBy"], ["colorScale"], ["movement"], ["range"], ["groups"], ["handles"], ["axisHandles"], ["bookmark"], ["playing"], ["basis"]],
] as (keyof Address)[][];

export function keepAddress(state: AppState): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    timer = undefined;
    const { recording, ...told } = withoutNulls(readState(state));
    const hash = encodeAddress({ ...told, recording: state.recordings.peek().length > 1 ? recording : undefined });
    history.replaceState(null, "", `#${hash}`);
  };
  const stop = effect(() => {
    const watched = [
      ...[state.view, state.layer, state.steps, state.checkpoint, state.playing, state.speed, state.woken, state.camera, state.flowPlace],
      ...[state.filter, state.colorBy, state.colorScale, state.movementFrom, state.range, state.marks, state.groups, state.selection, state.handling.handles, state.handling.axes],
      ...[state.grid.open, state.part.wanted, state.beside.open, state.beside.wish, state.beside.other, state.beside.part.wanted, state.beside.bases],
      ...[state.trails.index, state.trails.strength, state.trails.bundled, state.trails.ends, state.trails.camera, state.trails.layerPlace],
      ...(state.bookmarks ? [state.bookmarks.current] : []),
    ];
    for (const signal of watched) void signal.value;
    if (state.phase.value.kind === "ready") timer ??= setTimeout(write, PAUSE);
  });
  const read = (): void => applyAddress(state, location.hash);
  window.addEventListener("hashchange", read);
  return () => {
    stop();
    clearTimeout(timer);
    window.removeEventListener("hashchange", read);
  };
}

/** Show what an address says. Of a link to another state of the recording, what still holds is kept. */
export function applyAddress(state: AppState, hash: string): void {
  if (state.phase.peek().kind !== "ready") return;
  const address = decodeAddress(hash);
  for (const names of TOGETHER) {
    const part = Object.fromEntries(names.map((name) => [name, address[name]]));
    if (Object.values(part)[0] === undefined) continue;
    try {
      writeState(state, part);
    } catch {
      // An address that names what this recording has not: the rest of it is shown.
    }
  }
}

type WithoutNulls<T> = { [K in keyof T]: Exclude<T[K], null> | undefined };

function withoutNulls<T extends object>(object: T): WithoutNulls<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null)) as WithoutNulls<T>;
}
