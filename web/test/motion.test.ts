import { describe, expect, it } from "vitest";
import { type StepData, stepData } from "../src/tour/fit";
import { columnOf, deviation, identity, orthonormalBasis, star } from "../src/tour/matrix";
import type { Frame } from "../src/tour/frame";
import { TourMotion } from "../src/tour/motion";
import { evenly, isSameScene, type Scene, spaceOf } from "../src/tour/scene";
import { bracket, smoothstep, TRANSITION } from "../src/tour/time";

function step(dims: number, seed: number, samples = 40): StepData {
  const screen = Int16Array.from({ length: samples * dims }, (_, i) => ((i * 7919 + seed * 104729) % 65535) - 32767);
  return stepData(screen, new Float32Array(dims).fill(2 / 32767), samples, dims, new Float32Array(dims), false);
}

function scene(key: string, parts: [StepData, number][], more: Partial<Scene> = {}): Scene {
  const { dims } = parts[0][0];
  const list = parts.map(([s, weight]) => ({ step: s, weight }));
  return { key, dims, space: spaceOf(dims, false), parts: list, axes: null, instant: false, ...more };
}

/** What the vertex shader makes of a frame: fitted (x, y) of each sample. */
function positions(frame: Frame | null): number[] {
  const samples = frame?.layers[0].step.samples ?? 0;
  const result = new Array<number>(2 * samples).fill(0);
  for (const { step: s, x, y } of frame?.layers ?? []) {
    for (let i = 0; i < samples; i++) {
      for (let k = 0; k < s.dims; k++) {
        result[2 * i] += s.screen[i * s.dims + k] * x[k];
        result[2 * i + 1] += s.screen[i * s.dims + k] * y[k];
      }
    }
  }
  return result;
}

function farthest(a: number[], b: number[]): number {
  return Math.max(...a.map((x, i) => Math.abs(x - b[i])));
}

describe("between checkpoints", () => {
  it("coordinates are linear, in units of the radius", () => {
    const [a, b] = [step(4, 1), step(4, 2)];
    const motion = new TourMotion();
    motion.show(scene("s", [[a, 0.25], [b, 0.75]]));
    const frame = motion.frame();
    const radius = 0.25 * a.radius + 0.75 * b.radius;
    expect(frame?.radius).toBeCloseTo(radius, 6);
    const expected = positions(frame).map((_, i) => {
      const at = (i >> 1) * 4 + (i % 2);
      return (0.25 * a.screen[at] * a.scale[0] + 0.75 * b.screen[at] * b.scale[0]) / radius;
    });
    expect(farthest(positions(frame), expected)).toBeLessThan(1e-5);
  });

  it("places go straight and evenly from one picture to the other, however much larger its cloud is", () => {
    const [a, b] = [step(4, 1), step(4, 2)];
    b.scale.fill(50 * b.scale[0]);
    const large = { ...b, radius: 50 * b.radius };
    const at = (parts: [StepData, number][]): number[] => {
      const motion = new TourMotion();
      const shown = scene("s", parts);
      motion.show({ ...shown, parts: evenly(shown.parts) });
      return positions(motion.frame());
    };
    const [begin, end] = [at([[a, 1]]), at([[large, 1]])];
    for (const t of [0.01, 0.3, 0.9]) {
      const expected = begin.map((x, i) => (1 - t) * x + t * end[i]);
      expect(farthest(at([[a, 1 - t], [large, t]]), expected)).toBeLessThan(1e-5);
    }
  });

  it.each([
    [-1, 0, 0, 0],
    [2, 0, 0, 0],
    [3, 0, 1, 0.5],
    [4, 1, 1, 0],
    [9, 2, 2, 0],
  ])("position %d among places 2, 4, 7", (position, before, after, fraction) => {
    expect(bracket([2, 4, 7], position)).toEqual({ before, after, fraction });
  });
});

