// More than anything that is counted: Lua reads no infinity.
const MUCH = 1e15;

/** Limits as arguments of an operation; an absent one is none. */
export function limitArguments(...limits: readonly (number | undefined)[]): readonly string[] {
  return limits.map((limit = MUCH) => String(Math.min(limit, MUCH)));
}
