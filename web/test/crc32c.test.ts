import { describe, expect, it } from "vitest";
import { checked, ChecksumError, crc32c } from "../src/data/crc32c";

function withChecksum(body: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(body.length + 4);
  chunk.set(body);
  new DataView(chunk.buffer).setUint32(body.length, crc32c(body), true);
  return chunk;
}

describe("crc32c", () => {
  // RFC 3720, appendix B.4, and the check value of every catalog.
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  it.each([
    ["32 zeros", new Uint8Array(32), 0x8a9136aa],
    ["32 ones", new Uint8Array(32).fill(255), 0x62a8ab43],
    ["ascending", ascending, 0x46dd794e],
    ["descending", ascending.slice().reverse(), 0x113fdb5c],
    ["123456789", new TextEncoder().encode("123456789"), 0xe3069283],
    ["nothing", new Uint8Array(0), 0],
  ])("gives the published value of %s", (_, bytes, value) => {
    expect(crc32c(bytes)).toBe(value);
  });
});

describe("checked", () => {
  const body = Uint8Array.from({ length: 1001 }, (_, i) => (i * 37) & 255);

  it("takes the checksum off a good chunk", () => {
    expect(checked(withChecksum(body))).toEqual(body);
  });

  it("finds a flipped bit wherever it lies, in the checksum too", () => {
    for (let at = 0; at < body.length + 4; at += 13) {
      const chunk = withChecksum(body);
      chunk[at] ^= 1 << (at % 8);
      expect(() => checked(chunk)).toThrow(ChecksumError);
    }
  });

  it("finds a truncated chunk", () => {
    expect(() => checked(withChecksum(body).subarray(0, 500))).toThrow(ChecksumError);
    expect(() => checked(new Uint8Array(3))).toThrow("truncated to 3 bytes");
  });
});
