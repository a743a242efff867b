// Longer timers fire at once on some platforms.
const MAX_SECONDS = 86_400;

/**
 * The defaults, overridden by the given limits. Throws a `RangeError` on an unknown name, on a value below zero and
 * on more seconds than a day has.
 */
export function resolved<Limits extends object>(
  defaults: Limits,
  given: Partial<Limits> = {},
  { owner, place = 'limits' }: { readonly owner: string; readonly place?: string },
): Limits {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [name, value] of set) {
    if (!Object.hasOwn(defaults, name)) throw new RangeError(`${place}.${name} is not a limit of ${owner}.`);
    if (typeof value !== 'number' || !(value >= 0)) {
      throw new RangeError(`${place}.${name} must be a number of zero or more, not ${shown(value)}.`);
    }
    if (name.endsWith('Seconds') && value > MAX_SECONDS) {
      throw new RangeError(`${place}.${name} must be at most ${MAX_SECONDS}, not ${value}.`);
    }
  }
  return Object.freeze({ ...defaults, ...Object.fromEntries(set) });
}

// Of a number, so that nothing else that stands in its place is told.
function shown(value: unknown): string {
  if (typeof value === 'number' || value === null) return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
