import { type AnyChannels, type Logger, PubNub, type PubNubOptions } from 'timetoken';
import { check, NAME, OBJECT } from '../origin/checks.ts';
import type { Ciphers } from './ciphers.ts';
import type { ClientOptions } from './options.ts';

const CALLER = 'network.client()';

// Each of these stands in for another option, and the client refuses both.
const RIVALS: Readonly<Partial<Record<keyof PubNubOptions, keyof PubNubOptions>>> = {
  transport: 'fetch',
  cipherKey: 'cryptoModule',
  cryptoModule: 'cipherKey',
};

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** The clients that a network has made, and closes. */
export class TestClients {
  readonly #open = new Set<Pick<PubNub, 'close'>>();
  readonly #ciphers: Ciphers;

  /** `ciphers` learns the keys of the clients. */
  constructor(ciphers: Ciphers) {
    this.#ciphers = ciphers;
  }

  /**
   * Makes a client. Throws a `TypeError` for an invalid name, or options that are no object or name another user, and the
   * client's own `PubNubError` (`PN-1007`) for an invalid option.
   */
  make<Channels extends object = AnyChannels>(
    defaults: ClientOptions,
    userId: string,
    options: Partial<PubNubOptions> = {},
  ): PubNub<Channels> {
    check(`${CALLER}: userId`, userId, NAME);
    check(`The options of ${CALLER}`, options, OBJECT);
    // An option that is given as `undefined` must not lead the client to the real network.
    const given: Partial<PubNubOptions> = Object.fromEntries(
      Object.entries(options).filter(([, value]) => value !== undefined),
    );
    const other = given.userId ?? given.uuid ?? userId;
    if (other !== userId)
      throw new TypeError(
        `${CALLER}: the user is "${userId}", the first argument, and not that of the options.`,
      );
    const client = new PubNub<Channels>({
      ...withoutRivals(defaults, given),
      ...given,
      ...watched(defaults, given),
      userId,
    });
    this.#ciphers.learn(given);
    this.#open.add(client);
    return client;
  }

  /** The clients that are not closed yet. */
  get size(): number {
    return this.#open.size;
  }

  /** Closes all clients that were made since the last time. Never rejects. */
  async close(): Promise<void> {
    const open = [...this.#open];
    this.#open.clear();
    await Promise.allSettled(open.map((client) => client.close()));
  }
}

// What watches a client goes on beside what the test gives in its place. What is invalid is left to the client to refuse.
function watched(defaults: ClientOptions, { onDelivered, logger }: Partial<PubNubOptions>) {
  return {
    ...(typeof onDelivered === 'function' && {
      onDelivered: (...delivered: Parameters<typeof onDelivered>) => {
        defaults.onDelivered(...delivered);
        onDelivered(...delivered);
      },
    }),
    ...(LEVELS.some((level) => typeof Object(logger)[level] === 'function') && {
      logger: besides(Object(logger), defaults.logger),
    }),
  };
}

function besides(logger: Logger, watcher: ClientOptions['logger']): Logger {
  const levels = LEVELS.filter((level) => typeof logger[level] === 'function');
  const same = levels.map((level): [keyof Logger, Logger['error']] => [
    level,
    (...line) => logger[level]?.(...line),
  ]);
  const error: Logger['error'] = (...line) => {
    watcher.error(...line);
    return logger.error?.(...line);
  };
  return { ...Object.fromEntries(same), error };
}

function withoutRivals(defaults: ClientOptions, given: Partial<PubNubOptions>): ClientOptions {
  const replaced = Object.entries(RIVALS).flatMap(([name, rival]) =>
    Object.hasOwn(given, name) ? [rival] : [],
  );
  // What is taken out is optional for a client that was given its rival.
  return Object.fromEntries(
    Object.entries(defaults).filter(([name]) => !replaced.some((rival) => rival === name)),
  ) as unknown as ClientOptions;
}
