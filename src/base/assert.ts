/** Broken invariants. A process that throws one dies alone; its supervisor clears its calls. */

export class InvariantError extends Error {
  override readonly name = 'InvariantError';
  readonly code = 'invariant';
}

/** Throws `InvariantError` when `condition` does not hold. For what is impossible, never for what is hostile. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
