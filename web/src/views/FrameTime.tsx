/** With `?debug` in the address: how long the main thread takes for a frame. */

import { useEffect, useState } from "preact/hooks";
import type { FrameTimes } from "../state/frame-times";

export const DEBUG = new URLSearchParams(location.search).has("debug");

export function FrameTime({ times }: { times: FrameTimes }) {
  const [text, setText] = useState("no frame yet");
  useEffect(() => {
    const timer = setInterval(() => {
      const found = times.summary();
      if (found) setText(`${found.median.toFixed(2)} ms a frame, longest ${found.longest.toFixed(1)}, ${found.frames} frames`);
    }, 500);
    return () => clearInterval(timer);
  }, [times]);
  return (
    <output class="frame-time" data-testid="frame-time" title="Main-thread time: median and longest of the last 120 frames">
      {text}
    </output>
  );
}
