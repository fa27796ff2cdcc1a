/** Long work that leaves the page usable: it yields often, and the page is let in between where that was long ago. */

/** Milliseconds that the page waits for at most. */
const SLICE = 25;

/** Run to the end; null if it was not wanted any more. */
export async function inSlices<T>(work: Generator<void, T>, wanted: () => boolean): Promise<T | null> {
  let began = performance.now();
  for (;;) {
    if (!wanted()) return null;
    const { done, value } = work.next();
    if (done) return value;
    if (performance.now() - began < SLICE) continue;
    await new Promise((go) => setTimeout(go));
    began = performance.now();
  }
}
