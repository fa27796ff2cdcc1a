/** One sample's picture, drawn from its page of thumbnails. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Samples } from "../data/samples";

export interface ThumbnailProps {
  readonly samples: Samples;
  readonly sample: number;
  /** CSS pixels of its longer side. */
  readonly side: number;
  readonly label: string;
}

export function Thumbnail({ samples, sample, side, label }: ThumbnailProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let current = true;
    setFailed(false);
    samples.picture(sample).then(
      (picture) => {
        const context = canvas.current?.getContext("2d");
        if (!current || !picture || !context) return;
        const { page, x, y, width, height } = picture;
        const ratio = window.devicePixelRatio || 1;
        const scale = side / Math.max(width, height);
        const target = context.canvas;
        target.width = Math.round(width * scale * ratio);
        target.height = Math.round(height * scale * ratio);
        target.style.width = `${width * scale}px`;
        target.style.height = `${height * scale}px`;
        // Enlarged, small pictures keep their pixels: that is what the network saw.
        context.imageSmoothingEnabled = scale * ratio < 1;
        context.drawImage(page, x, y, width, height, 0, 0, target.width, target.height);
      },
      () => current && setFailed(true),
    );
    return () => {
      current = false;
    };
  }, [samples, sample, side]);
  if (failed) return <span class="quiet">the picture can't be read</span>;
  return <canvas class="thumbnail" ref={canvas} width={side} height={side} role={label ? "img" : "presentation"} aria-label={label || undefined} />;
}
