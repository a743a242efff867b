import type { Permission } from '../../../protocol/permissions.ts';
import type { Answer } from '../../http/answer.ts';
import type { Held } from '../../http/held.ts';
import {
  type KeyedObject,
  type MembershipRange,
  nameIn,
  type ObjectStore,
  type ObjectWrite,
  type StoredObject,
} from '../../store/objects.ts';
import { eachPage, type Page } from '../../store/page.ts';
import { needsOnAll, shardOf } from '../read.ts';
import type { Call, Route, Services } from '../route.ts';
import { found, objectsRefusal } from './answers.ts';
import { entityPatchOf, idIn } from './body.ts';
import { change } from './change.ts';
import { deleteEvent, entityTag, patched, setEvent } from './document.ts';
import { type EntityKind, OBJECTS_PATH, shownEntity } from './kinds.ts';
import { pageOf } from './page.ts';
import { entityFields, includeOf, listQueryOf } from './query.ts';
import type { Row } from './select.ts';

interface Verb {
  readonly name: string;
  readonly method: Route['method'];
  readonly permission: Permission;
  readonly handle: (call: Call, kind: EntityKind) => Promise<Answer>;
}

const VERBS: readonly Verb[] = [
  { name: 'get', method: 'GET', permission: 'get', handle: get },
  { name: 'set', method: 'PATCH', permission: 'update', handle: set },
  { name: 'remove', method: 'DELETE', permission: 'delete', handle: remove },
];

/** The operations on users, or on channels. */
export function entityRoutes(kind: EntityKind): readonly Route[] {
  const path = `${OBJECTS_PATH}/${kind.plural}`;
  const noun = kind.noun.toLowerCase();
  return [
    {
      operation: `list-${noun}s`,
      method: 'GET',
      path,
      needs: needsOnAll(kind.plural, 'get'),
      handle: (call) => list(call, kind),
    },
    ...VERBS.map(({ name, method, permission, handle }) => ({
      operation: `${name}-${noun}`,
      method,
      path: `${path}/{id}`,
      needs: ({ segment }: Call) => [{ resource: kind.plural, names: [segment('id')], permission }],
      handle: (call: Call) => handle(call, kind),
    })),
  ];
}

async function list(call: Call, kind: EntityKind): Promise<Answer | Held> {
  const query = listQueryOf(call, entityFields(kind));
  const { objects, longWorks } = await shardOf(call);
  const range = { type: kind.type };
  const rows = {
    idField: 'id',
    count: () => objects.count(range),
    read: async (page: Page) => (await objects.list(range, page)).map((one) => rowOf(kind, one)),
    show: async (shown: readonly EntityRow[]) => shown.map((row) => shownEntity(kind, row, query)),
  };
  return pageOf(rows, query, { call, longWorks });
}

interface EntityRow extends Row {
  readonly object: StoredObject;
}

function rowOf(kind: EntityKind, { key, object }: KeyedObject): EntityRow {
  const id = kind.idIn(key);
  return { id, object, values: { id, ...object.fields, updated: object.updated } };
}

async function get(call: Call, kind: EntityKind): Promise<Answer> {
  const { objects } = await shardOf(call);
  const id = idIn(call, kind);
  const [object] = await objects.get([kind.keyOf(id)]);
  if (!object) throw objectsRefusal(404, 'Requested object was not found.');
  return found({ data: shownEntity(kind, { id, object }, { include: includeOf(call.query) }) });
}

async function set(call: Call, kind: EntityKind): Promise<Answer> {
  const id = idIn(call, kind);
  const key = kind.keyOf(id);
  const patch = await entityPatchOf(call, kind);
  let object: StoredObject | undefined;
  await change(call, { owner: key, keys: [key] }, async ([known]) => {
    refuseChanged(call, kind, known);
    const result = await patched(known, patch, { now: call.services.clock.now(), tag: entityTag });
    object = result?.object ?? known;
    if (!result) return { writes: [] };
    const announce = setEvent(key, result.changed, result.object);
    return { writes: [{ key, expected: known?.eTag, object: result.object, announce }] };
  });
  return found({ data: shownEntity(kind, { id, object }, { include: includeOf(call.query) }) });
}

// Memberships are removed too. Removing an object that does not exist succeeds.
async function remove(call: Call, kind: EntityKind): Promise<Answer> {
  const { objects } = await shardOf(call);
  const id = idIn(call, kind);
  const key = kind.keyOf(id);
  await change(call, { owner: key, keys: [key] }, async ([known]) => {
    refuseChanged(call, kind, known);
    const own = known && { key, expected: known.eTag, object: undefined, announce: deleteEvent(key) };
    const emptied = kind.membershipsOf(id);
    const writes: ObjectWrite[] = [];
    for await (const page of membershipsIn(objects, emptied, call.services)) {
      writes.push(...page.map((membership) => removal(membership, own && id)));
    }
    return { writes: own ? [...writes, own] : writes, emptied };
  });
  return found({ data: null });
}

function membershipsIn(objects: ObjectStore, range: MembershipRange, { nextTurn }: Services) {
  const nameOf = ({ key }: KeyedObject) => nameIn(range, key);
  return eachPage({ read: (page) => objects.list(range, page), nameOf, nextTurn });
}

// The channel that has the event of the user or channel needs none of its memberships.
function removal({ key, object }: KeyedObject, announced: string | undefined): ObjectWrite {
  return { key, expected: object.eTag, object: undefined, announce: deleteEvent(key, announced) };
}

function refuseChanged({ request }: Call, { noun }: EntityKind, known: StoredObject | undefined): void {
  const expected = request.header('if-match')?.replaceAll('"', '');
  if (!expected || known?.eTag === expected || (known && expected === '*')) return;
  throw objectsRefusal(412, `${noun} to update has been modified after it was read.`);
}
