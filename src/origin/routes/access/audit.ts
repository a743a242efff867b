import { signerOf } from '../../access/signature.ts';
import type { Grant } from '../../store/access.ts';
import { needsNothing } from '../needs.ts';
import { shardOf } from '../read.ts';
import type { Route } from '../route.ts';
import { type Targets, targetsOf } from './grant-query.ts';
import { flagsOf, grantAnswer } from './grant-reply.ts';

const MS_PER_MINUTE = 60_000;

/** Tells which grants are in force (docs/reference/protocol.md, "Access Manager"). */
export const audit: Route = {
  operation: 'audit',
  method: 'GET',
  path: '/v2/auth/audit/sub-key/{subscribeKey}',
  needs: needsNothing,
  async handle(call) {
    const { access } = await shardOf(call);
    await signerOf(call);
    const targets = targetsOf(call);
    const now = call.services.clock.now();
    const told = (await access.grants())
      .filter((grant) => isAskedFor(grant, targets))
      .map((one) => ({ ...one, flags: { ...flagsOf(one.bits, one.resource), ttl: minutesLeft(one, now) } }));
    return grantAnswer(call, targets, { told });
  },
};

function isAskedFor({ resource, name, authKey }: Grant, targets: Targets): boolean {
  const { channels, groups, uuids, authKeys } = targets;
  if (authKeys.length > 0 && (authKey === undefined || !authKeys.includes(authKey))) return false;
  if (channels.length + groups.length + uuids.length === 0) return true;
  return resource !== 'subkey' && targets[resource].includes(name);
}

function minutesLeft({ expires }: Grant, now: number): number {
  return expires === undefined ? 0 : Math.ceil((expires - now) / MS_PER_MINUTE);
}
