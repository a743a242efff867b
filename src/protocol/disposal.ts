// Older browsers have neither symbol: a method under `undefined` would be called "undefined". Compilers of `using` look for
// these stand-ins there.

/** The key of what `await using` calls. */
// The type of the symbol that it stands in for: no runtime has both.
export const ASYNC_DISPOSE: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose);

/** The key of what `using` calls. */
// As above.
export const DISPOSE: typeof Symbol.dispose =
  Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);