describe("a transition", () => {
  const [a, b, c] = [step(4, 1), step(6, 2), step(3, 3)];

  it("begins where the points are, ends where they belong and never jumps", () => {
    const motion = new TourMotion();
    motion.show(scene("a", [[a, 1]]));
    const begin = positions(motion.frame());
    motion.show(scene("b", [[b, 1]]));
    expect(farthest(positions(motion.frame()), begin)).toBeLessThan(1e-6);
    let last = begin;
    for (let t = 0; t < TRANSITION; t += 1 / 120) {
      motion.advance(1 / 120, false, 1);
      const now = positions(motion.frame());
      expect(farthest(now, last)).toBeLessThan(0.06);
      last = now;
    }
    motion.advance(1, false, 1);
    expect(motion.moving).toBe(false);
    const there = new TourMotion();
    there.show(scene("b", [[b, 1]]));
    expect(farthest(positions(motion.frame()), positions(there.frame()))).toBeLessThan(1e-6);
  });

  it("can be interrupted, and goes on from where it is", () => {
    const motion = new TourMotion();
    motion.show(scene("a", [[a, 0.5], [step(4, 9), 0.5]]));
    motion.show(scene("b", [[b, 0.5], [step(6, 8), 0.5]]));
    motion.advance(0.3, false, 1);
    expect(motion.frame()?.layers.length).toBe(4);
    const there = positions(motion.frame());
    motion.show(scene("c", [[c, 0.5], [step(3, 7), 0.5]]));
    expect(farthest(positions(motion.frame()), there)).toBeLessThan(1e-3);
    expect(motion.frame()?.layers.length).toBeLessThanOrEqual(4);
  });

  it("is left out where the picture is asked for as it is, and for readers who prefer stillness", () => {
    const motion = new TourMotion();
    motion.show(scene("a", [[a, 1]]));
    motion.show(scene("b", [[b, 1]], { instant: true }));
    expect(motion.moving).toBe(false);
    motion.still = true;
    motion.show(scene("c", [[c, 1]]));
    expect(motion.moving).toBe(false);
  });
});

describe("the view", () => {
  it("is kept among layers of one space, and carried over to other dimensions", () => {
    const motion = new TourMotion();
    motion.show(scene("a", [[step(6, 1), 1]]));
    for (let i = 0; i < 300; i++) motion.advance(1 / 60, true, 1);
    const seen = motion.basis(spaceOf(6, false), 6);
    motion.show(scene("b", [[step(6, 2), 1]]));
    expect(motion.basis(spaceOf(6, false), 6)).toEqual(seen);
    motion.show(scene("c", [[step(8, 2), 1]], { instant: true }));
    expect(deviation(motion.basis(spaceOf(8, false), 8), 8)).toBeLessThan(1e-9);
    expect(columnOf(motion.basis(spaceOf(8, false), 8), 0, 8)[3]).toBeCloseTo(columnOf(seen, 0, 6)[3], 6);
  });

  it("shows exactly the basis that is set, also of a scene that is not there yet", () => {
    const motion = new TourMotion();
    motion.show(scene("a", [[step(6, 1), 1]]));
    const basis = orthonormalBasis([Float64Array.from([0, 1, 1, 0])], 4);
    motion.setBasis(spaceOf(4, false), 4, basis);
    motion.show(scene("b", [[step(4, 1), 1]], { instant: true }));
    expect(Math.max(...motion.basis(spaceOf(4, false), 4).map((x, i) => Math.abs(x - basis[i])))).toBeLessThan(1e-12);
  });

  it("turns back by a movement, not a jump", () => {
    const motion = new TourMotion();
    motion.show(scene("a", [[step(4, 1), 1]]));
    motion.setBasis(spaceOf(4, false), 4, orthonormalBasis([Float64Array.from([0, 1, 1, 0]), Float64Array.from([1, 0, 0, 1])], 4));
    const before = positions(motion.frame());
    motion.reset();
    expect(farthest(positions(motion.frame()), before)).toBeLessThan(1e-6);
    motion.advance(1, false, 1);
    expect(motion.basis(spaceOf(4, false), 4)).toEqual(identity(4));
    expect(motion.moving).toBe(false);
  });

  it("of raw units begins as a star of equal axes", () => {
    for (const n of [3, 4, 10, 64]) {
      const basis = star(n);
      expect(deviation(basis, n)).toBeLessThan(1e-9);
      const lengths = Array.from({ length: n }, (_, k) => Math.hypot(basis[k * n], basis[k * n + 1]));
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThan(1e-9);
    }
  });

  it("draws the axes from the origin of the units, where the cloud was centered too", () => {
    const center = Float32Array.from([1, 0, 0]);
    const units: StepData = { ...step(3, 1), center, axisLength: 2 };
    const motion = new TourMotion();
    motion.show(scene("u", [[units, 1]], { axes: ["x", "y", "z"], space: spaceOf(3, true) }));
    motion.setBasis(spaceOf(3, true), 3, identity(3));
    const axes = motion.frame()?.axes[0];
    expect(axes?.origin[0]).toBeCloseTo(-1 / units.radius, 6);
    expect(axes?.origin[1]).toBeCloseTo(0, 6);
    expect(axes?.ends[0]).toBeCloseTo(1 / units.radius, 6);
    expect(axes?.ends[3]).toBeCloseTo(2 / units.radius, 6);
  });
});

