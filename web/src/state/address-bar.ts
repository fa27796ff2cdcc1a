/** Keeps the address bar and the state together. */

import { effect } from "@preact/signals";
import { decodeAddress, encodeAddress } from "./address";
import type { AppState } from "./app-state";
import { readState, writeState } from "./public-state";

/** Milliseconds between two writings: browsers refuse more than some tens in a few seconds. */
const PAUSE = 300;

export function keepAddress(state: AppState): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    timer = undefined;
    const { recording, view, layer, embedding, checkpoint, layerPlace, basis, playing, speed, filter, colorBy, groups, selection, camera, handles, axisHandles } =
      readState(state);
    const hash = encodeAddress({
      recording: state.recordings.peek().length > 1 ? recording : undefined,
      view,
      layer,
      colorBy,
      groups: groups ?? undefined,
      selection,
      camera,
      embedding: embedding ?? undefined,
      checkpoint,
      layerPlace: layerPlace ?? undefined,
      basis: basis ?? undefined,
      playing,
      speed,
      filter: filter ?? undefined,
      handles,
      axisHandles: axisHandles ?? undefined,
    });
    history.replaceState(null, "", `#${hash}`);
  };
  const stop = effect(() => {
    const watched = [
      ...[state.view, state.layer, state.steps, state.checkpoint, state.playing, state.speed, state.woken, state.camera, state.flowPlace],
      ...[state.filter, state.colorBy, state.groups, state.selection, state.handling.handles, state.handling.axes],
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
  const { view, layer, embedding, checkpoint, layerPlace, basis, playing, speed, filter, colorBy, groups, selection, camera, handles, axisHandles } =
    decodeAddress(hash);
  const parts = [{ view }, { layer }, { embedding, layerPlace }, { checkpoint }, { speed }, { filter }, { colorBy }, { groups }, { selection }, { camera }];
  for (const part of [...parts, { handles }, { axisHandles }, { playing }, { basis }]) {
    if (Object.values(part)[0] === undefined) continue;
    try {
      writeState(state, part);
    } catch {
      // An address that names what this recording has not: the rest of it is shown.
    }
  }
}
