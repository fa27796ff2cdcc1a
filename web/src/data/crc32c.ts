/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), the checksum at the end of every chunk. */

const POLYNOMIAL = 0x82f63b78; // reflected

// Eight tables, so that eight bytes are taken a round: a 1,000,000 × 16 step is 32 MB, and one byte a round costs 100 ms.
const TABLES: Uint32Array[] = makeTables();

function makeTables(): Uint32Array[] {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    tables[0][byte] = value;
  }
  for (let t = 1; t < 8; t++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = tables[t - 1][byte];
      tables[t][byte] = (before >>> 8) ^ tables[0][before & 255];
    }
  }
  return tables;
}

export function crc32c(bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  let crc = 0xffffffff;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc =
      t7[(crc ^ bytes[i]) & 255] ^
      t6[((crc >>> 8) ^ bytes[i + 1]) & 255] ^
      t5[((crc >>> 16) ^ bytes[i + 2]) & 255] ^
      t4[((crc >>> 24) ^ bytes[i + 3]) & 255] ^
      t3[bytes[i + 4]] ^
      t2[bytes[i + 5]] ^
      t1[bytes[i + 6]] ^
      t0[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]) & 255];
  return (crc ^ 0xffffffff) >>> 0;
}

/** What a chunk that fails its checksum throws; whoever knows the array's name adds it. */
export class ChecksumError extends Error {
  override name = "ChecksumError";
}

/** Take the four checksum bytes off a chunk, or throw where they do not match what comes before them. */
export function checked(chunk: Uint8Array): Uint8Array {
  if (chunk.length < 4) throw new ChecksumError(`the chunk is truncated to ${chunk.length} bytes`);
  const body = chunk.subarray(0, chunk.length - 4);
  const stored = new DataView(chunk.buffer, chunk.byteOffset + body.length, 4).getUint32(0, true);
  const found = crc32c(body);
  if (stored !== found) {
    const hex = (value: number): string => value.toString(16).padStart(8, "0");
    throw new ChecksumError(`checksum ${hex(found)} where ${hex(stored)} was written`);
  }
  return body;
}
