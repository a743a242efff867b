import { presenceRefusal } from '../http/refusals.ts';
import type { Listening } from './listening.ts';
import type { Call } from './route.ts';

const MAX_DEPTH = 32;

/**
 * The `state` parameter: an object by channel or group name. Resolves a group's state to its channels. Throws a
 * `Refusal` when it is no such object.
 */
export function statesOf({ query }: Call, listening: Listening): ReadonlyMap<string, string> | undefined {
  const text = query.text('state');
  if (text === undefined) return undefined;
  const states = new Map<string, string>();
  for (const [name, state] of Object.entries(objectFrom(text))) {
    if (!isObject(state)) throw invalidState();
    for (const channel of listening.present.get(name) ?? []) states.set(channel, stateText(state));
  }
  return states;
}

/** A JSON object that a request gives. Throws a `Refusal` when it is none. */
export function objectFrom(text: string): object {
  if (depthOf(text) > MAX_DEPTH) throw invalidState();
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Refused below, like what parses to something else than an object.
  }
  throw invalidState();
}

/** JSON text of a state with its keys sorted: equal states have equal texts, however they were written. */
export function stateText(state: object): string {
  return JSON.stringify(sorted(state));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalidState() {
  return presenceRefusal('Invalid JSON specified.');
}

// Brackets within strings count too: state with that many of them is refused, which nobody will miss.
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']') depth--;
  }
  return deepest;
}
