/** Time: easing, and where between two checkpoints a position lies. */

/** How long a change of layer, checkpoint or basis takes, in seconds. */
export const TRANSITION = 0.7;

/** Seconds that count between two frames: after a longer pause (much to draw, a hidden tab) all goes on where it was. */
const LONGEST_FRAME = 0.1;

/** The seconds from one frame to the next, by their times in milliseconds. */
export function secondsBetween(last: number, now: number): number {
  return Math.min(LONGEST_FRAME, Math.max(0, (now - last) / 1000));
}

export function smoothstep(t: number): number {
  const x = Math.min(1, Math.max(0, t));
  return x * x * (3 - 2 * x);
}

export interface Bracket {
  /** Positions in the list that was given. */
  readonly before: number;
  readonly after: number;
  /** From 0 at `before` to 1 at `after`. */
  readonly fraction: number;
}

/**
 * Where a position lies among ascending whole places (the checkpoints that an embedding has steps for). Outside them
 * the nearest end holds.
 */
export function bracket(places: readonly number[], position: number): Bracket {
  const last = places.length - 1;
  if (position <= places[0]) return { before: 0, after: 0, fraction: 0 };
  if (position >= places[last]) return { before: last, after: last, fraction: 0 };
  let before = 0;
  while (places[before + 1] <= position) before++;
  const fraction = (position - places[before]) / (places[before + 1] - places[before]);
  return { before, after: fraction > 0 ? before + 1 : before, fraction };
}
