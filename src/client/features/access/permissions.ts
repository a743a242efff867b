import { nameProblem } from '../../../protocol/names.ts';
import { PERMISSION_BITS, type Permission, type ResourceKind } from '../../../protocol/permissions.ts';
import { firstProblem } from '../../builder/params.ts';
import type { Check } from '../../endpoint.ts';
import { isRecord } from '../../wire/read.ts';

/** Permissions: a list, or an object with a boolean for each. */
export type Permissions = readonly Permission[] | { readonly [Name in Permission]?: boolean };

/** Permissions by name. */
export type Grants = Readonly<Record<string, Permissions>>;

/** Permissions on names that match a regular expression, for each kind of resource. */
export type PatternGrants = { readonly [Kind in ResourceKind]?: Grants };

const NAMES = Object.keys(PERMISSION_BITS);
const KINDS: readonly string[] = ['channels', 'groups', 'uuids'] satisfies ResourceKind[];

/** Permissions by name. */
export const checkGrants: Check = (value) => grantsProblem(value, nameProblem);

/** Permissions by pattern, for each kind of resource. */
export const checkPatterns: Check = (value) => {
  if (!isRecord(value)) return `must be an object with ${KINDS.join(', ')}`;
  const stranger = Object.keys(value).find((kind) => !KINDS.includes(kind));
  if (stranger !== undefined) return `must have no "${stranger}", only ${KINDS.join(', ')}`;
  return firstProblem(Object.values(value), (grants) =>
    grants === undefined
      ? undefined
      : grantsProblem(grants, (text) => (text === '' ? 'must not be empty' : undefined)),
  );
};

function grantsProblem(value: unknown, problemOf: Check): string | undefined {
  if (!isRecord(value)) return 'must be an object with a list of permissions for each name';
  return firstProblem(Object.entries(value), ([name, permissions]) => {
    const problem = problemOf(name);
    return problem === undefined ? permissionsProblem(permissions) : `has a name that ${problem}`;
  });
}

function permissionsProblem(value: unknown): string | undefined {
  const given = Array.isArray(value) ? value : isRecord(value) ? Object.keys(value) : undefined;
  const flags = isRecord(value) ? Object.values(value) : [];
  const isFine =
    given?.every((name) => NAMES.includes(name)) &&
    flags.every((flag) => flag === undefined || typeof flag === 'boolean');
  return isFine ? undefined : `must have permissions out of ${NAMES.join(', ')}`;
}

/** The bits of permissions by name, as the wire has them. */
export function masks(grants: Grants = {}): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(grants).map(([name, permissions]) => [name, maskOf(permissions)]));
}

function maskOf(permissions: Permissions): number {
  const names = Array.isArray(permissions)
    ? permissions
    : Object.entries(permissions).map(([name, allowed]) => allowed && name);
  return Object.entries(PERMISSION_BITS).reduce(
    (mask, [name, bit]) => (names.includes(name) ? mask | bit : mask),
    0,
  );
}
