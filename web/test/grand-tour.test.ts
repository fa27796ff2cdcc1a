import { describe, expect, it } from "vitest";
import { GrandTour } from "../src/tour/grand-tour";
import { deviation } from "../src/tour/matrix";
import { normals, philox } from "../src/tour/philox";
import reference from "./grand-tour.json";

describe("the random numbers", () => {
  it.each([
    [0, 0, 0, 0xff1dae59, 0x6cd10df2],
    [0xffffffff, 0xffffffff, 0xffffffff, 0x2c3f628b, 0xab4fd7ad],
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0xdd7ce038, 0xf62a4c12],
  ])("are Philox2x32-10's: (%i, %i) under %i", (first, second, key, x, y) => {
    expect(philox(first, second, key)).toEqual([x, y]);
  });

  it("are normal as in Python", () => {
    const expected = [-0.024362211017643, -0.937386645377871, 0.055687700956658, -0.695508149145464];
    normals(4, 7, 42).forEach((x, i) => expect(x).toBeCloseTo(expected[i], 13));
  });
});

describe("the tour", () => {
  // The file comes of inscape.shape.GrandTour by test/make-grand-tour.py.
  it.each(reference.map((r) => [r.dims, r] as const))("agrees with inscape.shape.GrandTour over 1,000 steps at D = %i", (_, r) => {
    const tour = new GrandTour(r.dims, r.seed, { basis: r.begin ?? undefined });
    let worst = 0;
    for (let step = 1; step <= 1000; step++) {
      tour.step(r.dt);
      const expected = r.bases[String(step) as keyof typeof r.bases];
      if (!expected) continue;
      tour.basis.forEach((x, i) => (worst = Math.max(worst, Math.abs(x - expected[i]))));
    }
    expect(worst).toBeLessThan(1e-9);
  });

  it.each([2, 3, 16, 64])("stays orthonormal at D = %i, and turns slowly", (dims) => {
    const tour = new GrandTour(dims, 5);
    for (let step = 0; step < 500; step++) {
      const before = tour.basis;
      tour.step(1 / 60);
      const after = tour.basis;
      expect(Math.max(...after.map((x, i) => Math.abs(x - before[i])))).toBeLessThan(0.05);
    }
    expect(deviation(tour.basis, dims)).toBeLessThan(1e-12);
  });

  it("goes on from a basis that was set", () => {
    const tour = new GrandTour(3, 1, { basis: [0, 1, 0, 1, 0, 0, 0, 0, 1] });
    expect([...tour.basis]).toEqual([0, 1, 0, 1, 0, 0, 0, 0, 1]);
    tour.step(0.1);
    expect(deviation(tour.basis, 3)).toBeLessThan(1e-12);
  });
});
