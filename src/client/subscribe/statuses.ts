import { isPresenceName, withoutPresence } from '../../protocol/names.ts';
import { PNOperationType, PNStatusCategory } from '../../protocol/status.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import type { ClientState, PNStateEvent, PNStatus } from '../listeners/events.ts';
import type { Mix } from './mix.ts';
import type { Happening } from './runner.ts';
import type { Announcement } from './state.ts';

/** A status as listeners get it; what is not said is `undefined`. */
export function makeStatus(category: PNStatusCategory, more: Partial<Omit<PNStatus, 'category'>>): PNStatus {
  return {
    category,
    operation: more.operation,
    isError: more.errorData !== undefined,
    errorData: more.errorData,
    statusCode: more.errorData?.statusCode ?? more.statusCode,
    affectedChannels: more.affectedChannels ?? [],
    affectedChannelGroups: more.affectedChannelGroups ?? [],
    attempt: more.attempt,
    nextRetryAt: more.nextRetryAt,
  };
}

/** The status of an announcement of the loop. */
export function statusOf({ category, operation, mix, error, attempt, nextRetryAt }: Announcement): PNStatus {
  return makeStatus(category, { operation, errorData: error, attempt, nextRetryAt, ...affected(mix) });
}

/** The status of a heartbeat. */
export function beatStatus(mix: Mix, error: PubNubError | undefined): PNStatus {
  const category = error?.category ?? PNStatusCategory.PNAcknowledgmentCategory;
  const operation = PNOperationType.PNHeartbeatOperation;
  return makeStatus(category, { operation, errorData: error, ...affected(mix) });
}

/** The status of a reader that takes nothing while the client waits for it. */
export function stalledStatus(mix: Mix): PNStatus {
  const operation = PNOperationType.PNSubscribeOperation;
  return makeStatus(PNStatusCategory.PNSlowConsumerCategory, { operation, ...affected(mix) });
}

const REASONS: Readonly<Record<Happening['type'], string>> = {
  demandChanged: 'the subscribed channels changed',
  polled: 'the server answered',
  pollFailed: 'a request failed',
  timerFired: 'the delay has passed',
  delivered: 'messages were delivered',
  tokenChanged: 'a new token was set',
  tokenRenewed: 'the token provider gave another token',
  filterChanged: 'a new filter expression was set',
  reconnectRequested: 'reconnect() was called',
  disconnectRequested: 'disconnect() was called',
  networkChanged: 'the network changed',
  woke: 'the machine woke up',
  closed: 'close() was called',
};

/** The event of a change of state, with what caused it. */
export function stateEvent(change: {
  readonly state: ClientState;
  readonly previous: ClientState;
  readonly cause: Happening;
}): PNStateEvent {
  const { state, previous, cause } = change;
  return {
    state,
    previous,
    reason: REASONS[cause.type],
    error: cause.type === 'pollFailed' ? cause.error : undefined,
  };
}

// A presence name is implied by its channel, and named only where it stands alone.
function affected({ channels, groups }: Mix): Pick<PNStatus, 'affectedChannels' | 'affectedChannelGroups'> {
  return { affectedChannels: plain(channels), affectedChannelGroups: plain(groups) };
}

function plain(names: readonly string[]): readonly string[] {
  const all = new Set(names);
  return names.filter((name) => !isPresenceName(name) || !all.has(withoutPresence(name)));
}
