/**
 * The view that keeps most neighbors: no formula has it, so it is looked for. From several views (the present one, planes
 * of formulas) the better two are climbed from by small turns of a screen's column with another (Givens rotations), each
 * kept where it keeps more neighbors of some samples. A fixed number of tries by a fixed order of chance: the same every time.
 */

import { addOuter, leadingPlane, type Plane, type Rows, scatterOf } from "./planes";
import { philox } from "./philox";
import { type Company, recallOn } from "./recall";

/** Samples whose neighbors are counted at each try. */
const SCORED = 200;
/** Radians of the first turns, and of the last ones. */
const TURNS = [0.5, 0.02] as const;
/** Tries, of which one costs as much as points are moved and counted. */
const TRIES = { least: 60, most: 320, work: 3.5e6, each: 8000 } as const;

export interface Found {
  readonly basis: Float64Array;
  /** Of the samples that were scored. */
  readonly recall: number;
}

/**
 * Planes in which neighbors lie near for the spread of all: where xᵀTx / xᵀNx is largest, T the scatter of all rows and N
 * that of the differences between neighbors (He and Niyogi, "Locality preserving projections", NIPS 2003).
 */
export function localityPlane({ rows, dims }: Rows, { measured, near }: Company): Plane {
  const scatter = new Float64Array(dims * dims);
  const difference = new Float64Array(dims);
  const edges = near.reduce((sum, { length }) => sum + length, 0);
  near.forEach((list, i) => {
    for (const other of list) {
      for (let k = 0; k < dims; k++) difference[k] = rows[measured[i] * dims + k] - rows[other * dims + k];
      addOuter(scatter, difference, 1 / edges);
    }
  });
  return leadingPlane(scatterOf({ rows, dims }), scatter, dims, 0.01);
}

/** @param starts bases (dims, dims), row-major. */
export function* searchRecall(cloud: Rows, company: Company, starts: readonly Float64Array[]): Generator<void, Found> {
  const { dims } = cloud;
  const count = cloud.rows.length / dims;
  const scored = someOf(company);
  let draws = 0;
  const below = (most: number): number => philox(draws++, 0, 0)[0] % most;
  let climbers = [];
  for (const basis of starts) {
    const climber = new Climber(cloud, basis, scored);
    climbers.push(climber);
    yield;
  }
  climbers = climbers.sort((a, b) => b.recall - a.recall).slice(0, 2);
  const tries = Math.round(Math.max(TRIES.least, Math.min(TRIES.most, TRIES.work / (count + TRIES.each))));
  const each = Math.floor(tries / climbers.length);
  for (const climber of climbers) {
    for (let n = 0; n < each; n++) {
      const size = TURNS[0] * (TURNS[1] / TURNS[0]) ** (n / each);
      const column = below(2);
      const other = 2 + below(dims - 2);
      climber.attempt(column, other, size * (below(2) ? 1 : -1));
      yield;
    }
  }
  const [best] = climbers.sort((a, b) => b.recall - a.recall);
  return { basis: best.basis, recall: best.recall };
}

/** A cloud as a basis sees it, turned in place. */
class Climber {
  recall: number;
  readonly basis: Float64Array;
  /** (dims, n): the cloud along each column. */
  private readonly along: Float64Array[];
  private spare: readonly [Float64Array, Float64Array];
  private readonly dims: number;

  constructor(
    { rows, dims }: Rows,
    basis: Float64Array,
    private readonly scored: Pick<Company, "measured" | "near">,
  ) {
    const count = rows.length / dims;
    this.dims = dims;
    this.basis = basis.slice();
    this.along = Array.from({ length: dims }, () => new Float64Array(count));
    for (let i = 0, at = 0; i < count; i++, at += dims) {
      for (let j = 0; j < dims; j++) {
        let sum = 0;
        for (let k = 0; k < dims; k++) sum += rows[at + k] * basis[k * dims + j];
        this.along[j][i] = sum;
      }
    }
    this.spare = [new Float64Array(count), new Float64Array(count)];
    this.recall = recallOn(this.along[0], this.along[1], scored);
  }

  /** Turn a column of the screen with another one, and stay if that keeps no less. */
  attempt(column: number, other: number, angle: number): void {
    const { along, spare, basis, dims } = this;
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    const [a, b] = [along[column], along[other]];
    const [x, y] = spare;
    for (let i = 0; i < x.length; i++) x[i] = cosine * a[i] + sine * b[i];
    const recall = column === 0 ? recallOn(x, along[1], this.scored) : recallOn(along[0], x, this.scored);
    if (!(recall >= this.recall)) return;
    for (let i = 0; i < y.length; i++) y[i] = cosine * b[i] - sine * a[i];
    this.recall = recall;
    [along[column], along[other]] = [x, y];
    this.spare = [a, b];
    for (let k = 0; k < dims; k++) {
      const [p, q] = [basis[k * dims + column], basis[k * dims + other]];
      basis[k * dims + column] = cosine * p + sine * q;
      basis[k * dims + other] = cosine * q - sine * p;
    }
  }
}

/** Some of those that are measured and have neighbors, evenly. */
function someOf({ measured, near }: Company): Pick<Company, "measured" | "near"> {
  const having = [...measured.keys()].filter((i) => near[i].length);
  const every = Math.max(1, Math.ceil(having.length / SCORED));
  const some = having.filter((_, i) => i % every === 0);
  return { measured: Int32Array.from(some, (i) => measured[i]), near: some.map((i) => near[i]) };
}
