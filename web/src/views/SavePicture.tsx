/** Saves the stage's picture: as vectors, or as pixels for a screen of twice the usual density. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { AppState } from "../state/app-state";
import { say } from "../state/session";

const RATIO = 2;
const FORMATS = ["svg", "png"] as const;
type Format = (typeof FORMATS)[number];
const PIXELS = `Pixels, ${RATIO} to each on the screen`;

/** What is saved, by view; in words, why nothing is. */
function savedOf(state: AppState): Record<Format, string> | string {
  switch (state.view.value) {
    case "tour":
      return state.grid.open.value ? "The grid can't be saved as one picture: enter one of its pictures and save that." : { svg: "Vectors: a circle a sample", png: PIXELS };
    case "trails":
      return state.trails.index.value ? { svg: "Vectors: lines a sample", png: PIXELS } : "There are no trails to save yet.";
    case "layers":
      return state.likeness.index.value ? { svg: "Vectors of the two pictures, without the matrix", png: `${PIXELS}: the two pictures, without the matrix` } : "There is no comparison to save yet.";
    case "units":
      return "The map of units can't be saved by itself. The whole page can, as a PNG: share the link, and inscape render … --page --link takes it.";
    default:
      return "There is nothing to save yet.";
  }
}

export function SavePicture({ state }: { state: AppState }) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  // At once: who presses Escape in the same moment is heard.
  useLayoutEffect(() => {
    if (!open) return;
    const onPointer = (event: PointerEvent): void => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    };
    window.addEventListener("pointerdown", onPointer);
    window.addEventListener("keydown", onKey, true);
    return () => {
      window.removeEventListener("pointerdown", onPointer);
      window.removeEventListener("keydown", onKey, true);
    };
  }, [open]);
  const close = (): void => {
    setOpen(false);
    box.current?.querySelector("button")?.focus();
  };
  if (!state.recording.value) return null;
  const saved = savedOf(state);
  return (
    <div class="saving wide" ref={box}>
      <button type="button" class="plain" aria-expanded={open} title="Save the picture" data-testid="save-picture" onClick={() => setOpen(!open)}>
        Save
      </button>
      {open && (
        <div class="panel" role="group" aria-label="Save the picture as">
          {typeof saved === "string" ? (
            <p class="note" role="status" data-testid="save-refused">
              {saved}
            </p>
          ) : (
            FORMATS.map((format) => (
              <button
                key={format}
                type="button"
                class="plain"
                title={saved[format]}
                data-testid={`save-picture-${format}`}
                onClick={() => {
                  save(state, format).catch((error: unknown) => (state.notice.value = say(error)));
                  close();
                }}
              >
                {format.toUpperCase()}
              </button>
            ))
          )}
        </div>
      )}
    </div>
  );
}

async function save(state: AppState, format: Format): Promise<void> {
  const content = format === "svg" ? new Blob([await state.film.svg()], { type: "image/svg+xml" }) : await pngOf(await state.film.canvas(RATIO));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = `${nameOf(state)}.${format}`;
  link.click();
  // The download has begun by then; an address that nobody needs would keep the picture in memory.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function pngOf(picture: HTMLCanvasElement): Promise<Blob> {
  return new Promise((done, fail) => {
    picture.toBlob((blob) => (blob ? done(blob) : fail(new Error("the picture is too large for this browser"))), "image/png");
  });
}

/** The recording, the layer and the checkpoint, as a name that every system takes. */
function nameOf(state: AppState): string {
  const recording = state.recording.peek();
  const checkpoint = recording?.store.index.checkpoints[Math.round(state.checkpoint.peek())]?.name ?? "";
  const trails = state.view.peek() === "trails" ? state.trails.index.peek() : null;
  const what = trails ? ["trails", trails.fixed, trails.along === "checkpoints" ? checkpoint : (trails.steps[state.trails.nearest.peek()]?.layer ?? "")] : [state.layer.peek(), checkpoint];
  return [recording?.entry.name ?? "inscape", ...what].join(" ").replace(/[^\p{L}\p{N}._-]+/gu, "-");
}