it("smoothstep rests at both ends", () => {
  expect([smoothstep(-1), smoothstep(0), smoothstep(0.5), smoothstep(1), smoothstep(2)]).toEqual([0, 0, 0.5, 1, 1]);
  expect(smoothstep(0.01)).toBeLessThan(0.001);
});

describe("a turn to a basis that is told", () => {
  const [a, b] = [step(4, 1), step(6, 2)];
  const columns = (n: number): Float64Array => orthonormalBasis([Float64Array.from({ length: n }, (_, i) => i + 1), Float64Array.from({ length: n }, (_, i) => (i % 2 ? 1 : -2))], n);

  it("begins where the points are and ends in it", () => {
    const motion = new TourMotion();
    motion.show(scene("a", [[a, 1]]));
    const begin = positions(motion.frame());
    motion.turnTo(spaceOf(4, false), 4, columns(4));
    expect(farthest(positions(motion.frame()), begin)).toBeLessThan(1e-9);
    motion.advance(TRANSITION / 2, false, 1);
    const middle = positions(motion.frame());
    motion.advance(1, false, 1);
    const end = positions(motion.frame());
    expect(motion.moving).toBe(false);
    const other = new TourMotion();
    other.setBasis(spaceOf(4, false), 4, columns(4));
    other.show(scene("a", [[a, 1]]));
    expect(farthest(end, positions(other.frame()))).toBeLessThan(1e-9);
    expect(farthest(middle, end)).toBeGreaterThan(0.05);
    motion.turnTo(spaceOf(4, false), 4, columns(4));
    expect(motion.moving).toBe(false);
  });

  it("is the one that another scene begins with", () => {
    const motion = new TourMotion();
    motion.show(scene("a", [[a, 1]]));
    motion.turnTo(spaceOf(6, false), 6, columns(6));
    motion.show(scene("b", [[b, 1]]));
    motion.advance(1, false, 1);
    const seen = motion.basis(spaceOf(6, false), 6);
    const wanted = columns(6);
    for (let i = 0; i < 36; i++) expect(seen[i]).toBeCloseTo(wanted[i], 9);
  });
});

describe("two scenes", () => {
  const [a, b] = [step(6, 1), step(6, 2)];
  const shown = scene("s", [[a, 0.25], [b, 0.75]]);

  it("are the same where they show the same, whichever objects they are", () => {
    expect(isSameScene(shown, scene("s", [[a, 0.25], [b, 0.75]], { instant: true }))).toBe(true);
  });

  it("are not where a layer, a place or what was read is another", () => {
    expect(isSameScene(shown, scene("t", [[a, 0.25], [b, 0.75]]))).toBe(false);
    expect(isSameScene(shown, scene("s", [[a, 0.5], [b, 0.5]]))).toBe(false);
    expect(isSameScene(shown, scene("s", [[a, 0.25], [step(6, 2), 0.75]]))).toBe(false);
    expect(isSameScene(shown, scene("s", [[a, 1]]))).toBe(false);
  });
});
