/** A recording over HTTP: its index in one request, its arrays by zarrita, every chunk checked. */

import { get, open, registry } from "zarrita";
import { checked } from "./crc32c";
import { type FlowIndex, parseFlowIndex } from "./flow-index";
import { asObject, type EmbeddingIndex, parseEmbeddingIndex, parseRecordingIndex, type RecordingIndex } from "./recording-index";
import { toAddress } from "./names";
import { rawUnits } from "./raw-units";
import { parseTrailsIndex, type TrailsIndex } from "./trails-index";

/** What went wrong with a request or a chunk, in words for a person. */
export class DataError extends Error {
  override name = "DataError";
}

/** zarrita's own codec cuts the checksum off unread; this one compares it. */
class CheckedCrc32c {
  readonly kind = "bytes_to_bytes";
  static fromConfig(): CheckedCrc32c {
    return new CheckedCrc32c();
  }
  encode(): never {
    throw new Error("the page reads recordings and writes none");
  }
  decode(bytes: Uint8Array): Uint8Array {
    return checked(bytes);
  }
  computeEncodedSize(size: number): number {
    return size + 4;
  }
}

registry.set("crc32c", async () => CheckedCrc32c);

export interface RecordingEntry {
  name: string;
  url: string;
}

async function request(address: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch {
    throw new DataError("the server does not answer: start it again with inscape serve");
  }
  if (response.status === 403) {
    throw new DataError("this page has no leave to read: open the address that inscape serve printed, with its token");
  }
  return response;
}

export async function listRecordings(): Promise<RecordingEntry[]> {
  const response = await request("/api/recordings");
  if (!response.ok) throw new DataError(`the list of recordings answers ${response.status}`);
  const answer = asObject(await response.json(), "/api/recordings");
  const list = Array.isArray(answer.recordings) ? answer.recordings : [];
  return list.map((item, i) => {
    const entry = asObject(item, `recordings[${i}]`);
    return { name: String(entry.name), url: String(entry.url) };
  });
}

/**
 * One array as zarrita sees it. Its root is the array itself, so that folder names which hold `%` never pass through
 * zarrita's own resolving of paths (it decodes them).
 */
class ArrayStore {
  constructor(
    private readonly recording: RecordingStore,
    private readonly path: string,
  ) {}

