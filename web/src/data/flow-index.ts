/** The index of a flow from layer to layer, checked on arrival. */

import { asObject, IndexError } from "./recording-index";

export const KINDS = ["linear", "joining", "coordinate-wise", "softmax", "max-pooling", "alignment"] as const;
export type Kind = (typeof KINDS)[number];

export interface FlowStop {
  readonly name: string;
  readonly aliases: readonly string[];
  /** The recorded layer that it is. */
  readonly layer: string | null;
  readonly units: number;
  readonly dims: number;
  /** Are the coordinates the units themselves? */
  readonly raw: boolean;
  /** Of the variance, in the coordinates. */
  readonly share: number;
  readonly center: readonly number[];
}

export interface FlowStep {
  readonly kind: Kind;
  readonly operation: string;
  readonly exact: boolean;
  readonly residual: number;
}

export interface FlowIndex {
  /** The folder under `flows/`. */
  readonly name: string;
  readonly checkpoint: string;
  readonly stops: readonly FlowStop[];
  readonly steps: readonly FlowStep[];
  /** Differs between two results of one name. */
  readonly version: string;
}

export function parseFlowIndex(name: string, value: unknown): FlowIndex {
  const where = `flows/${name}`;
  const index = asObject(value, where);
  const stops = list(index.stops, `${where}: stops`).map((item, i): FlowStop => {
    const stop = asObject(item, `${where}: stops[${i}]`);
    const center = list(stop.center, `${where}: stops[${i}].center`).map(Number);
    return {
      name: String(stop.name),
      aliases: list(stop.aliases ?? [], `${where}: stops[${i}].aliases`).map(String),
      layer: typeof stop.layer === "string" ? stop.layer : null,
      units: Number(stop.units),
      dims: center.length,
      raw: stop.raw === true,
      share: Number(stop.share),
      center,
    };
  });
  const steps = list(index.transitions, `${where}: transitions`).map((item, i): FlowStep => {
    const step = asObject(item, `${where}: transitions[${i}]`);
    const kind = KINDS.find((known) => known === step.kind);
    if (!kind) throw new IndexError(`${where}: transitions[${i}].kind should be one of ${KINDS.join(", ")}; got ${JSON.stringify(step.kind)}`);
    return { kind, operation: String(step.operation), exact: step.exact === true, residual: Number(step.residual) };
  });
  if (stops.length !== steps.length + 1 || stops.some((stop) => stop.dims < 1 || stop.dims > 64)) {
    throw new IndexError(`${where} should have one step fewer than stops, of 1 to 64 dimensions; got ${stops.length} and ${steps.length}`);
  }
  const provenance = asObject(index.provenance ?? {}, `${where}: provenance`);
  return { name, checkpoint: String(index.checkpoint), stops, steps, version: String(provenance.created ?? "") };
}

function list(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw new IndexError(`${where} should be a list; got ${JSON.stringify(value)}`);
  return value;
}
