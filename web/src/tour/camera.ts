/** Where the stage is looked at: how near, and what lies in its middle. */

export interface Camera {
  /** 1: the cloud fills the stage. */
  readonly zoom: number;
  /** Where the coordinates' zero lies, from the stage's middle, in half sides of the stage; y goes down. */
  readonly x: number;
  readonly y: number;
}

export const WHOLE: Camera = { zoom: 1, x: 0, y: 0 };

const NEAREST = 200;
const FARTHEST = 0.2;
/** Half sides that the middle may be moved, at zoom 1: the cloud can't be lost. */
const FARTHEST_OFF = 1.5;

/** Zoom so that what lies at (x, y), in half sides from the stage's middle, stays there. */
export function zoomed(camera: Camera, factor: number, x: number, y: number): Camera {
  const zoom = Math.min(NEAREST, Math.max(FARTHEST, camera.zoom * factor));
  const by = zoom / camera.zoom;
  return kept({ zoom, x: x + (camera.x - x) * by, y: y + (camera.y - y) * by });
}

/** Move by a distance in half sides. */
export function moved(camera: Camera, x: number, y: number): Camera {
  return kept({ zoom: camera.zoom, x: camera.x + x, y: camera.y + y });
}

function kept({ zoom, x, y }: Camera): Camera {
  const limit = FARTHEST_OFF * Math.max(1, zoom);
  return { zoom, x: Math.min(limit, Math.max(-limit, x)), y: Math.min(limit, Math.max(-limit, y)) };
}

/** A camera that somebody gave, or null where it is none. */
export function asCamera(value: unknown): Camera | null {
  if (typeof value !== "object" || value === null) return null;
  const { zoom, x, y } = value as Record<string, unknown>;
  if (typeof zoom !== "number" || typeof x !== "number" || typeof y !== "number") return null;
  if (![zoom, x, y].every(Number.isFinite) || zoom < FARTHEST || zoom > NEAREST) return null;
  return kept({ zoom, x, y });
}
