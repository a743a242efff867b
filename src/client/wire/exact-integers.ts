import type { Answer } from '../endpoint.ts';
import type { Place } from './read.ts';

const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[-+.\w]+|[[\]{},]/g;
const LONG_INTEGER = /^\d{16,}$/;
const HAS_LONG_INTEGER = /[:,[]\s*\d{16,}/;

/**
 * The body of an answer, with integers that a double cannot hold as strings at the given places, so that they lose no
 * digit. The rest is what `JSON.parse` returns: payloads do not change.
 */
export function exactIntegers({ body, text }: Omit<Answer, 'status'>, places: readonly Place[]): unknown {
  if (!HAS_LONG_INTEGER.test(text)) return body;
  const cursor = new JsonCursor();
  let result = '';
  let copied = 0;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    cursor.pass(token);
    if (!LONG_INTEGER.test(token) || !places.some((place) => cursor.isAt(place))) continue;
    result += `${text.slice(copied, index)}"${token}"`;
    copied = index + token.length;
  }
  return JSON.parse(result + text.slice(copied));
}

/** A position in well-formed JSON text. It moves token by token, since payloads may be nested very deep. */
class JsonCursor {
  /** An index for each array; for each object its key as written, `undefined` before the first. */
  readonly #steps: (string | number | undefined)[] = [];
  #keyIsNext = false;

  pass(token: string): void {
    const last = this.#steps.length - 1;
    const step = this.#steps[last];
    if (token === '{' || token === '[') this.#steps.push(token === '[' ? 0 : undefined);
    else if (token === '}' || token === ']') this.#steps.pop();
    else if (token === ',' && typeof step === 'number') this.#steps[last] = step + 1;
    else if (this.#keyIsNext) this.#steps[last] = token;
    this.#keyIsNext = token === '{' || (token === ',' && typeof step !== 'number');
  }

  isAt(place: Place): boolean {
    const steps = this.#steps;
    return (
      steps.length === place.length &&
      place.every((name, index) => name === '*' || name === plain(steps[index]))
    );
  }
}

function plain(step: string | number | undefined): unknown {
  return typeof step === 'string' ? JSON.parse(step) : step;
}
