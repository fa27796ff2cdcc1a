import { effect } from "@preact/signals";
import { render } from "preact";
import { applyAddress, keepAddress } from "./state/address-bar";
import { decodeAddress } from "./state/address";
import { AppState } from "./state/app-state";
import { Bookmarks } from "./state/bookmarks";
import { publish } from "./state/public-state";
import { followColoring } from "./state/coloring";
import { begin, follow, followFlow } from "./state/session";
import { listenForInterruptions } from "./state/visiting";
import { followView } from "./state/view-quality";
import { watch } from "./state/watching";
import { theme } from "./theme/theme";
import "./theme/theme.css";
import "./theme/layers.css";
import "./theme/quality.css";
import "./theme/trails.css";
import "./theme/units.css";
import { App } from "./views/App";
import { listenForKeys } from "./views/keys";
import { panelOf, prepareParts } from "./views/parts";

const state = new AppState();
const bookmarks = (state.bookmarks = new Bookmarks(state));
const reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
state.motion.still = state.beside.motion.still = reduced.matches;
state.playing.value = !reduced.matches;
reduced.addEventListener("change", () => {
  state.motion.still = state.beside.motion.still = reduced.matches;
  if (reduced.matches) state.playing.value = false;
});

// The address is read before anything is written to it.
const asked = location.hash;

async function start(): Promise<void> {
  state.phase.value = { kind: "loading" };
  const address = decodeAddress(asked);
  // Beside the recording, not after it.
  void panelOf(address.view ?? "")?.prepare();
  await begin(state, address.recording ?? null);
  applyAddress(state, asked);
}

effect(() => {
  state.dark.value = theme.value === "dark";
});
for (const pane of [state, state.beside]) {
  follow(state, pane);
  followFlow(state, pane);
  followColoring(state, pane);
  followView(state, pane);
}
state.beside.link();
state.likeness.follow();
state.search.follow();
state.bestView.follow();
state.trails.follow();
state.units.follow();
listenForInterruptions(bookmarks.visiting);
listenForKeys(state);
publish(state);
const root = document.getElementById("app");
if (root) render(<App state={state} begin={() => void start()} />, root);
void start().then(() => {
  keepAddress(state);
  watch(state, () => void start());
  prepareParts();
});
