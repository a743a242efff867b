/**
 * Whether two JSON values are the same. An expected value with an `asymmetricMatch`, as `expect.objectContaining()` makes
 * them, decides by itself.
 */
export function equals(actual: unknown, expected: unknown): boolean {
  if (Object.is(actual, expected)) return true;
  if (!isObject(expected)) return false;
  const { asymmetricMatch } = expected;
  if (typeof asymmetricMatch === 'function') return Boolean(asymmetricMatch.call(expected, actual));
  if (!isObject(actual) || Array.isArray(actual) !== Array.isArray(expected)) return false;
  const names = Object.keys(expected).filter((name) => expected[name] !== undefined);
  const given = Object.keys(actual).filter((name) => actual[name] !== undefined);
  return (
    names.length === given.length &&
    names.every((name) => Object.hasOwn(actual, name) && equals(actual[name], expected[name]))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
