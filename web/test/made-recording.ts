/** A small recording in memory, byte by byte as ARCHITECTURE.md says, behind a `fetch` that serves it. */

import { vi } from "vitest";
import { crc32c } from "../src/data/crc32c";
import { RecordingStore } from "../src/data/store";

type Content = { dtype: string; bytes: Uint8Array; codec: string };

function of(dtype: string, values: { buffer: ArrayBufferLike }): Content {
  return { dtype, bytes: new Uint8Array(values.buffer), codec: "bytes" };
}

export const int32 = (...values: number[]): Content => of("int32", Int32Array.from(values));
export const float32 = (...values: number[]): Content => of("float32", Float32Array.from(values));
export const float64 = (...values: number[]): Content => of("float64", Float64Array.from(values));
export const int64 = (...values: bigint[]): Content => of("int64", BigInt64Array.from(values));
export const bool = (...values: boolean[]): Content => of("bool", Uint8Array.from(values, Number));

export function string(...values: string[]): Content {
  const parts: number[] = [];
  const number = (value: number): unknown => parts.push(...new Uint8Array(Uint32Array.of(value).buffer));
  number(values.length);
  for (const value of values) {
    const bytes = new TextEncoder().encode(value);
    number(bytes.length);
    parts.push(...bytes);
  }
  return { dtype: "string", bytes: Uint8Array.from(parts), codec: "vlen-utf8" };
}

/** Open a recording of these arrays, by their paths in the store; each is one chunk. */
export async function madeRecording(arrays: Record<string, Content>, index: Record<string, unknown>): Promise<RecordingStore> {
  const samples = Number(index.samples);
  const files = new Map<string, Uint8Array>();
  const metadata: Record<string, unknown> = {};
  for (const [path, { dtype, bytes, codec }] of Object.entries(arrays)) {
    const shape = [samples];
    metadata[path] = {
      ...{ zarr_format: 3, node_type: "array", shape, data_type: dtype, attributes: {} },
      ...{ chunk_grid: { name: "regular", configuration: { chunk_shape: shape } }, chunk_key_encoding: { name: "default" } },
      codecs: [codec === "bytes" ? { name: codec, configuration: { endian: "little" } } : { name: codec }, { name: "crc32c" }],
      fill_value: dtype === "string" ? "" : dtype === "bool" ? false : 0,
    };
    const sealed = new Uint8Array(bytes.length + 4);
    sealed.set(bytes);
    new DataView(sealed.buffer).setUint32(bytes.length, crc32c(bytes), true);
    files.set(`${path}/c/0`, sealed);
  }
  const whole = { schema: 1, title: "made", class_names: null, layers: [], checkpoints: [], ...index };
  const root = { zarr_format: 3, node_type: "group", attributes: { inscape: whole }, consolidated_metadata: { metadata } };
  files.set("zarr.json", new TextEncoder().encode(JSON.stringify(root)));
  vi.stubGlobal("fetch", async (address: string) => {
    const body = files.get(decodeURIComponent(address.replace("/made/", "")));
    return body ? new Response(new Uint8Array(body)) : new Response("", { status: 404 });
  });
  return RecordingStore.open("/made/");
}
