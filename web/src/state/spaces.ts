/** The spaces that embeddings are seen in, and bases that somebody gave. */

import { axesOf, type EmbeddingIndex } from "../data/recording-index";
import { deviation } from "../tour/matrix";
import { flowSpace, spaceOf } from "../tour/scene";

/** The space that an embedding is seen in. */
export function spaceOfEmbedding(embedding: EmbeddingIndex): string {
  const units = axesOf(embedding) !== null;
  return embedding.flow ? flowSpace(embedding.flow.name, embedding.flow.stop, units) : spaceOf(embedding.dims, units);
}

/** A basis from plain JSON: d × d numbers, row-major, orthonormal columns. */
export function asBasis(basis: unknown, refuse: (what: string, got: unknown, remedy: string) => never): Float64Array {
  if (!Array.isArray(basis) || !basis.every((x) => typeof x === "number" && Number.isFinite(x))) {
    refuse("the basis is a flat list of d × d numbers", typeof basis, "assign one like inscape.state.basis");
  }
  const numbers = Float64Array.from(basis as number[]);
  const dims = Math.round(Math.sqrt(numbers.length));
  if (dims < 2 || dims * dims !== numbers.length) refuse("the basis is square", numbers.length, "assign d × d numbers");
  if (deviation(numbers, dims) > 1e-3) refuse("the basis is orthonormal", "columns that are not", "orthonormalize it first");
  return numbers;
}
