/** Small dense matrices: row-major Float64Arrays of n × n. */

export function identity(n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1;
  return matrix;
}

/** How far AᵀA is from the identity: the largest entry of the difference. */
export function deviation(A: Float64Array, n: number): number {
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += A[k * n + i] * A[k * n + j];
      worst = Math.max(worst, Math.abs(sum - (i === j ? 1 : 0)));
    }
  }
  return worst;
}

/** One Newton–Schulz step, 1.5 A − 0.5 A Aᵀ A: toward the nearest orthonormal matrix, without flipping an axis. */
export function newtonSchulz(A: Float64Array, n: number): Float64Array {
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += A[i * n + k] * A[j * n + k];
      gram[i * n + j] = gram[j * n + i] = sum;
    }
  }
  const polished = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += gram[i * n + k] * A[k * n + j];
      polished[i * n + j] = 1.5 * A[i * n + j] - 0.5 * sum;
    }
  }
  return polished;
}

/** Solve M X = B in place of copies, by elimination with partial pivoting. M is n × n and well conditioned here. */
export function solve(M: Float64Array, B: Float64Array, n: number): Float64Array {
  const left = M.slice();
  const right = B.slice();
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) {
      if (Math.abs(left[i * n + column]) > Math.abs(left[pivot * n + column])) pivot = i;
    }
    if (pivot !== column) {
      swapRows(left, pivot, column, n);
      swapRows(right, pivot, column, n);
    }
    const divisor = left[column * n + column];
    for (let i = column + 1; i < n; i++) {
      const factor = left[i * n + column] / divisor;
      if (factor === 0) continue;
      for (let j = column; j < n; j++) left[i * n + j] -= factor * left[column * n + j];
      for (let j = 0; j < n; j++) right[i * n + j] -= factor * right[column * n + j];
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) {
      const factor = left[i * n + k];
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) right[i * n + j] -= factor * right[k * n + j];
    }
    for (let j = 0; j < n; j++) right[i * n + j] /= left[i * n + i];
  }
  return right;
}

function swapRows(A: Float64Array, a: number, b: number, n: number): void {
  for (let j = 0; j < n; j++) {
    const kept = A[a * n + j];
    A[a * n + j] = A[b * n + j];
    A[b * n + j] = kept;
  }
}

/**
 * Complete some columns to an orthonormal n × n basis by modified Gram–Schmidt, each given column first, then the unit
 * vectors. Columns that are (nearly) in the span of those before are passed over, so that the result always exists.
 */
export function orthonormalBasis(columns: readonly Float64Array[], n: number): Float64Array {
  const kept: Float64Array[] = [];
  const candidates = [...columns];
  for (let i = 0; i < n; i++) {
    const unit = new Float64Array(n);
    unit[i] = 1;
    candidates.push(unit);
  }
  for (const candidate of candidates) {
    if (kept.length === n) break;
    const vector = candidate.slice(0, n);
    const before = Math.hypot(...vector);
    // Twice, since once leaves rounding behind where the vectors are nearly parallel.
    for (let round = 0; round < 2; round++) {
      for (const other of kept) {
        let dot = 0;
        for (let i = 0; i < n; i++) dot += vector[i] * other[i];
        for (let i = 0; i < n; i++) vector[i] -= dot * other[i];
      }
    }
    const length = Math.hypot(...vector);
    if (!(length > 1e-3 * before) || length < 1e-6) continue;
    for (let i = 0; i < n; i++) vector[i] /= length;
    kept.push(vector);
  }
  const basis = new Float64Array(n * n);
  kept.forEach((vector, column) => {
    for (let i = 0; i < n; i++) basis[i * n + column] = vector[i];
  });
  return basis;
}

/**
 * A basis that spreads the n axes evenly round the screen, so that none hides another: (cos, sin) of 2πk/n, n > 2.
 * Axes point up first and go clockwise, as a dial does.
 */
export function star(n: number): Float64Array {
  if (n < 3) return identity(n);
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    x[k] = Math.sin((2 * Math.PI * k) / n) * Math.sqrt(2 / n);
    y[k] = Math.cos((2 * Math.PI * k) / n) * Math.sqrt(2 / n);
  }
  return orthonormalBasis([x, y], n);
}

/** One column of an n × n matrix. */
export function columnOf(A: Float64Array, column: number, n: number): Float64Array {
  const vector = new Float64Array(n);
  for (let i = 0; i < n; i++) vector[i] = A[i * n + column];
  return vector;
}
