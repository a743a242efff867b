import { signerOf } from '../../access/signature.ts';
import { accessRefusal } from '../../http/refusals.ts';
import { needsNothing } from '../needs.ts';
import { shardOf } from '../read.ts';
import type { Route } from '../route.ts';
import { bitsOf, eachTarget, type Targets, targetsOf, ttlOf } from './grant-query.ts';
import { flagsOf, grantAnswer } from './grant-reply.ts';

const MS_PER_MINUTE = 60_000;

/** Gives permissions to auth keys, or to everybody (docs/reference/protocol.md, "Access Manager"). */
export const grant: Route = {
  operation: 'grant',
  method: 'GET',
  path: '/v2/auth/grant/sub-key/{subscribeKey}',
  needs: needsNothing,
  async handle(call) {
    const { access } = await shardOf(call);
    await signerOf(call);
    const targets = targetsOf(call);
    refuseMixed(targets);
    const bits = bitsOf(call);
    const ttl = ttlOf(call);
    const expires = ttl === 0 ? undefined : call.services.clock.now() + ttl * MS_PER_MINUTE;
    const granted = eachTarget(targets);
    if (!(await access.grant(granted.map((target) => ({ ...target, bits, expires })))))
      throw accessRefusal(400, 'Too many grants');
    const told = granted.map((target) => ({ ...target, flags: flagsOf(bits, target.resource) }));
    return grantAnswer(call, targets, { told, ttl });
  },
};

function refuseMixed({ channels, groups, uuids, authKeys }: Targets): void {
  const names = channels.length + groups.length;
  if (uuids.length > 0 && names > 0)
    throw accessRefusal(400, 'One call cannot grant both on uuids and on channels or groups');
  if (uuids.length > 0 && authKeys.length === 0) throw accessRefusal(400, 'A grant on uuids needs auth keys');
  if (authKeys.length > 0 && uuids.length + names === 0)
    throw accessRefusal(400, 'A grant to auth keys needs channels, channel groups or uuids');
}
