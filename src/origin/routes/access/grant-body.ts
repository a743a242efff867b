import { nameProblem } from '../../../protocol/names.ts';
import { PatternError } from '../../access/pattern/parse.ts';
import { MAX_PATTERN_SIZE, Pattern } from '../../access/pattern/pattern.ts';
import type { TokenPermissions } from '../../access/token.ts';
import { Refusal } from '../../http/refusals.ts';
import { tokenRefusal } from './refusals.ts';

/** What a token is to allow, to whom and for how long. */
export interface GrantBody {
  readonly ttlMinutes: number;
  readonly resources: TokenPermissions;
  readonly patterns: TokenPermissions;
  readonly meta: object;
  readonly user?: string;
}

const MAX_TTL_MINUTES = 43_200;
const MAX_DEPTH = 32;
const MAX_BITS = 255;
const DIGITS = /^\d{1,9}$/;
// In the order in which tokens have them, by what the body calls them.
const KINDS = new Map([
  ['channels', 'chan'],
  ['groups', 'grp'],
  ['users', 'usr'],
  ['spaces', 'spc'],
  ['uuids', 'uuid'],
]);

type Fields = Readonly<Record<string, unknown>>;

/** Reads the body of a grant. Throws a `Refusal` that says what is wrong, and where. */
export function grantBodyOf(text: string): GrantBody {
  const body = parsed(text);
  const ttlMinutes = ttlOf(body['ttl']);
  const permissions = fieldsOf(body['permissions'], 'permissions');
  const resources = kindsOf(permissions, 'resources');
  const patterns = kindsOf(permissions, 'patterns');
  if (isEmpty(resources) && isEmpty(patterns))
    throw invalid('permissions', 'At least one resource or pattern is needed.');
  for (const [location, name] of namesOf(resources, 'resources'))
    refuse(location, nameProblem(name.replaceAll(',', '_')));
  refusePatterns(patterns);
  const meta = fieldsOf(permissions['meta'] ?? {}, 'permissions.meta');
  if (depthOf(meta) > MAX_DEPTH) throw invalid('permissions.meta', `It nests more than ${MAX_DEPTH} levels.`);
  const user = permissions['uuid'];
  if (user !== undefined) refuse('permissions.uuid', nameProblem(user));
  return { ttlMinutes, resources, patterns, meta, ...(typeof user === 'string' && { user }) };
}

function parsed(text: string): Fields {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new Refusal(invalid('', 'It is no JSON.').answer, { cause: error });
  }
  return fieldsOf(body, '');
}

function ttlOf(ttl: unknown): number {
  const minutes = typeof ttl === 'string' && DIGITS.test(ttl) ? Number(ttl) : ttl;
  if (Number.isInteger(minutes) && Number(minutes) >= 1 && Number(minutes) <= MAX_TTL_MINUTES)
    return Number(minutes);
  const message = `Range should be 1 to ${MAX_TTL_MINUTES} minute(s).`;
  throw tokenRefusal('grant', 'Invalid ttl', { message, location: 'ttl', locationType: 'body' });
}

function kindsOf(permissions: Fields, which: Which): TokenPermissions {
  const given = fieldsOf(permissions[which] ?? {}, `permissions.${which}`);
  for (const kind of Object.keys(given))
    if (!KINDS.has(kind)) throw invalid(`permissions.${which}.${kind}`, 'There is no such kind of name.');
  return new Map(
    Array.from(KINDS, ([kind, short]) => {
      const location = `permissions.${which}.${kind}`;
      const names = Object.entries(fieldsOf(given[kind] ?? {}, location));
      return [short, new Map(names.map(([name, bits]) => [name, bitsOf(bits, `${location}.${name}`)]))];
    }),
  );
}

function bitsOf(bits: unknown, location: string): number {
  if (Number.isInteger(bits) && Number(bits) >= 0 && Number(bits) <= MAX_BITS) return Number(bits);
  throw invalid(location, `Permissions are a number from 0 to ${MAX_BITS}.`);
}

// Patterns run for each request, so that they may not be too large together.
function refusePatterns(patterns: TokenPermissions): void {
  let room = MAX_PATTERN_SIZE;
  for (const [location, text] of namesOf(patterns, 'patterns')) {
    try {
      room -= new Pattern(text, room).size;
    } catch (error) {
      if (error instanceof PatternError)
        throw new Refusal(invalid(location, error.message).answer, { cause: error });
      throw error;
    }
  }
}

type Which = 'resources' | 'patterns';

function* namesOf(
  permissions: TokenPermissions,
  which: Which,
): Generator<readonly [location: string, name: string]> {
  for (const [kind, short] of KINDS)
    for (const name of permissions.get(short)?.keys() ?? [])
      yield [`permissions.${which}.${kind}.${name}`, name];
}

function isEmpty(permissions: TokenPermissions): boolean {
  return [...permissions.values()].every(({ size }) => size === 0);
}

function fieldsOf(value: unknown, location: string): Fields {
  if (isFields(value)) return value;
  throw invalid(location, 'It is no object.');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function depthOf(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return depth;
  return Object.values(value).reduce(
    (deepest: number, field) => Math.max(deepest, depthOf(field, depth + 1)),
    depth,
  );
}

function refuse(location: string, problem: string | undefined): void {
  if (problem !== undefined) throw invalid(location, `The name ${problem}.`);
}

function invalid(location: string, message: string): Refusal {
  return tokenRefusal('grant', 'Invalid request body', { message, location, locationType: 'body' });
}
