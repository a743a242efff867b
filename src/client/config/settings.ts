import { DEFAULT_PRESENCE_TIMEOUT } from '../../protocol/limits.ts';
import type { Abilities, Feature } from '../feature.ts';
import { chance } from '../runtime/random.ts';
import { steadyClock } from '../runtime/steady-clock.ts';
import { browserNetworkEvents, browserPageEvents } from '../runtime/surroundings.ts';
import { isText } from '../wire/read.ts';
import { DEFAULTS, invalid, missingFeature, parseOrigin, readPubNubOptions } from './checks.ts';
import type { GivenOptions, OptionsWithUuid, PubNubOptions, Settings } from './options.ts';

/**
 * Checks the options and completes them. Throws a `PubNubError` (`PN-1007`) that names the option and what it must be;
 * it never repeats the value, which may be a secret.
 */
export function settingsFrom(
  source: OptionsWithUuid | PubNubOptions,
  features: readonly Feature[],
): Settings {
  const able: Partial<Abilities> = Object.assign({}, ...features);
  const options = readPubNubOptions(source, able.hints);
  checkAbilities(options, able);
  const { origin, ssl, token, authKey, cipherKey, cryptoModule, fetch, transport, ...all } = {
    ...DEFAULTS,
    ...options,
  };
  return Object.freeze({
    ...able,
    ...all,
    userId: all.userId ?? all.uuid ?? '',
    baseUrl: baseUrlOf([origin].flat(), ssl, all.random),
    token: typeof token === 'string' ? token : authKey,
    tokenProvider: typeof token === 'function' ? token : undefined,
    cipherKey,
    crypto: cipherKey === undefined ? cryptoModule : able.encryption?.moduleOf({ cipherKey }),
    sign:
      options.secretKey === undefined ? undefined : able.signer?.({ ...all, secretKey: options.secretKey }),
    reconnection: all.reconnectionPolicy,
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
    transport: transport ?? able.transport?.({ fetch }) ?? noTransport(fetch),
    networkEvents:
      all.networkEvents ?? (all.listenToBrowserNetworkEvents ? browserNetworkEvents() : undefined),
    pageEvents: all.pageEvents ?? browserPageEvents(),
  });
}

// The feature that an option needs.
const NEEDS: readonly (readonly [
  option: keyof GivenOptions,
  ability: keyof Abilities,
  feature: string,
  /** The value that needs nothing. */
  harmless?: string,
])[] = [
  ['cipherKey', 'encryption', 'encryption'],
  ['cryptoModule', 'encryption', 'encryption'],
  ['secretKey', 'signer', 'access'],
  ['token', 'keeper', 'tokens'],
  ['recovery', 'history', 'storage', 'none'],
  ['receive', 'receiver', 'streaming', 'poll'],
];

function checkAbilities(options: GivenOptions, able: Partial<Abilities>): void {
  for (const [option, ability, feature, harmless] of NEEDS) {
    const value = options[option];
    const isPlain = value === undefined || value === harmless || (option === 'token' && isText(value));
    if (!isPlain && !able[ability]) missingFeature(`The option "${option}"`, feature);
  }
}

function noTransport(fetch: unknown): never {
  throw invalid(
    fetch === undefined
      ? 'The option "transport" is missing: give kyTransport() or fetchTransport(), from "timetoken/core".'
      : 'The option "fetch" belongs to the transport here: give transport: fetchTransport({ fetch }), from "timetoken/core".',
  );
}

function heartbeatIntervalOf({ heartbeatInterval, presenceTimeout }: GivenOptions): number {
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
