import type { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Clock } from '../../protocol/clock.ts';
import type { Http2Side } from './http2-side.ts';
import type { ServeLimits } from './limits.ts';
import type { Listener } from './listener.ts';
import type { OwnAnswers } from './own-answers.ts';

/** The options of `close()`. */
export interface CloseOptions {
  /**
   * Seconds for which requests are served as before, while `/readyz` is answered with 503 so that balancers send new ones
   * elsewhere, and answers end their connections. A second `close()` without it ends this early. Default 0.
   */
  readonly drainSeconds?: number | undefined;
}

/** The parts of a server that is closed. */
export interface ClosingOptions {
  readonly server: Server | SecureServer;
  /** Absent without TLS. */
  readonly http2: Http2Side | undefined;
  readonly listener: Listener;
  readonly own: OwnAnswers;
  readonly clock: Clock;
  readonly limits: ServeLimits;
  /** The server is closed. */
  onClosed(): void;
}

// As the limits of a server.
const MAX_SECONDS = 86_400;

/** The end of a server: it drains, answers what is parked, and ends its connections. */
export class Closing {
  readonly #options: ClosingOptions;
  #closed: Promise<void> | undefined;
  #endDrain: (() => void) | undefined;

  constructor(options: ClosingOptions) {
    this.#options = options;
  }

  /** May be called again. Rejects with a `RangeError` for seconds that are none. */
  async close({ drainSeconds = 0 }: CloseOptions = {}): Promise<void> {
    if (!(drainSeconds >= 0 && drainSeconds <= MAX_SECONDS))
      throw new RangeError(`drainSeconds must be from 0 to ${MAX_SECONDS}, not ${drainSeconds}.`);
    if (drainSeconds === 0) this.#endDrain?.();
    this.#closed ??= this.#close(drainSeconds);
    await this.#closed;
  }

  async #close(drainSeconds: number): Promise<void> {
    const { own, onClosed } = this.#options;
    own.isDraining = true;
    if (drainSeconds > 0) await this.#drain(drainSeconds);
    await this.#shut();
    onClosed();
  }

  async #drain(seconds: number): Promise<void> {
    const { clock } = this.#options;
    let timer: unknown;
    await new Promise<void>((resolve) => {
      this.#endDrain = resolve;
      timer = clock.setTimeout(resolve, seconds * 1000);
    });
    clock.clearTimeout(timer);
  }

  async #shut(): Promise<void> {
    const { server, http2, listener, clock, limits } = this.#options;
    const closed = new Promise((resolve) => server.close(resolve));
    http2?.close();
    let timer: unknown;
    const timeout = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, limits.closeSeconds * 1000);
    });
    await Promise.race([listener.drain(), timeout]);
    clock.clearTimeout(timer);
    // Clients keep idle connections open.
    server.closeAllConnections();
    http2?.end();
    await closed;
  }
}
