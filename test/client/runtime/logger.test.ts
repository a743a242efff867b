import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/client/errors/redactor.ts';
import { type Logger, safeLogger } from '../../../src/client/runtime/logger.ts';
import { fails, networkError, SENT, scriptedClient } from '../../support/unit-client.ts';
import { settle } from '../../support/virtual-clock.ts';

const REDACTOR = new Redactor(() => ['a long secret']);
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
    const logger = safeLogger(make(), REDACTOR);
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
    const logger = safeLogger(new Mine(), REDACTOR);
    for (const level of LEVELS) logger[level](`at ${level}`, { level });
    expect(lines).toEqual([['mine', 'at info', { level: 'info' }]]);
  });

  it('gets no secrets, neither in the line nor in what comes with it', async () => {
    const lines: unknown[] = [];
    const logger = safeLogger(
      loggerOf((...line: unknown[]) => lines.push(line)),
      REDACTOR,
    );
    for (const level of LEVELS)
      logger[level]('with a%20long%20secret', {
        level,
        error: new Error('a long secret'),
        'a long secret': [1],
      });
    expect(lines).toHaveLength(LEVELS.length);
    expect(inspect(lines, { showHidden: true, depth: 9 })).not.toMatch(/long.{1,3}secret/);
  });

  it('that has no such level costs nothing', () => {
    const fields = {
      get error(): never {
        throw new Error('was read');
      },
    };
    const redactor = { text: fails(1), value: fails(1) };
    for (const level of LEVELS) safeLogger({}, redactor)[level]('line', fields);
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
