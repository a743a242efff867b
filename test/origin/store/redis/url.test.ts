import { expect, test } from 'vitest';
import { redisStore } from '../../../../src/origin/redis.ts';
import { placeOf } from '../../../../src/origin/store/redis/url.ts';

const plain = { tls: false };

test.each<[string | readonly string[], unknown]>([
  ['redis://localhost', { form: 'standalone', address: { host: 'localhost', port: 6379 }, access: plain }],
  ['redis://localhost/', { form: 'standalone', address: { host: 'localhost', port: 6379 }, access: plain }],
  [
    'rediss://ann:p%40ss@redis.example:6380/3',
    {
      form: 'standalone',
      address: { host: 'redis.example', port: 6380 },
      access: { username: 'ann', password: 'p@ss', database: 3, tls: true },
    },
  ],
  [
    'redis://:secret@[::1]:7',
    { form: 'standalone', address: { host: '::1', port: 7 }, access: { password: 'secret', tls: false } },
  ],
  [
    'redis+sentinel://:secret@one:1,two/main/2',
    {
      form: 'sentinel',
      sentinels: [
        { host: 'one', port: 1 },
        { host: 'two', port: 26_379 },
      ],
      primary: 'main',
      access: { password: 'secret', database: 2, tls: false },
    },
  ],
  [
    'rediss+cluster://one:1,two:2',
    {
      form: 'cluster',
      seeds: [
        { host: 'one', port: 1 },
        { host: 'two', port: 2 },
      ],
      access: { tls: true },
    },
  ],
  [
    ['redis://u:p@one:1', 'redis://u:p@two:2/'],
    {
      form: 'cluster',
      seeds: [
        { host: 'one', port: 1 },
        { host: 'two', port: 2 },
      ],
      access: { username: 'u', password: 'p', tls: false },
    },
  ],
])('%j is read', (url, place) => {
  expect(placeOf(url)).toEqual(place);
});

test('durability and replicas are checked', () => {
  const url = 'redis://localhost';
  for (const replicas of [0, -1, 1.5, Number.NaN])
    expect(() => redisStore({ url, replicas })).toThrow(RangeError);
  // As a program without types may do.
  const options = JSON.parse('{"url":"redis://localhost","durability":"full"}');
  expect(() => redisStore(options)).toThrow('"local" or "replicated"');
  expect(() => redisStore(JSON.parse('{}'))).toThrow(TypeError);
});

test.each<[string | readonly string[]]>([
  [''],
  ['localhost:6379'],
  ['http://:secret@localhost'],
  ['redis://'],
  ['redis://:secret@host:port'],
  ['redis://:secret@host:70000'],
  ['redis://:secret@host/0/1'],
  ['redis://:secret@host/zero'],
  ['redis://:secret@one,two'],
  ['redis://:secret%@host'],
  ['redis://:secret@host?db=1'],
  ['redis+sentinel://:secret@one,two'],
  ['redis+cluster://:secret@one,two/1'],
  [[]],
  [['redis://:secret@one/1', 'redis://:secret@two/1']],
  [['redis://:secret@one', 'redis://:other-secret@two']],
  [['redis+cluster://:secret@one']],
])('%j is refused with what is right, and without the password', (url) => {
  expect(() => redisStore({ url })).toThrow(/Give one of: redis:\/\/host:port/);
  expect(() => redisStore({ url })).not.toThrow(/secret/);
});
