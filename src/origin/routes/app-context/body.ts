import { isPresenceName, nameProblem } from '../../../protocol/names.ts';
import type { FieldValue, Scalar } from '../../store/objects.ts';
import type { Call } from '../route.ts';
import { type Detail, invalidInput, objectsRefusal } from './answers.ts';
import { type EntityKind, OPTIONAL, type RelationKind } from './kinds.ts';

/** What becomes of fields: a value, or `null` where the value is taken away. What is absent stays as it is. */
export type Patch = Readonly<Record<string, FieldValue | null>>;

/** Changes of memberships, by the name of what they lead to; `undefined`: it is deleted. */
export type RelationChanges = ReadonlyMap<string, Patch | undefined>;

type Json = Readonly<Record<string, unknown>>;

/** The changes that the body makes to a user or channel. Throws a `Refusal`. */
export function entityPatchOf(call: Call, { texts }: EntityKind): Patch {
  const details: Detail[] = [];
  const patch = patchOf(bodyOf(call), { names: [...texts, ...OPTIONAL], at: '', details });
  if (details.length > 0) throw invalidInput(...details);
  return patch;
}

/** The memberships that the body sets and deletes. Throws a `Refusal`. */
export function relationChangesOf(call: Call, kind: RelationKind): RelationChanges {
  const body = bodyOf(call);
  const details: Detail[] = [];
  const sets = itemsOf(body, 'set', details);
  const removes = itemsOf(body, 'delete', details);
  const most = call.services.limits.membershipChanges;
  if (sets.length + removes.length > most) {
    throw objectsRefusal(400, `Too many memberships in one request: at most ${most}.`);
  }
  const changes = new Map<string, Patch | undefined>();
  for (const [index, item] of sets.entries()) {
    const at = `set.${index}`;
    const id = otherOf(item, kind, { at, details });
    changes.set(id, { ...changes.get(id), ...patchOf(item, { names: OPTIONAL, at: `${at}.`, details }) });
  }
  for (const [index, item] of removes.entries()) {
    const at = `delete.${index}`;
    const id = otherOf(item, kind, { at, details });
    if (changes.get(id)) details.push(inBody(at, 'One request cannot both set and delete a membership.'));
    changes.set(id, undefined);
  }
  if (details.length > 0) throw invalidInput(...details);
  return changes;
}

/** The user or channel of the path. Throws a `Refusal` for what cannot be a name. */
export function idIn({ segment }: Call, kind: EntityKind): string {
  const id = segment('id');
  const problem = idProblem(kind, id);
  if (problem === undefined) return id;
  throw invalidInput({ message: `It ${problem}.`, location: kind.type, locationType: 'path' });
}

// Why a name cannot be that of a user or channel with metadata.
function idProblem({ type }: EntityKind, id: string): string | undefined {
  // Events are told on the channel of that name: the origin alone speaks on presence channels.
  if (isPresenceName(id)) return 'must not end in "-pnpres"';
  // A user id never stands in a list, so that a comma does no harm in it.
  return nameProblem(type === 'uuid' ? id.replaceAll(',', '_') : id);
}

function bodyOf({ request }: Call): Json {
  const body = parsed(request.body);
  if (body === undefined) throw objectsRefusal(415, 'Request payload must be in JSON format.');
  if (!isRecord(body)) throw invalidInput(inBody('', 'The body must be a JSON object.'));
  return body;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

interface Place {
  readonly at: string;
  readonly details: Detail[];
}

function itemsOf(body: Json, name: 'set' | 'delete', details: Detail[]): readonly Json[] {
  const items = body[name] ?? [];
  if (Array.isArray(items)) return items.map((item: unknown) => (isRecord(item) ? item : {}));
  details.push(inBody(name, 'Must be a list.'));
  return [];
}

function otherOf(item: Json, { other }: RelationKind, { at, details }: Place): string {
  const related = item[other.type];
  const id = isRecord(related) ? related['id'] : undefined;
  const problem = typeof id === 'string' ? idProblem(other, id) : 'must be a string';
  if (typeof id === 'string' && problem === undefined) return id;
  details.push(inBody(`${at}.${other.type}.id`, `It ${problem}.`));
  return '';
}

function patchOf(values: Json, { names, at, details }: Place & { readonly names: readonly string[] }): Patch {
  const patch: Record<string, FieldValue | null> = {};
  for (const name of names) {
    const value = values[name];
    if (value === undefined) continue;
    const problem = name === 'custom' ? customProblem(value) : textProblem(value);
    if (problem === undefined)
      patch[name] = value as FieldValue | null; // As the check has found.
    else details.push(inBody(at + name, problem));
  }
  return patch;
}

function textProblem(value: unknown): string | undefined {
  return typeof value === 'string' || value === null ? undefined : 'Must be a string or null.';
}

function customProblem(value: unknown): string | undefined {
  const fine = value === null || (isRecord(value) && Object.values(value).every(isScalar));
  return fine ? undefined : 'Must be null, or an object whose values are strings, numbers, booleans or null.';
}

function isScalar(value: unknown): value is Scalar {
  // `1e999` is valid JSON, and becomes what is not.
  return typeof value === 'number' ? Number.isFinite(value) : typeof value !== 'object' || value === null;
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inBody(location: string, message: string): Detail {
  return { message, location, locationType: 'body' };
}
