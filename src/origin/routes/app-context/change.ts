import { byteLength } from '../../http/body.ts';
import type {
  MembershipRange,
  ObjectKey,
  ObjectProblem,
  ObjectStore,
  ObjectWrite,
  StoredObject,
} from '../../store/objects.ts';
import { shardOf } from '../read.ts';
import type { Call } from '../route.ts';
import { objectsRefusal } from './answers.ts';

// Each conflict is the success of another change, so many in a row are unlikely.
const MAX_ATTEMPTS = 100;

/** The writes of a change. */
export interface Changes {
  readonly writes: readonly ObjectWrite[];
  /** A range that they empty, also of what is added meanwhile. */
  readonly emptied?: MembershipRange;
}

/** Derives writes from the current objects. May throw a `Refusal`. */
export type Plan = (current: readonly (StoredObject | undefined)[]) => Promise<Changes>;

/** The objects of a change. */
interface Subject {
  /** The user or channel that the request names. */
  readonly owner: ObjectKey;
  readonly keys: readonly ObjectKey[];
}

/**
 * Reads objects and writes the changes that `plan` derives from them; repeats that when others have changed them meanwhile.
 * Throws a `Refusal` if there is no room, or if others change them all the time.
 */
export async function change(call: Call, { owner, keys }: Subject, plan: Plan): Promise<void> {
  const { objects, objectTurns } = await shardOf(call);
  // Many changes of one object would repeat each other's work over and over. Those of other origins are few.
  await objectTurns.run(JSON.stringify(owner), () => changeNow(objects, call, { keys, plan }));
}

async function changeNow(
  store: ObjectStore,
  call: Call,
  { keys, plan }: Pick<Subject, 'keys'> & { readonly plan: Plan },
): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { writes, emptied } = await plan(await store.get(keys));
    for (const { object } of writes) if (object) refuseLarge(object.fields, call);
    const problem = writes.length === 0 ? undefined : await store.write(writes, emptied);
    if (problem === undefined) return;
    if (problem !== 'conflict') throw objectsRefusal(400, excessText(problem, call));
  }
  throw objectsRefusal(409, 'Requested object is being changed by others.');
}

/** Throws a `Refusal` for more fields than an object may have. */
export function refuseLarge(fields: object, { services: { limits } }: Call): void {
  if (byteLength(JSON.stringify(fields)) <= limits.objectBytes) return;
  throw objectsRefusal(413, `Maximum object size exceeded: at most ${limits.objectBytes} bytes.`);
}

function excessText(problem: Exclude<ObjectProblem, 'conflict'>, { services: { limits } }: Call): string {
  if (problem === 'objects') return `Maximum object count exceeded: at most ${limits.objects}.`;
  if (problem === 'characters')
    return `Maximum total object size exceeded: at most ${limits.objectsBytes}, and for all subscribe keys together half of ${limits.processEntries} entries and of ${limits.processBytes}.`;
  return `Maximum membership count exceeded: at most ${limits.memberships} of one user or channel.`;
}
