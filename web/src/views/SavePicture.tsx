/** Saves the stage's picture: as vectors, or as pixels for a screen of twice the usual density. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { painted } from "../render/painting";
import type { AppState } from "../state/app-state";
import { say } from "../state/session";

const RATIO = 2;
const FORMATS = ["svg", "png"] as const;
type Format = (typeof FORMATS)[number];
const TITLES: Record<Format, string> = { svg: "Vectors: a circle a sample", png: `Pixels, ${RATIO} to each on the screen` };

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
  if (state.view.value !== "tour" || !state.recording.value) return null;
  return (
    <div class="saving wide" ref={box}>
      <button type="button" class="plain" aria-expanded={open} title="Save the picture" data-testid="save-picture" onClick={() => setOpen(!open)}>
        Save
      </button>
      {open && (
        <div class="panel" role="group" aria-label="Save the picture as">
          {FORMATS.map((format) => (
            <button
              key={format}
              type="button"
              class="plain"
              title={TITLES[format]}
              data-testid={`save-picture-${format}`}
              onClick={() => {
                save(state, format).catch((error: unknown) => (state.notice.value = say(error)));
                close();
              }}
            >
              {format.toUpperCase()}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

async function save(state: AppState, format: Format): Promise<void> {
  const picture = state.film.vector();
  const content = format === "svg" ? new Blob([new XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" }) : await pngOf(picture);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = `${nameOf(state)}.${format}`;
  link.click();
  // The download has begun by then; an address that nobody needs would keep the picture in memory.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function pngOf(picture: SVGSVGElement): Promise<Blob> {
  return new Promise((done, fail) => {
    painted(picture, RATIO).toBlob((blob) => (blob ? done(blob) : fail(new Error("the picture is too large for this browser"))), "image/png");
  });
}

/** The recording, the layer and the checkpoint, as a name that every system takes. */
function nameOf(state: AppState): string {
  const recording = state.recording.peek();
  const checkpoint = recording?.store.index.checkpoints[Math.round(state.checkpoint.peek())]?.name ?? "";
  return [recording?.entry.name ?? "inscape", state.layer.peek(), checkpoint].join(" ").replace(/[^\p{L}\p{N}._-]+/gu, "-");
}
