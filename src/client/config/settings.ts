import { DEFAULT_PRESENCE_TIMEOUT } from '../../protocol/limits.ts';
import { aesCbcCryptoModule } from '../features/encryption/modules.ts';
import { fetchTransport } from '../request/ky-transport.ts';
import { browserNetworkEvents } from '../runtime/connectivity.ts';
import { chance } from '../runtime/random.ts';
import { steadyClock } from '../runtime/steady-clock.ts';
import { DEFAULTS, invalid, parseOrigin, readPubNubOptions } from './checks.ts';
import type { PubNubOptions, Settings } from './options.ts';
import { policyOf } from './reconnection.ts';

/**
 * Checks the options and completes them. Throws a `PubNubError` (`PN-1007`) that names the option and what it must be;
 * it never repeats the value, which may be a secret.
 */
export function settingsFrom(source: PubNubOptions): Settings {
  const options = readPubNubOptions(source);
  const { origin, ssl, token, authKey, cipherKey, cryptoModule, fetch, ...all } = { ...DEFAULTS, ...options };
  return Object.freeze({
    ...all,
    userId: all.userId ?? all.uuid ?? '',
    baseUrl: baseUrlOf([origin].flat(), ssl, all.random),
    token: typeof token === 'string' ? token : authKey,
    tokenProvider: typeof token === 'function' ? token : undefined,
    cipherKey,
    crypto: cipherKey === undefined ? cryptoModule : aesCbcCryptoModule({ cipherKey }),
    reconnection: policyOf(all.reconnectionPolicy),
    presenceTimeoutSeconds: all.presenceTimeout,
    heartbeatInterval: heartbeatIntervalOf(options),
    requestTimeout: all.transactionalRequestTimeout * 1_000,
    pollTimeout: all.subscribeRequestTimeout * 1_000,
    fileTimeout: all.fileRequestTimeout * 1_000,
    filePublishAttempts: Math.floor(all.fileUploadPublishRetryLimit),
    dedupeEntries: all.dedupeOnSubscribe ? all.maximumCacheSize : 0,
    countThreshold: all.requestMessageCountThreshold,
    liveRetention: all.liveRetention * 1_000,
    clock: steadyClock(all.clock),
    transport: all.transport ?? fetchTransport(fetch),
    networkEvents:
      all.networkEvents ?? (all.listenToBrowserNetworkEvents ? browserNetworkEvents() : undefined),
  });
}

function heartbeatIntervalOf({ heartbeatInterval, presenceTimeout }: PubNubOptions): number {
  if (heartbeatInterval === undefined)
    return presenceTimeout === undefined ? 0 : (presenceTimeout / 2 - 1) * 1_000;
  const limit = presenceTimeout ?? DEFAULT_PRESENCE_TIMEOUT;
  if (heartbeatInterval >= limit) {
    throw invalid(`The option "heartbeatInterval" must be below the presence timeout of ${limit} seconds.`);
  }
  return heartbeatInterval * 1_000;
}

function baseUrlOf(origins: readonly string[], ssl: boolean, random: () => number): string {
  const index = Math.min(Math.floor(chance(random) * origins.length), origins.length - 1);
  return parseOrigin(origins[index], ssl) ?? '';
}
