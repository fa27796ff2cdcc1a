/** The choice of what stands for a sample, and what is to be known of it. Is drawn in the legend, whose colors it changes. */

import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Marks } from "../render/marks-layer";
import type { AppState, OpenRecording } from "../state/app-state";
import { offeredMarks } from "../state/marks";

export function MarksChoice({ state, recording }: { state: AppState; recording: OpenRecording }) {
  // The stage tells of itself with every frame; the words change with the numbers.
  const drawn = useMemo(() => computed(() => [state.stage.value?.images ?? 0, state.stage.value?.points ?? 0, state.stage.value?.imagesOf ?? ""].join(" ")), [state]);
  const offered = offeredMarks(recording);
  // The grid has room for points alone.
  if (offered.length === 1 || state.grid.open.value) return null;
  const pictures = recording.samples.hasPictures;
  const [images, points, limit] = drawn.value.split(" ");
  const note = wordsOf(state.marks.value, pictures, Number(images), Number(points), limit ? Number(limit) : null);
  return (
    <div class={`marks ${state.marks.value}`}>
      <div class="choice" role="group" aria-label="Samples are drawn as">
        {offered.map((marks) => (
          <button
            key={marks}
            type="button"
            data-testid={`marks-${marks}`}
            aria-pressed={marks === state.marks.value}
            title={`${TITLES[marks]} (i)`}
            onClick={() => (state.marks.value = marks)}
          >
            {marks === "images" && !pictures ? "Texts" : NAMES[marks]}
          </button>
        ))}
      </div>
      {note && (
        <p class="note" data-testid="marks-note">
          {note}
        </p>
      )}
    </div>
  );
}

const NAMES: Record<Marks, string> = { points: "Points", images: "Images", averages: "Averages" };
const TITLES: Record<Marks, string> = {
  points: "A point for each sample",
  images: "The samples themselves, where there is room",
  averages: "Points of the images' mean colors",
};

function wordsOf(marks: Marks, pictures: boolean, drawn: number, samples: number, limit: number | null): string | null {
  const count = (n: number): string => n.toLocaleString("en-US");
  if (marks === "averages") return "Each point has the mean color of its image, not that of its group.";
  if (marks === "points") return null;
  if (!pictures) return `${count(drawn)} of ${count(samples)} samples have room for the beginning of their text.`;
  const room = `${count(drawn)} of ${count(samples)} samples are images, framed in the color of their group; where they would cover each other there are points.`;
  return limit === null ? room : `${room} Memory holds the images of ${count(limit)} at once.`;
}
