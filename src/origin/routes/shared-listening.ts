import { isPresenceName } from '../../protocol/names.ts';
import { ZERO_STAMP } from '../store/stamp.ts';
import type { SharedListening } from '../window/shared-names.ts';
import { Subscription } from '../window/subscription.ts';
import { namesOf, refuseNested, refuseTooManyNames } from './read.ts';
import type { Call } from './route.ts';

/** The names of a request, shared by all that have the same; `undefined` if it has groups. Throws a `Refusal` as `namesOf`. */
export function sharedListeningOf(call: Call): SharedListening | undefined {
  if (call.query.text('channel-group') !== undefined) return undefined;
  const { shards, limits } = call.services;
  const shared = shards.names.of(call.segment('channels'), () => listeningTo(call));
  // Another subscribe key may have more.
  refuseTooManyNames(shared.names.channels.length, limits);
  refuseNested(shared.resolved.subscription.wildcards, limits);
  return shared;
}

function listeningTo(call: Call): SharedListening {
  const names = namesOf(call);
  const labels = names.channels.map(
    (channel) => [channel, [{ json: JSON.stringify(channel), since: ZERO_STAMP }]] as const,
  );
  const own = names.channels.filter((channel) => !isPresenceName(channel));
  const present = new Map(own.map((channel) => [channel, [channel]]));
  return { names, resolved: { subscription: new Subscription(new Map(labels)), present }, present: own };
}
