import { byteLength } from '../../http/body.ts';
import type {
  ObjectKey,
  ObjectProblem,
  ObjectStore,
  ObjectWrite,
  StoredObject,
} from '../../store/objects.ts';
import { shardOf } from '../read.ts';
import type { Call } from '../route.ts';
import { objectsRefusal } from './answers.ts';

// Each conflict is the success of another origin, so many in a row are unlikely.
const MAX_ATTEMPTS = 100;

/** Derives writes from the current objects. May throw a `Refusal`. */
export type Plan = (
  current: readonly (StoredObject | undefined)[],
) => Promise<readonly ObjectWrite[]> | readonly ObjectWrite[];

/**
 * Reads objects and writes the changes that `plan` derives from them; repeats that when another origin has changed them
 * meanwhile. Throws a `Refusal` if there is no room.
 */
export async function change(call: Call, keys: readonly ObjectKey[], plan: Plan): Promise<void> {
  const { objects, objectQueue } = await shardOf(call);
  await objectQueue(() => changeNow(objects, call, { keys, plan }));
}

async function changeNow(
  store: ObjectStore,
  call: Call,
  { keys, plan }: { readonly keys: readonly ObjectKey[]; readonly plan: Plan },
): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const batch = await plan(await store.get(keys));
    for (const { object } of batch) refuseLarge(object, call);
    const problem = batch.length === 0 ? undefined : await store.write(batch);
    if (problem === undefined) return;
    if (problem !== 'conflict') throw objectsRefusal(400, excessText(problem, call));
  }
  throw objectsRefusal(409, 'Requested object is being changed by others.');
}

function refuseLarge(object: StoredObject | undefined, { services: { limits } }: Call): void {
  if (!object || byteLength(JSON.stringify(object.fields)) <= limits.objectBytes) return;
  throw objectsRefusal(413, `Maximum object size exceeded: at most ${limits.objectBytes} bytes.`);
}

function excessText(problem: Exclude<ObjectProblem, 'conflict'>, { services: { limits } }: Call): string {
  if (problem === 'objects') return `Maximum object count exceeded: at most ${limits.objects}.`;
  if (problem === 'characters') return `Maximum total object size exceeded: at most ${limits.objectsBytes}.`;
  return `Maximum membership count exceeded: at most ${limits.memberships} of one user or channel.`;
}
