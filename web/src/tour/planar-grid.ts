/** Points of a plane in cells, so that the nearest of one are found by looking at few. */

/** Points that a cell holds on average. */
const FILLED = 3;
/** Cells along one side at most. */
const MOST = 2048;

export class PlanarGrid {
  private readonly side: number;
  /** Cells a unit of length, and where the first one begins. */
  private readonly perUnit: number;
  private readonly left: number;
  private readonly bottom: number;
  /** Points cell by cell; where each cell's begin. */
  private readonly points: Int32Array;
  private readonly begins: Int32Array;
  private readonly distances: Float64Array;

  /**
   * @param x, y (point,) finite.
   * @param most the neighbors that will be asked for at most.
   */
  constructor(
    private readonly x: Float64Array,
    private readonly y: Float64Array,
    most: number,
  ) {
    const count = x.length;
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < count; i++) {
      if (x[i] < left) left = x[i];
      if (x[i] > right) right = x[i];
      if (y[i] < bottom) bottom = y[i];
      if (y[i] > top) top = y[i];
    }
    const width = Math.max(right - left, top - bottom);
    this.side = width > 0 ? Math.max(1, Math.min(MOST, Math.ceil(Math.sqrt(count / FILLED)))) : 1;
    this.perUnit = width > 0 ? (this.side * (1 - 1e-9)) / width : 0;
    this.left = left;
    this.bottom = bottom;
    this.distances = new Float64Array(most);
    // A counting sort: within a cell the points stay in order.
    const cells = new Int32Array(count);
    this.begins = new Int32Array(this.side * this.side + 1);
    for (let i = 0; i < count; i++) {
      cells[i] = this.row(y[i]) * this.side + this.column(x[i]);
      this.begins[cells[i] + 1] += 1;
    }
    for (let c = 1; c < this.begins.length; c++) this.begins[c] += this.begins[c - 1];
    const next = this.begins.slice(0, -1);
    this.points = new Int32Array(count);
    for (let i = 0; i < count; i++) this.points[next[cells[i]]++] = i;
  }

  /**
   * The k nearest others of a point, nearest first; of the same distance the one with the lower number.
   *
   * @param found takes them.
   * @returns how many there are: k, or all others.
   */
  nearest(point: number, k: number, found: Int32Array): number {
    const { x, y, side, perUnit, points, begins, distances } = this;
    const [px, py] = [x[point], y[point]];
    const [column, row] = [this.column(px), this.row(py)];
    let count = 0;
    for (let ring = 0; ring < side; ring++) {
      // What lies further out than the rings before is at least so far away.
      const reached = perUnit > 0 ? this.reach(px, py, column, row, ring) : 0;
      if (count === k && ring > 0 && distances[k - 1] < reached * reached) break;
      for (let r = Math.max(0, row - ring); r <= Math.min(side - 1, row + ring); r++) {
        const edge = r === row - ring || r === row + ring;
        for (let c = column - ring; c <= column + ring; c += edge || ring === 0 ? 1 : 2 * ring) {
          if (c < 0 || c >= side) continue;
          const cell = r * side + c;
          for (let n = begins[cell]; n < begins[cell + 1]; n++) {
            const other = points[n];
            if (other === point) continue;
            const [dx, dy] = [x[other] - px, y[other] - py];
            const distance = dx * dx + dy * dy;
            if (count === k && (distance > distances[k - 1] || (distance === distances[k - 1] && other > found[k - 1]))) continue;
            let place = count < k ? count++ : k - 1;
            while (place > 0 && (distances[place - 1] > distance || (distances[place - 1] === distance && found[place - 1] > other))) {
              distances[place] = distances[place - 1];
              found[place] = found[place - 1];
              place -= 1;
            }
            distances[place] = distance;
            found[place] = other;
          }
        }
      }
    }
    return count;
  }

  /** How far from a place all lies that is beyond the rings up to `ring - 1` around its cell. */
  private reach(px: number, py: number, column: number, row: number, ring: number): number {
    const size = 1 / this.perUnit;
    const inside = (place: number, first: number, cell: number): number => Math.min(place - first - cell * size, first + (cell + 1) * size - place);
    return (ring - 1) * size + Math.max(0, Math.min(inside(px, this.left, column), inside(py, this.bottom, row)) - 1e-9 * size);
  }

  private column(x: number): number {
    return Math.min(this.side - 1, Math.floor((x - this.left) * this.perUnit));
  }

  private row(y: number): number {
    return Math.min(this.side - 1, Math.floor((y - this.bottom) * this.perUnit));
  }
}
