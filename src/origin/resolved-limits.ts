import { systemHeapBytes } from './system.ts';

// A heap of this size has room for what the default limits of a process allow.
const FULL_HEAP_BYTES = 4 * 1024 ** 3;
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

/**
 * Limits of a process of which some are smaller in proportion where its heap has less than 4 GiB: it would run out of memory
 * before they are reached.
 */
export function inProportion<Limits extends object>(
  limits: Limits,
  names: readonly (keyof Limits)[],
  heapBytes = systemHeapBytes(),
): Limits {
  const share = Math.min(1, heapBytes / FULL_HEAP_BYTES);
  return {
    ...limits,
    ...Object.fromEntries(names.map((name) => [name, Math.ceil(Number(limits[name]) * share)])),
  };
}
