import { describe, expect, it } from "vitest";
import { decodeAddress, encodeAddress } from "../src/state/address";
import { orthonormalBasis } from "../src/tour/matrix";

describe("the address", () => {
  const basis = [...orthonormalBasis([Float64Array.from([1, 2, 3, 4, 5]), Float64Array.from([2, -1, 0, 1, 0])], 5)];
  const address = { layer: "blöck[1]/x&y", embedding: "my%20umap", checkpoint: 2.5, playing: false, speed: 0.5, filter: [3, 14, 15] };

  it("holds the state", () => {
    expect(decodeAddress(`#${encodeAddress(address)}`)).toEqual(address);
    expect(decodeAddress("")).toEqual({});
  });

  it("holds the screen of the basis, of a tour at rest", () => {
    const back = decodeAddress(encodeAddress({ playing: false, basis })).basis ?? [];
    for (let i = 0; i < 5; i++) {
      expect(back[5 * i]).toBe(basis[5 * i]);
      expect(back[5 * i + 1]).toBe(basis[5 * i + 1]);
    }
    expect(encodeAddress({ playing: true, basis })).toBe("");
  });

  it("leaves out what makes no sense", () => {
    expect(decodeAddress("#checkpoint=x&speed=99&filter=1.a&basis=!!&layer=")).toEqual({});
    expect(decodeAddress("#basis=AAAAAAAAAAAAAAAAAAAAAA")).toEqual({});
    const screen = new Float64Array([1, 1, 1, 0]);
    const skewed = btoa(String.fromCharCode(...new Uint8Array(screen.buffer)));
    expect(decodeAddress(`#basis=${encodeURIComponent(skewed)}`)).toEqual({});
  });
});
