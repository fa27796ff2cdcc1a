/** The random numbers of `inscape.shape`: Philox2x32-10 and Box–Muller, word for word as its README writes them. */

const MULTIPLIER = 0xd256d193;
const WEYL = 0x9e3779b9;
const ROUNDS = 10;

/** The upper 32 bits of a 32 × 32 bit product, which a double can't hold: by 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carried = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carried / 65536)) >>> 0;
}

/** Two 32-bit words for a counter (first, second) under a key. */
export function philox(first: number, second: number, key: number): [number, number] {
  let low = first >>> 0;
  let high = second >>> 0;
  for (let round = 0; round < ROUNDS; round++) {
    const upper = multiplyHigh(low, MULTIPLIER);
    const lower = Math.imul(low, MULTIPLIER) >>> 0;
    low = (upper ^ high ^ (key + Math.imul(round, WEYL))) >>> 0;
    high = lower;
  }
  return [low, high];
}

/** `count` independent standard normal numbers, the `draw`-th set of this seed. */
export function normals(count: number, draw: number, seed: number): Float64Array {
  const values = new Float64Array(count);
  for (let block = 0; 2 * block < count; block++) {
    const [radial, angular] = philox(block, draw, seed);
    const radius = Math.sqrt(-2 * Math.log((radial + 0.5) * 2 ** -32));
    const angle = angular * (2 * Math.PI * 2 ** -32);
    values[2 * block] = radius * Math.cos(angle);
    if (2 * block + 1 < count) values[2 * block + 1] = radius * Math.sin(angle);
  }
  return values;
}
