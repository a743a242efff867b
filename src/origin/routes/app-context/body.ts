import { isPresenceName, nameProblem } from '../../../protocol/names.ts';
import type { ErrorDetail } from '../../http/answer.ts';
import { bodyText, isObject, type JsonObject, parseJson } from '../../http/body.ts';
import type { FieldValue, Scalar } from '../../store/objects.ts';
import { singleNameProblem } from '../read.ts';
import type { Call } from '../route.ts';
import { invalidInput, objectsRefusal } from './answers.ts';
import { refuseLarge } from './change.ts';
import { type EntityKind, OPTIONAL, type RelationKind } from './kinds.ts';

// A text may be so many times as long as what it says: `\u00e4` has six bytes for two, and an indent a line of its own.
const TEXT_OF_OBJECT = 4;
// For the names around the fields.
const FRAME_BYTES = 1_024;

/** New values of fields; `null` removes the value. Absent fields keep theirs. */
export type Patch = Readonly<Record<string, FieldValue | null>>;

/** Changes of memberships, by the name of the other side; `undefined`: it is deleted. */
export type RelationChanges = ReadonlyMap<string, Patch | undefined>;

/** The body's changes to a user or channel. Throws a `Refusal`. */
export async function entityPatchOf(call: Call, { texts }: EntityKind): Promise<Patch> {
  const details: ErrorDetail[] = [];
  const patch = patchOf(await bodyOf(call, 1), call, { names: [...texts, ...OPTIONAL], at: '', details });
  if (details.length > 0) throw invalidInput(...details);
  return patch;
}

/** The memberships that the body sets and deletes. Throws a `Refusal`. */
export async function relationChangesOf(call: Call, kind: RelationKind): Promise<RelationChanges> {
  const most = call.services.limits.membershipChanges;
  const body = await bodyOf(call, most);
  const details: ErrorDetail[] = [];
  const sets = itemsOf(body, 'set', details);
  const removes = itemsOf(body, 'delete', details);
  if (sets.length + removes.length > most) {
    throw objectsRefusal(400, `Too many memberships in one request: at most ${most}.`);
  }
  const changes = new Map<string, Patch | undefined>();
  for (const [index, item] of sets.entries()) {
    const at = `set.${index}`;
    const id = otherOf(item, kind, { at, details });
    changes.set(id, {
      ...changes.get(id),
      ...patchOf(item, call, { names: OPTIONAL, at: `${at}.`, details }),
    });
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

/** The user or channel of the path. Throws a `Refusal` for an invalid name. */
export function idIn({ segment }: Call, kind: EntityKind): string {
  const id = segment('id');
  const problem = idProblem(kind, id);
  if (problem === undefined) return id;
  throw invalidInput({ message: `It ${problem}.`, location: kind.type, locationType: 'path' });
}

// The reason why a name cannot have metadata.
function idProblem({ type }: EntityKind, id: string): string | undefined {
  // Events are published on the channel of that name, and on presence channels only the origin publishes.
  if (isPresenceName(id)) return 'must not end in "-pnpres"';
  return type === 'uuid' ? singleNameProblem(id) : nameProblem(id);
}

// Refused before it is parsed, which takes long for many members: no spaces and escapes make it so much larger.
async function bodyOf({ request, services: { limits } }: Call, objects: number): Promise<JsonObject> {
  const most = Math.min(limits.bodyBytes, limits.objectBytes * objects * TEXT_OF_OBJECT + FRAME_BYTES);
  const text = await bodyText(request.body, most);
  if (text === 'too-large') throw objectsRefusal(413, 'Request payload is too large.');
  const body = text === 'invalid' ? undefined : parseJson(text.text);
  if (body === undefined) throw objectsRefusal(415, 'Request payload must be in JSON format.');
  if (!isObject(body)) throw invalidInput(inBody('', 'The body must be a JSON object.'));
  return body;
}

interface Place {
  readonly at: string;
  readonly details: ErrorDetail[];
}

function itemsOf(body: JsonObject, name: 'set' | 'delete', details: ErrorDetail[]): readonly JsonObject[] {
  const items = body[name] ?? [];
  if (Array.isArray(items)) return items.map((item: unknown) => (isObject(item) ? item : {}));
  details.push(inBody(name, 'Must be a list.'));
  return [];
}

function otherOf(item: JsonObject, { other }: RelationKind, { at, details }: Place): string {
  const related = item[other.type];
  const id = isObject(related) ? related['id'] : undefined;
  const problem = typeof id === 'string' ? idProblem(other, id) : 'must be a string';
  if (typeof id === 'string' && problem === undefined) return id;
  details.push(inBody(`${at}.${other.type}.id`, `It ${problem}.`));
  return '';
}

function patchOf(
  values: JsonObject,
  call: Call,
  { names, at, details }: Place & { readonly names: readonly string[] },
): Patch {
  const patch: Record<string, FieldValue | null> = {};
  const given = names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]] as const]));
  for (const [name, value] of given) {
    const problem = name === 'custom' ? customProblem(value) : textProblem(value);
    if (problem === undefined)
      patch[name] = value as FieldValue | null; // As the check has found.
    else details.push(inBody(at + name, problem));
  }
  // Only of what was checked: the JSON text of a value that nests deeply needs a stack. What is removed adds nothing.
  refuseLarge(Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== null)), call);
  return patch;
}

function textProblem(value: unknown): string | undefined {
  return typeof value === 'string' || value === null ? undefined : 'Must be a string or null.';
}

function customProblem(value: unknown): string | undefined {
  const fine = value === null || (isObject(value) && Object.values(value).every(isScalar));
  return fine ? undefined : 'Must be null, or an object whose values are strings, numbers, booleans or null.';
}

function isScalar(value: unknown): value is Scalar {
  // `1e999` is valid JSON and parses to infinity, which JSON has not.
  return typeof value === 'number' ? Number.isFinite(value) : typeof value !== 'object' || value === null;
}

function inBody(location: string, message: string): ErrorDetail {
  return { message, location, locationType: 'body' };
}
