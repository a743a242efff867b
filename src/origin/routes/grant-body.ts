import { nameProblem } from '../../protocol/names.ts';
import { MAX_PATTERN_SIZE, type PatternCache, PatternError } from '../access/pattern.ts';
import type { TokenPermissions } from '../access/token.ts';
import { accessAnswer, type ErrorDetail, Refusal } from '../http/answer.ts';
import { isDeeperThan, isObject, type JsonObject, parseJson } from '../http/body.ts';
import { singleNameProblem } from './read.ts';

/** The body of a grant. */
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
// In the order that tokens have; the body and tokens spell them differently.
const KINDS = new Map([
  ['channels', 'chan'],
  ['groups', 'grp'],
  ['users', 'usr'],
  ['spaces', 'spc'],
  ['uuids', 'uuid'],
]);

/** Reads the body of a grant. Throws a `Refusal` that names the problem and its place. */
export async function grantBodyOf(text: string, cache: PatternCache): Promise<GrantBody> {
  const parsed = parseJson(text);
  if (parsed === undefined) throw invalid('', 'It is no JSON.');
  const body = fieldsOf(parsed, '');
  const ttlMinutes = ttlOf(body['ttl']);
  const permissions = fieldsOf(body['permissions'], 'permissions');
  const resources = kindsOf(permissions, 'resources');
  const patterns = kindsOf(permissions, 'patterns');
  if (isEmpty(resources) && isEmpty(patterns))
    throw invalid('permissions', 'At least one resource or pattern is needed.');
  for (const [location, name] of namesOf(resources, 'resources')) refuse(location, singleNameProblem(name));
  await refusePatterns(patterns, cache);
  const meta = fieldsOf(permissions['meta'] ?? {}, 'permissions.meta');
  if (isDeeperThan(MAX_DEPTH, meta))
    throw invalid('permissions.meta', `It nests more than ${MAX_DEPTH} levels.`);
  const user = permissions['uuid'];
  if (user !== undefined)
    refuse('permissions.uuid', typeof user === 'string' ? singleNameProblem(user) : nameProblem(user));
  return { ttlMinutes, resources, patterns, meta, ...(typeof user === 'string' && { user }) };
}

function ttlOf(ttl: unknown): number {
  const minutes = typeof ttl === 'string' && DIGITS.test(ttl) ? Number(ttl) : ttl;
  if (Number.isInteger(minutes) && Number(minutes) >= 1 && Number(minutes) <= MAX_TTL_MINUTES)
    return Number(minutes);
  const message = `Range should be 1 to ${MAX_TTL_MINUTES} minute(s).`;
  throw tokenRefusal('grant', 'Invalid ttl', { message, location: 'ttl', locationType: 'body' });
}

function kindsOf(permissions: JsonObject, which: Which): TokenPermissions {
  const given = fieldsOf(permissions[which] ?? {}, `permissions.${which}`);
  for (const kind of Object.keys(given))
    if (!KINDS.has(kind)) throw invalid(`permissions.${which}.${kind}`, 'This kind of name does not exist.');
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

// Patterns run for each request, so the sum of their sizes is limited.
async function refusePatterns(patterns: TokenPermissions, cache: PatternCache): Promise<void> {
  let room = MAX_PATTERN_SIZE;
  for (const [location, text] of namesOf(patterns, 'patterns')) {
    try {
      room -= (await cache.compile(text)).size;
      if (room < 0) throw new PatternError('The patterns are too large.');
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

function fieldsOf(value: unknown, location: string): JsonObject {
  if (isObject(value)) return value;
  throw invalid(location, 'It is not an object.');
}

function refuse(location: string, problem: string | undefined): void {
  if (problem !== undefined) throw invalid(location, `The name ${problem}.`);
}

function invalid(location: string, message: string): Refusal {
  return tokenRefusal('grant', 'Invalid request body', { message, location, locationType: 'body' });
}

/** The shape of an error in a call about tokens. */
export function tokenRefusal(source: 'grant' | 'revoke', message: string, detail: ErrorDetail): Refusal {
  const error = { message, source, details: [detail] };
  return new Refusal(accessAnswer(400, { error, service: 'Access Manager', status: 400 }));
}
