import { PubNubError } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { describe, expect, it } from 'vitest';
import { listen } from '../support/unit-server.ts';

// Options as a program without types may give them.
const make = nodeTransport as (options?: unknown) => ReturnType<typeof nodeTransport>;

describe('the options of nodeTransport()', () => {
  it.each<readonly [string, unknown, RegExp]>([
    ['null', null, /the options must be an object, not null/],
    ['a number', 33, /the options must be an object, not a number/],
    ['a misspelt option', { maxSocket: 3 }, /"maxSocket" is no option; did you mean "maxSockets"\?/],
    ['an unknown option', { keepAlive: false }, /"keepAlive" is no option\./],
    ...['maxSockets', 'maxResponseBytes'].flatMap((name) =>
      [Number.NaN, -1, 0, 1.5, '33', null, true].map(
        (value) =>
          [`${name}: ${String(value)}`, { [name]: value }, /must be a whole number, one or more/] as const,
      ),
    ),
    ...[Number.NaN, -1, 0, '30', null].map(
      (value) =>
        [
          `idleTimeout: ${String(value)}`,
          { idleTimeout: value },
          /must be a number of milliseconds above 0/,
        ] as const,
    ),
  ])('are refused: %s', (_name, options, message) => {
    let thrown: unknown;
    try {
      make(options);
    } catch (error) {
      thrown = error;
    }
    expect(PubNubError.is(thrown)).toBe(true);
    expect(thrown).toMatchObject({ code: 'PN-1007', message: expect.stringMatching(message) });
    expect(String(thrown)).toContain('nodeTransport: ');
  });

  it.each<readonly [string, unknown]>([
    ['none', undefined],
    ['an empty object', {}],
    ['what is undefined', { maxSockets: undefined, idleTimeout: undefined, maxResponseBytes: undefined }],
    [
      'no limits',
      {
        maxSockets: Number.POSITIVE_INFINITY,
        idleTimeout: Number.POSITIVE_INFINITY,
        maxResponseBytes: Number.POSITIVE_INFINITY,
      },
    ],
    ['more time than a timer has', { idleTimeout: 2 ** 40 }],
  ])('are taken, and said to nobody: %s', async (_name, options) => {
    const warnings: unknown[] = [];
    const hear = (warning: unknown) => void warnings.push(warning);
    process.on('warning', hear);
    const server = await listen((_request, response) => response.end('ok'));
    const { signal } = new AbortController();
    const transport = make(options);
    for (let call = 0; call < 2; call++)
      expect((await transport({ method: 'GET', url: `${server.url}/a`, headers: {}, signal })).body).toBe(
        'ok',
      );
    expect([server.connections, warnings]).toEqual([1, []]);
    process.off('warning', hear);
    await server.close();
  });

  it('asks for no packing: unpacking a small answer costs more than all else of a publish', async () => {
    const seen: unknown[] = [];
    const server = await listen((request, response) => {
      seen.push(request.headers['accept-encoding']);
      response.end('ok');
    });
    const { signal } = new AbortController();
    await make()({ method: 'GET', url: `${server.url}/a`, headers: {}, signal });
    expect(seen).toEqual([undefined]);
    await server.close();
  });
});
