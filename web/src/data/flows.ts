/** The clouds and the axes of a flow, each loaded once. */

import { type StepData, stepData } from "../tour/fit";
import type { Leg } from "../tour/journey";
import type { FlowIndex } from "./flow-index";
import { DataError, type RecordingStore } from "./store";

/** Loads the clouds of a flow when they are asked for. */
export class FlowCache {
  private readonly clouds = new Map<string, Promise<StepData>>();
  private readonly legs = new Map<number, Leg>();
  private readonly stops = new Map<number, StepData>();

  constructor(
    private store: RecordingStore,
    readonly flow: FlowIndex,
  ) {}

  isOf(flow: FlowIndex): boolean {
    return flow.name === this.flow.name && flow.version === this.flow.version;
  }

  /** Go on with the index of a recording that grew. */
  renewed(store: RecordingStore): this {
    this.store = store;
    return this;
  }

  /** A stop's cloud, if it is here already. */
  peekStop(stop: number): StepData | undefined {
    return this.stops.get(stop);
  }

  peekLeg(step: number): Leg | undefined {
    return this.legs.get(step);
  }

  async stop(stop: number): Promise<StepData> {
    const { center, raw } = this.flow.stops[stop];
    const data = await this.cloud("coordinates", stop, center, raw);
    this.stops.set(stop, data);
    return data;
  }

  async leg(step: number): Promise<Leg> {
    const known = this.legs.get(step);
    if (known) return known;
    const [here, there] = [this.flow.stops[step].dims, this.flow.stops[step + 1].dims];
    const folder = `flows/${this.flow.name}`;
    const [own, before, after, turn, rotation] = await Promise.all([
      this.stop(step),
      this.cloud("before", step, new Array<number>(there).fill(0), false),
      this.stop(step + 1),
      this.store.readDoubles(`${folder}/turn_${step}`),
      this.store.readDoubles(`${folder}/rotation_${step}`),
    ]);
    if (turn.length !== here * there || rotation.length !== there * there) {
      throw new DataError(`${folder}: the axes of step ${step} do not fit its stops: run inscape verify`);
    }
    const leg: Leg = { passage: { here, there, turn, rotation }, here: own, before, there: after };
    this.legs.set(step, leg);
    return leg;
  }

  private cloud(kind: "coordinates" | "before", i: number, center: readonly number[], raw: boolean): Promise<StepData> {
    const key = `${kind}_${i}`;
    let promise = this.clouds.get(key);
    if (!promise) {
      promise = this.read(kind, i, center, raw);
      this.clouds.set(key, promise);
      // A failure is not kept: what is asked for again is tried again.
      promise.catch(() => this.clouds.delete(key));
    }
    return promise;
  }

  private async read(kind: string, i: number, center: readonly number[], raw: boolean): Promise<StepData> {
    const path = `flows/${this.flow.name}/${kind}`;
    const [screen, scale] = await Promise.all([this.store.read(`${path}_screen_${i}`), this.store.read(`${path}_scale_${i}`)]);
    const dims = center.length;
    const { samples } = this.store.index;
    if (!(screen.data instanceof Int16Array) || screen.data.length !== samples * dims || scale.data.length !== dims) {
      throw new DataError(`${path}_screen_${i} is not int16 of ${samples} × ${dims}: run inscape verify`);
    }
    return stepData(screen.data, Float32Array.from(scale.data), samples, dims, Float32Array.from(center), raw);
  }
}
