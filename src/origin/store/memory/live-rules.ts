import type { ShardRules } from '../store.ts';

/** Rules that their owner may replace: the parts of a shard look them up each time, and keep no copy. */
export class LiveRules {
  /** The rules, always the same objects. */
  readonly rules: ShardRules;

  constructor(rules: ShardRules) {
    this.rules = copyOf(rules);
  }

  /** From now on these rules hold. What is there may be beyond them: it gives way, or nothing is added to it. */
  replace(rules: ShardRules): void {
    take(this.rules, rules);
  }
}

function copyOf<Rules extends object>(rules: Rules): Rules {
  const entries = Object.entries(rules).map(([name, value]) => [
    name,
    isPlain(value) ? copyOf(value) : value,
  ]);
  // It has the members of the rules, each with a value of the same shape.
  return Object.fromEntries(entries) as Rules;
}

// A part that the rules before did not limit has kept no object to look at, so that it goes on without limits.
function take(into: object, rules: object): void {
  for (const [name, value] of Object.entries(rules)) {
    const known: unknown = Reflect.get(into, name);
    if (isPlain(value) && isPlain(known)) take(known, value);
    else Reflect.set(into, name, value);
  }
}

// Not the budget, which is shared.
function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
