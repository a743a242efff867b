import { PNOperationType } from '../../protocol/status.ts';
import type { Settings } from '../config/options.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import type { ListenerRegistry } from '../listeners/registry.ts';
import type { LiveSubscription } from './live-subscription.ts';
import type { Mix } from './mix.ts';
import type { LoopHost } from './runner.ts';
import type { Announcement } from './state.ts';
import { beatStatus, stalledStatus, stateEvent, statusOf } from './statuses.ts';

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
    if (error ? announceFailedHeartbeats : announceSuccessfulHeartbeats)
      this.#listeners.emit('status', beatStatus(mix, error));
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
  stalled({ names, channels }: LiveSubscription, milliseconds: number): void {
    const said = 'a reader takes no messages, and the client waits for it';
    this.#settings.logger?.warn?.(said, { channels, milliseconds });
    this.#listeners.emit('status', stalledStatus(names));
  }

  /** The state of the loop changed. */
  stateChanged(change: Parameters<LoopHost['stateChanged']>[0]): void {
    const { state, previous } = change;
    this.#settings.logger?.info?.('state', { state, previous });
    this.#listeners.emit('state', stateEvent(change));
  }

  /** A step of the loop has failed, which is nobody's but the library's. */
  failed(error: unknown): void {
    this.#settings.logger?.error?.('a step of the loop failed', { error });
  }
}
