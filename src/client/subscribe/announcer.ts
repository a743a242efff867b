import { isPresenceName, withoutPresence } from '../../protocol/names.ts';
import { PNOperationType, PNStatusCategory } from '../../protocol/status.ts';
import type { Settings } from '../config/options.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import { makeStatus, type PNStateEvent, type PNStatus } from '../listeners/events.ts';
import type { ListenerRegistry } from '../listeners/registry.ts';
import type { LiveSubscription } from './live-subscription.ts';
import type { Mix } from './mix.ts';
import type { Announcement, LoopInput } from './state.ts';

/** Why the state of the loop has changed. */
export const REASONS: Readonly<Record<LoopInput['type'], string>> = {
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

/** Tells listeners, and the log, what becomes of receiving. */
export class Announcer<Client> {
  readonly #settings: Settings;
  readonly #listeners: ListenerRegistry<Client>;

  constructor(settings: Settings, listeners: ListenerRegistry<Client>) {
    this.#settings = settings;
    this.#listeners = listeners;
  }

  /** Something that the loop has to tell; of a failure, the log says why without a listener. */
  announce(announcement: Announcement): void {
    const { category, error, attempt } = announcement;
    const { logger, baseUrl } = this.#settings;
    if (error) logger?.warn?.('subscribe failed', { category, code: error.code, origin: baseUrl, attempt });
    this.#listeners.emit('status', statusOf(announcement));
  }

  /** A heartbeat succeeded or failed. */
  beaten(mix: Mix, error: PubNubError | undefined): void {
    const { announceFailedHeartbeats, announceSuccessfulHeartbeats } = this.#settings;
    if (!(error ? announceFailedHeartbeats : announceSuccessfulHeartbeats)) return;
    const category = error?.category ?? PNStatusCategory.PNAcknowledgmentCategory;
    const operation = PNOperationType.PNHeartbeatOperation;
    this.#listeners.emit('status', statusOf({ category, operation, mix, ...(error && { error }) }));
  }

  /** Older messages could not be fetched; with a delay in milliseconds, they are asked for again. */
  backfillFailed(
    mix: Mix,
    error: PubNubError,
    { attempt, delay }: { readonly attempt: number; readonly delay?: number },
  ): void {
    this.announce({
      ...{ category: error.category, mix, error, attempt },
      operation: error.operation ?? PNOperationType.PNSubscribeOperation,
      ...(delay !== undefined && { nextRetryAt: this.#settings.clock.now() + delay }),
    });
  }

  /** A reader takes nothing, and everybody waits. */
  stalled({ names: mix, channels }: LiveSubscription, milliseconds: number): void {
    const said = 'a reader takes no messages, and the client waits for it';
    this.#settings.logger?.warn?.(said, { channels, milliseconds });
    const category = PNStatusCategory.PNSlowConsumerCategory;
    const operation = PNOperationType.PNSubscribeOperation;
    this.#listeners.emit('status', statusOf({ category, operation, mix }));
  }

  /** The state of the loop has changed. */
  stateChanged({ state, previous }: Pick<PNStateEvent, 'state' | 'previous'>, cause: LoopInput): void {
    this.#settings.logger?.info?.('state', { state, previous });
    const error = cause.type === 'pollFailed' ? cause.error : undefined;
    this.#listeners.emit('state', { state, previous, reason: REASONS[cause.type], error });
  }

  /** A step of the loop has failed: a fault of the library. */
  failed(error: unknown): void {
    this.#settings.logger?.error?.('a step of the loop failed', { error });
  }
}

/** The status of an announcement. A presence name is implied by its channel, and named only where it stands alone. */
export function statusOf({ category, operation, mix, error, attempt, nextRetryAt }: Announcement): PNStatus {
  const affectedChannels = plain(mix.channels);
  const affectedChannelGroups = plain(mix.groups);
  const affected = { affectedChannels, affectedChannelGroups };
  return makeStatus(category, { operation, errorData: error, attempt, nextRetryAt, ...affected });
}

function plain(names: readonly string[]): readonly string[] {
  const all = new Set(names);
  return names.filter((name) => !isPresenceName(name) || !all.has(withoutPresence(name)));
}
