import { accessRefusal } from '../http/refusals.ts';
import type { Call, Need } from '../routes/route.ts';
import { Bearer } from './bearer.ts';
import { signerOf } from './signature.ts';

/** What a refusal calls the kinds of name. */
const REFUSED_AS = { channels: 'channels', groups: 'channel-groups', uuids: 'uuids' } as const;

/**
 * Lets a request pass that is signed, or that has all the permissions it needs. Throws a `Refusal` otherwise, which
 * names everything that is not permitted and nothing else (docs/reference/protocol.md, "Access Manager").
 */
export async function authorize(needs: readonly Need[], call: Call): Promise<void> {
  if (needs.every(({ names }) => names.length === 0)) return;
  if (call.query.text('signature') !== undefined) return void (await signerOf(call));
  const shard = await call.services.shards.get(call.segment('subscribeKey'));
  const bearer = await Bearer.of(call, shard.access);
  const payload: Record<string, string[]> = {};
  for (const need of needs) {
    const refused = await bearer.refused(need);
    if (refused.length === 0) continue;
    const names = [...(payload[REFUSED_AS[need.resource]] ?? []), ...refused];
    payload[REFUSED_AS[need.resource]] = [...new Set(names)];
  }
  if (Object.keys(payload).length > 0) throw accessRefusal(403, 'Forbidden', payload);
}
