import { describe, expect, it } from 'vitest';
import { type Logger, safeLogger } from '../../../src/client/runtime/logger.ts';
import { fails, networkError, SENT, scriptedClient } from '../../support/unit-client.ts';
import { settle } from '../../support/virtual-clock.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

function loggerOf(log: () => unknown): Logger {
  return Object.fromEntries(LEVELS.map((level) => [level, log]));
}

const HARMFUL: readonly (readonly [name: string, make: () => Logger])[] = [
  ['throws', () => loggerOf(fails(new Error('full disk')))],
  ['rejects', () => loggerOf(() => Promise.reject(new Error('full disk')))],
  ['gives what cannot be read', () => loggerOf(() => Object.defineProperty({}, 'then', { get: fails(1) }))],
  [
    'has getters that throw',
    () => Object.defineProperties({}, Object.fromEntries(LEVELS.map((level) => [level, { get: fails(1) }]))),
  ],
  ['has no functions', () => loggerOf(fails(1)) && (Object.fromEntries(LEVELS.map((l) => [l, 7])) as Logger)],
  [
    'is a revoked proxy',
    () => {
      const { proxy, revoke } = Proxy.revocable<Logger>({}, {});
      revoke();
      return proxy;
    },
  ],
];

describe('a logger', () => {
  it.each(HARMFUL)('that %s hurts nobody', async (_name, make) => {
    const logger = safeLogger(make());
    for (const level of LEVELS) logger[level]('line', { some: 'field' });
    // A rejection that nobody caught would fail the run.
    await settle();
  });

  it('gets its lines on itself, as they are, at each level that it has', () => {
    const lines: unknown[] = [];
    class Mine {
      readonly name = 'mine';
      info(...line: readonly unknown[]) {
        lines.push([this.name, ...line]);
      }
    }
    const logger = safeLogger(new Mine());
    for (const level of LEVELS) logger[level](`at ${level}`, { level });
    expect(lines).toEqual([['mine', 'at info', { level: 'info' }]]);
  });

  it.each(HARMFUL)('that %s does not fail what the client does', async (_name, make) => {
    const { pubnub, clock } = scriptedClient([fails(networkError('ECONNREFUSED')), SENT], { logger: make() });
    pubnub.on('status', fails(new Error('mine')));
    const sent = pubnub.publish({ channel: 'a', message: 1 }).execute();
    await clock.advance(10_000);
    expect(await sent).toEqual({ timetoken: '16000000000000001' });
    await pubnub.close();
  });
});
