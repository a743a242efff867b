import type { Need } from '../../access/authorize.ts';
import type { Answer } from '../../http/answer.ts';
import type { Held } from '../../http/held.ts';
import type { ObjectKey, ObjectWrite, StoredObject } from '../../store/objects.ts';
import type { Page } from '../../store/page.ts';
import { shardOf } from '../read.ts';
import type { Call, Route } from '../route.ts';
import { idIn, type Patch, relationChangesOf } from './body.ts';
import { change } from './change.ts';
import { deleteEvent, patched, relationTag, setEvent } from './document.ts';
import { OBJECTS_PATH, type RelationKind, shownRelation, showsRelated } from './kinds.ts';
import { pageOf } from './page.ts';
import { type ListQuery, listQueryOf, relationFields } from './query.ts';
import type { Row } from './select.ts';

/** The operations on the memberships of a user, or on the members of a channel. */
export function relationRoutes(kind: RelationKind): readonly Route[] {
  const { owner, other } = kind;
  const path = `${OBJECTS_PATH}/${owner.plural}/{id}/${other.plural}`;
  const name = owner.type === 'uuid' ? 'memberships' : 'members';
  return [
    {
      operation: `get-${name}`,
      method: 'GET',
      path,
      needs: (call) => [{ resource: owner.plural, names: [call.segment('id')], permission: 'get' }],
      handle: (call) => get(call, kind),
    },
    {
      operation: `set-${name}`,
      method: 'PATCH',
      path,
      needs: (call) => needsToSet(call, kind),
      handle: (call) => set(call, kind),
    },
  ];
}

// Members need permission to manage the channel; memberships need permission to join each channel.
async function needsToSet(call: Call, kind: RelationKind): Promise<readonly Need[]> {
  const names = [call.segment('id')];
  if (kind.owner.type === 'channel') return [{ resource: 'channels', names, permission: 'manage' }];
  return [
    { resource: 'uuids', names, permission: 'update' },
    { resource: 'channels', names: [...(await relationChangesOf(call, kind)).keys()], permission: 'join' },
  ];
}

async function get(call: Call, kind: RelationKind): Promise<Answer | Held> {
  const id = idIn(call, kind.owner);
  return listed(call, { kind, id, query: listQueryOf(call, relationFields(kind)) });
}

async function set(call: Call, kind: RelationKind): Promise<Answer | Held> {
  const id = idIn(call, kind.owner);
  const changes = await relationChangesOf(call, kind);
  // The parameters of the answer are checked before anything is changed.
  const query = listQueryOf(call, relationFields(kind));
  const entries = Array.from(changes, ([other, patch]) => ({ key: kind.keyOf(id, other), patch }));
  const keys = entries.map(({ key }) => key);
  const now = call.services.clock.now();
  await change(call, { owner: kind.owner.keyOf(id), keys }, async (current) => {
    const writes = entries.map(({ key, patch }, index) =>
      writesOf({ key, patch, now, known: current[index] }),
    );
    return { writes: (await Promise.all(writes)).flat() };
  });
  return listed(call, { kind, id, query });
}

interface Change {
  readonly key: ObjectKey;
  readonly patch: Patch | undefined;
  readonly now: number;
  readonly known: StoredObject | undefined;
}

async function writesOf({ key, patch, now, known }: Change): Promise<readonly ObjectWrite[]> {
  if (!patch) {
    const expected = known?.eTag;
    return known ? [{ key, expected, object: undefined, announce: deleteEvent(key) }] : [];
  }
  const result = await patched(known, patch, { now, tag: relationTag });
  if (!result) return [];
  const { object, changed } = result;
  return [{ key, expected: known?.eTag, object, announce: setEvent(key, changed, object) }];
}

interface Wanted {
  readonly kind: RelationKind;
  readonly id: string;
  readonly query: ListQuery;
}

interface RelationRow extends Row {
  readonly object: StoredObject;
}

async function listed(call: Call, { kind, id, query }: Wanted): Promise<Answer | Held> {
  const { owner, other } = kind;
  const { objects, longWorks } = await shardOf(call);
  const range = owner.membershipsOf(id);
  const relatedTo = async (ids: readonly string[]) => {
    const related = await objects.get(ids.map((name) => other.keyOf(name)));
    return new Map(ids.map((name, index) => [name, related[index]]));
  };
  const rows = {
    idField: `${other.type}.id`,
    count: () => objects.count(range),
    read: async (page: Page) => {
      const relations = (await objects.list(range, page)).map(({ key, object }) => ({
        id: other.idIn(key),
        object,
      }));
      const related = looksBeyond(kind, query) ? await relatedTo(relations.map((row) => row.id)) : NONE;
      return relations.map((row) => ({ ...row, values: valuesIn(kind, row, related.get(row.id)) }));
    },
    show: async (shown: readonly RelationRow[]) => {
      const related = showsRelated(kind, query.include) ? await relatedTo(shown.map((row) => row.id)) : NONE;
      return shown.map((row) => shownRelation(kind, { ...row, related: related.get(row.id) }, query.include));
    },
  };
  return pageOf(rows, query, { call, longWorks });
}

const NONE: ReadonlyMap<string, StoredObject | undefined> = new Map();

// Whether rows are sorted or filtered by fields of the other side.
function looksBeyond({ other }: RelationKind, { sorts, filter }: ListQuery): boolean {
  const paths = [...sorts.map(({ path }) => path), ...(filter?.paths ?? [])];
  return paths.some(([first, second]) => first === other.type && second !== 'id');
}

type Relation = Pick<RelationRow, 'id' | 'object'>;

function valuesIn(
  { other }: RelationKind,
  { id, object }: Relation,
  related: StoredObject | undefined,
): object {
  return { ...valuesOf(object), [other.type]: { id, ...valuesOf(related) } };
}

function valuesOf(object: StoredObject | undefined): object {
  return object ? { ...object.fields, updated: object.updated } : {};
}
