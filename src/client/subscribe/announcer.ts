import { isPresenceName, withoutPresence } from '../../protocol/names.ts';
import type { Settings } from '../config/options.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import { makeStatus, type PNStateEvent, type PNStatus } from '../listeners/events.ts';
import type { ListenerRegistry } from '../listeners/registry.ts';
import type { LiveSubscription } from './live-subscription.ts';
import type { Names } from './names.ts';
import type { Announcement, LoopInput } from './state.ts';

/** The reason that a change of state gives, by its cause. */
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
  pageChanged: 'the page was hidden, or is back',
  woke: 'the machine woke up',
  closed: 'close() was called',
};

/** Reports the loop's changes to listeners and to the log. */
export class Announcer {
  readonly #settings: Settings;
  readonly #listeners: ListenerRegistry;

  constructor(settings: Settings, listeners: ListenerRegistry) {
    this.#settings = settings;
    this.#listeners = listeners;
  }

  /** Emits a status, and logs a failure. */
  announce(announcement: Announcement): void {
    const { category, error, attempt } = announcement;
    const { logger, baseUrl } = this.#settings;
    if (error) logger?.warn?.('subscribe failed', { category, code: error.code, origin: baseUrl, attempt });
    this.#listeners.emit('status', statusOf(announcement));
  }

  /** Reports a heartbeat. */
  beaten(names: Names, error: PubNubError | undefined): void {
    const { announceFailedHeartbeats, announceSuccessfulHeartbeats } = this.#settings;
    if (!(error ? announceFailedHeartbeats : announceSuccessfulHeartbeats)) return;
    const category = error?.category ?? 'PNAcknowledgmentCategory';
    const operation = 'PNHeartbeatOperation';
    this.#listeners.emit('status', statusOf({ category, operation, names, ...(error && { error }) }));
  }

  /** Reports a reader that blocks the client. */
  stalled({ names, channels }: LiveSubscription, milliseconds: number): void {
    const said = 'a reader takes no messages, and the client waits for it';
    this.#settings.logger?.warn?.(said, { channels, milliseconds });
    this.announce({ category: 'PNSlowConsumerCategory', operation: 'PNSubscribeOperation', names });
  }

  /** Reports a change of the loop's state. */
  stateChanged({ state, previous }: Pick<PNStateEvent, 'state' | 'previous'>, cause: LoopInput): void {
    this.#settings.logger?.info?.('state', { state, previous });
    const error = cause.type === 'pollFailed' ? cause.error : undefined;
    this.#listeners.emit('state', { state, previous, reason: REASONS[cause.type], error });
  }

  /** Logs a step that has thrown. */
  failed(error: unknown): void {
    this.#settings.logger?.error?.('a step of the loop failed', { error });
  }
}

/** The status of an announcement. A presence name is implied by its channel, and named only where it stands alone. */
export function statusOf({ category, names, error: errorData, ...more }: Announcement): PNStatus {
  const affectedChannels = plain(names.channels);
  const affectedChannelGroups = plain(names.groups);
  return makeStatus(category, { ...more, errorData, affectedChannels, affectedChannelGroups });
}

function plain(names: readonly string[]): readonly string[] {
  const all = new Set(names);
  return names.filter((name) => !isPresenceName(name) || !all.has(withoutPresence(name)));
}