  async get(key: string): Promise<Uint8Array | undefined> {
    if (key === "/zarr.json") {
      const node = this.recording.node(this.path);
      return node === undefined ? undefined : new TextEncoder().encode(JSON.stringify(node));
    }
    const response = await request(this.recording.address(this.path + key));
    // A recording writes empty chunks too: an absent one is damage, not zeros.
    if (response.status === 404) throw new DataError(`${this.path}${key} is missing`);
    if (!response.ok) throw new DataError(`${this.path}${key} answers ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }
}

export type ReadNumbers = Int16Array | Int32Array | Float32Array | Uint8Array;

/** The values of an array whatever they are, in order: typed arrays, a list of strings, zarrita's list of booleans. */
export type Values = Iterable<number | bigint | boolean | string>;

/** One recording that a page has open. */
export class RecordingStore {
  private constructor(
    private readonly base: string,
    private readonly nodes: Record<string, unknown>,
    readonly index: RecordingIndex,
    readonly embeddings: EmbeddingIndex[],
    readonly flows: FlowIndex[],
    readonly trails: TrailsIndex[],
  ) {}

  static async open(url: string): Promise<RecordingStore> {
    const base = url.endsWith("/") ? url : `${url}/`;
    const response = await request(`${base}zarr.json`);
    if (!response.ok) throw new DataError(`the recording's index answers ${response.status}: was it moved or removed?`);
    let document: unknown;
    try {
      document = await response.json();
    } catch {
      throw new DataError("the recording's zarr.json is not JSON: run inscape verify on it");
    }
    const root = asObject(document, "zarr.json");
    const consolidated = asObject(root.consolidated_metadata ?? { metadata: {} }, "consolidated_metadata");
    const nodes = asObject(consolidated.metadata ?? {}, "consolidated_metadata.metadata");
    const embeddings: EmbeddingIndex[] = [];
    const flows: FlowIndex[] = [];
    const trails: TrailsIndex[] = [];
    for (const [path, node] of Object.entries(nodes)) {
      const [kind, name, ...rest] = path.split("/");
      if (!name || rest.length) continue;
      if (kind === "embeddings" && nodes[`${path}/screen`]) embeddings.push(parseEmbeddingIndex(name, inscapeAttributes(node, path)));
      if (kind === "trails" && nodes[`${path}/screen_raw`]) trails.push(parseTrailsIndex(name, inscapeAttributes(node, path)));
      if (kind === "flows") flows.push(parseFlowIndex(name, inscapeAttributes(node, path)));
    }
    const index = parseRecordingIndex(inscapeAttributes(root, "zarr.json"));
    const raw = rawUnits(index, embeddings, (path) => path in nodes);
    const shown = new Set(raw.map((embedding) => embedding.steps[0].layer));
    const stored = embeddings.filter((e) => e.method !== "units" || e.steps.some((step) => !shown.has(step.layer)));
    return new RecordingStore(base, nodes, index, [...stored, ...raw], flows, trails);
  }

  node(path: string): unknown {
    return this.nodes[path];
  }

  /** When a checkpoint was recorded, or a result made, as ISO 8601; empty where that was not written. */
  madeAt(path: string): string {
    const node = this.nodes[path] as { attributes?: { inscape?: { recorded?: unknown; provenance?: { created?: unknown } } } } | undefined;
    const { recorded, provenance } = node?.attributes?.inscape ?? {};
    const when = recorded ?? provenance?.created;
    return typeof when === "string" ? when : "";
  }

  /** The folders of the arrays that lie right in a group. */
  arraysIn(group: string): string[] {
    const inside = Object.keys(this.nodes).filter((path) => path.startsWith(`${group}/`) && !path.includes("/", group.length + 1));
    return inside.filter((path) => this.dtype(path) !== "").map((path) => path.slice(group.length + 1));
  }

  /** The type of an array's values; empty for what is no array. */
  dtype(path: string): string {
    const node = this.nodes[path];
    if (typeof node !== "object" || node === null || !("node_type" in node) || node.node_type !== "array") return "";
    return "data_type" in node && typeof node.data_type === "string" ? node.data_type : "";
  }

  shape(path: string): number[] | null {
    const node = this.nodes[path];
    const shape = typeof node === "object" && node !== null && "shape" in node ? node.shape : null;
    return Array.isArray(shape) ? shape.map(Number) : null;
  }

  address(path: string): string {
    return this.base + toAddress(path);
  }

  /** Read an array, or one entry of its first axis. What fails is named: the array, and why. */
  async read(path: string, entry?: number): Promise<{ data: ReadNumbers; shape: number[] }> {
    try {
      const array = await open.v3(new ArrayStore(this, path), { kind: "array" });
      const selection = entry === undefined ? null : [entry, ...array.shape.slice(1).map(() => null)];
      const { data, shape } = await get(array, selection);
      if (!(data instanceof Int16Array || data instanceof Int32Array || data instanceof Float32Array || data instanceof Uint8Array)) {
        throw new DataError(`it holds ${array.dtype}, which the page does not read`);
      }
      return { data, shape };
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  /** Read a small array of float64. */
  async readDoubles(path: string): Promise<Float64Array> {
    try {
      const { data, dtype } = await this.opened(path);
      if (!(data instanceof Float64Array)) throw new DataError(`it holds ${dtype}, not float64`);
      return data;
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  /** Read a column, whatever its values are. */
  async readValues(path: string): Promise<Values> {
    try {
      const { data, dtype } = await this.opened(path);
      if (typeof data !== "object" || data === null || !(Symbol.iterator in data)) throw new DataError(`it holds ${dtype}, which the page does not read`);
      return data as Values;
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  private async opened(path: string): Promise<{ data: unknown; dtype: string }> {
    const array = await open.v3(new ArrayStore(this, path), { kind: "array" });
    return { data: (await get(array, null)).data, dtype: array.dtype };
  }

  /** Read one string of a column. */
  async readText(path: string, entry: number): Promise<string> {
    try {
      const array = await open.v3(new ArrayStore(this, path), { kind: "array" });
      const value: unknown = await get(array, [entry]);
      return typeof value === "string" ? value : String(value);
    } catch (error) {
      throw unreadable(path, error);
    }
  }
}

function unreadable(path: string, error: unknown): DataError {
  const reason = deepest(error);
  if (reason instanceof DataError && !reason.message.startsWith("it holds")) return reason;
  return new DataError(`${path} can't be read: ${reason.message}. Run inscape verify on the recording.`);
}

function inscapeAttributes(node: unknown, where: string): unknown {
  const attributes = asObject(asObject(node, where).attributes ?? {}, `${where}: attributes`);
  if (attributes.inscape === undefined) throw new DataError(`${where} has no attributes.inscape: is this a recording?`);
  return attributes.inscape;
}

/** zarrita wraps what a codec throws; the innermost error says what happened. */
function deepest(error: unknown): Error {
  let current = error instanceof Error ? error : new Error(String(error));
  while (current.cause instanceof Error) current = current.cause;
  return current;
}
