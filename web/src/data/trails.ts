/** Stored trails as the page draws them, each read once. */

import type { Trails } from "../tour/trails";
import { DataError, type RecordingStore } from "./store";
import type { TrailsIndex } from "./trails-index";

/** Reads the trails of one recording when they are asked for. */
export class TrailsCache {
  private readonly read = new Map<string, Promise<Trails>>();

  constructor(private store: RecordingStore) {}

  /** Go on with the index of a recording that grew. */
  renew(store: RecordingStore): void {
    this.store = store;
  }

  load(index: TrailsIndex): Promise<Trails> {
    const key = `${index.name} ${index.version}`;
    let promise = this.read.get(key);
    if (!promise) {
      promise = readTrails(this.store, index);
      this.read.set(key, promise);
      // A failure is not kept: what is asked for again is tried again.
      promise.catch(() => this.read.delete(key));
    }
    return promise;
  }
}

async function readTrails(store: RecordingStore, index: TrailsIndex): Promise<Trails> {
  const folder = `trails/${index.name}`;
  const { samples } = store.index;
  const has = (name: string): boolean => store.node(`${folder}/${name}`) !== undefined;
  const [scale, times, raw, together, byClass, traveled, switches] = await Promise.all([
    store.read(`${folder}/scale`),
    store.read(`${folder}/times`),
    store.read(`${folder}/screen_raw`),
    store.read(`${folder}/screen_together`),
    // Without labels there are no classes to bundle by.
    has("screen_class") ? store.read(`${folder}/screen_class`) : null,
    has("traveled") ? store.read(`${folder}/traveled`) : null,
    has("switches") ? store.read(`${folder}/switches`) : null,
  ]);
  const points = times.data.length;
  const places = (name: string, data: unknown): Int16Array => {
    if (data instanceof Int16Array && data.length === samples * points * 2) return data;
    throw new DataError(`${folder}/${name} is not int16 of ${samples} × ${points} × 2: run inscape verify`);
  };
  const ascending = times.data.every((time, i) => i === 0 || time > times.data[i - 1]);
  if (points < 2 || !ascending || scale.data.length !== 2) throw new DataError(`${folder}/times do not go on from point to point: run inscape verify`);
  const drawnTogether = places("screen_together", together.data);
  return {
    samples,
    points,
    times: Float32Array.from(times.data),
    scale: [scale.data[0], scale.data[1]],
    raw: places("screen_raw", raw.data),
    class: byClass ? places("screen_class", byClass.data) : drawnTogether,
    together: drawnTogether,
    classes: byClass !== null,
    traveled: traveled && Float32Array.from(traveled.data),
    switches: switches && Int32Array.from(switches.data),
  };
}
