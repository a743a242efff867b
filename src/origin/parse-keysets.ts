import { findJsonProblem } from './json-problem.ts';
import { checkKeysets } from './keyset-checks.ts';
import type { Keyset } from './keysets.ts';

/**
 * The keysets of a JSON text, such as that of a file: a list of objects with the members of `Keyset`, and no others. Throws a
 * `SyntaxError` with line and column of what is not JSON, and a `TypeError` or `RangeError` that names the place of what is no
 * keyset, such as `keysets[1].secretKey`. No message holds a part of the text: it may be a secret.
 *
 * @example
 * ```ts
 * const origin = createOrigin({ keysets: parseKeysets(await readFile('keysets.json', 'utf8')) });
 * ```
 */
export function parseKeysets(json: string): readonly Keyset[] {
  // Editors of some systems begin a file with a mark of its encoding.
  const text = json.replace(/^\ufeff/, '');
  const problem = findJsonProblem(text);
  if (problem !== undefined) throw new SyntaxError(problem);
  return checkKeysets(JSON.parse(text), { isStrict: true });
}
