import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WireEnvelope } from '../../../src/protocol/envelope.ts';
import { originNetwork, queryText } from '../../support/origin-network.ts';

/** What one request puts on channel `a`. */
async function delivered(target: string, parts: { method?: string; body?: Uint8Array | string } = {}) {
  const network = originNetwork();
  const { t } = await network.subscribe('a');
  const reply = await network.send(target, parts);
  const { m } = await network.drain('a', t.t);
  return { reply, envelopes: m, region: t.r };
}

const path = (text: string, query = {}) =>
  `/publish/demo/demo/0/a/0/${encodeURIComponent(text)}${queryText(query)}`;

describe('publish', () => {
  test.each([
    ['plain', (text: string) => new TextEncoder().encode(text)],
    ['gzip', (text: string) => gzipSync(text)],
    ['zlib, which clients label gzip as well as deflate', (text: string) => deflateSync(text)],
    ['zlib at level 1', (text: string) => deflateSync(text, { level: 1 })],
    ['zlib at level 9', (text: string) => deflateSync(text, { level: 9 })],
  ])('a posted body may be %s', async (_name, encode) => {
    const body = encode('{"online": true, "name": "Älex"}');
    const { envelopes } = await delivered('/publish/demo/demo/0/a/0', { method: 'POST', body });
    expect(envelopes.map(({ d }) => d)).toEqual([{ online: true, name: 'Älex' }]);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('a %s body is not inflated beyond the limit of messages', async (_name, compress) => {
    const bomb = compress(JSON.stringify('x'.repeat(10_000_000)));
    const { reply } = await delivered('/publish/demo/demo/0/a/0', { method: 'POST', body: bomb });
    expect(reply).toMatchObject({ status: 400, json: [0, 'Message Too Large', '17000000000000000'] });
  });

  test('a message of exactly 32 KiB passes, compressed too', async () => {
    const text = JSON.stringify('x'.repeat(32_766));
    const { reply, envelopes } = await delivered('/publish/demo/demo/0/a/0', {
      method: 'POST',
      body: deflateSync(text),
    });
    expect(reply.status).toBe(200);
    expect(envelopes[0]?.d).toHaveLength(32_766);
  });

  test('every JSON value arrives as it was sent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const { envelopes } = await delivered(path(JSON.stringify(value)));
        expect(envelopes.map(({ d }) => d)).toEqual([JSON.parse(JSON.stringify(value))]);
      }),
      { numRuns: 50 },
    );
  });

  test('a payload is passed on as text, so that no number loses digits', async () => {
    const network = originNetwork();
    const { t } = await network.subscribe('a');
    await network.send(path('{"id":17000000000000000001,"x":1.10}'));
    const reply = await network.send(`/v2/subscribe/demo/a/0?tt=${t.t}`);
    expect(reply.text).toContain('"d":{"id":17000000000000000001,"x":1.10}');
  });

  test('an envelope carries what the publisher gave, and nothing else', async () => {
    const query = {
      uuid: 'bob',
      seqn: 7,
      meta: '{"lang":"en"}',
      custom_message_type: 'text',
      ptto: '16057799474000000',
      auth: 'secret',
      l_pub: '0.1',
      pnsdk: 'x',
    };
    const { envelopes, region } = await delivered(path('"hi"', query));
    const [envelope] = envelopes;
    expect(envelope).toEqual({
      a: '1',
      f: 0,
      p: { t: envelope?.p.t, r: region },
      o: { t: '16057799474000000', r: region },
      k: 'demo',
      i: 'bob',
      s: 7,
      c: 'a',
      b: 'a',
      d: 'hi',
      u: { lang: 'en' },
      cmt: 'text',
    });
  });

  test('a plain message has no e, i, s, o, u and cmt', async () => {
    const { envelopes } = await delivered(path('"hi"'));
    expect(Object.keys(envelopes[0] ?? {}).sort()).toEqual(['a', 'b', 'c', 'd', 'f', 'k', 'p']);
  });

  test('the answer names the stamp that the message is delivered with', async () => {
    const { reply, envelopes } = await delivered(path('"hi"'));
    expect(reply.json).toEqual([1, 'Sent', envelopes[0]?.p.t]);
  });

  test('an overridden timetoken is echoed; the stamp stays the origin’s', async () => {
    const { reply, envelopes } = await delivered(path('1', { ptto: '16057799474000000' }));
    expect(reply.json).toEqual([1, 'Sent', '16057799474000000']);
    expect(envelopes[0]?.p.t).not.toBe('16057799474000000');
  });

  test.each([
    [{ store: 0, norep: 'true' }, 0],
    [{ store: 0, norep: 1 }, 0],
    [{ norep: 'false' }, 1],
    [{ norep: 0 }, 1],
    [{ store: 0 }, 1],
  ])('%j reaches %i subscribers: fire reaches none', async (query, count) => {
    const { reply, envelopes } = await delivered(path('1', query));
    expect(reply.json).toEqual([1, 'Sent', expect.stringMatching(/^\d{17}$/)]);
    expect(envelopes).toHaveLength(count);
  });

  test.each([['null'], [' null ']])('meta %j counts as none', async (meta) => {
    const { envelopes } = await delivered(path('1', { meta }));
    expect(envelopes[0]).not.toHaveProperty('u');
  });

  test('meta may be any JSON', async () => {
    const { envelopes } = await delivered(path('1', { meta: '[1,"x"]' }));
    expect(envelopes[0]?.u).toEqual([1, 'x']);
  });

  test('a name with every reserved character is one channel', async () => {
    const name = "a b!'()*~/#?&=%.:|ü";
    const { subscribe, publish, drain } = originNetwork();
    const { t } = await subscribe(name);
    await publish(name, 1);
    expect((await drain(name, t.t)).m[0]).toMatchObject({ c: name, b: name });
  });

  test('stamps of one burst are strictly increasing, also while the clock stands still or steps back', async () => {
    const { clock, publish } = originNetwork();
    const stamps: string[] = [];
    for (let round = 0; round < 50; round++) {
      if (round % 10 === 0) clock.jump(-1_000);
      stamps.push(await publish('a', round));
    }
    expect(stamps).toEqual([...new Set(stamps)].sort());
  });
});

describe('a publish with an idempotency key', () => {
  const meta = (id: string) => JSON.stringify({ tt_id: id });

  test('is appended once within two minutes', async () => {
    const { publish, subscribe, drain } = originNetwork();
    const { t } = await subscribe('a');
    const first = await publish('a', 1, { uuid: 'u', meta: meta('x') });
    const second = await publish('a', 1, { uuid: 'u', meta: meta('x') });
    expect(second).toBe(first);
    expect((await drain('a', t.t)).m).toHaveLength(1);
  });

  test.each([
    ['another id', 'a', { uuid: 'u', meta: meta('y') }],
    ['another channel', 'b', { uuid: 'u', meta: meta('x') }],
    ['another publisher', 'a', { uuid: 'v', meta: meta('x') }],
  ])('%s is another publish', async (_name, channel, query) => {
    const { publish } = originNetwork();
    const first = await publish('a', 1, { uuid: 'u', meta: meta('x') });
    expect(await publish(channel, 1, query)).not.toBe(first);
  });

  test('tells a duplicate, and only that', async () => {
    const { send } = originNetwork();
    const target = `/publish/demo/demo/0/a/0/1?uuid=u&meta=${encodeURIComponent(meta('x'))}`;
    const first = JSON.parse((await send(target)).text);
    expect(first).toHaveLength(3);
    expect(JSON.parse((await send(target)).text)).toEqual([...first, { duplicate: true }]);
  });

  test('belongs to what is stored or delivered: a fire takes none of a publish', async () => {
    const { send, subscribe, drain } = originNetwork();
    const { t } = await subscribe('a');
    const target = `/publish/demo/demo/0/a/0/1?uuid=u&meta=${encodeURIComponent(meta('x'))}`;
    expect(JSON.parse((await send(`${target}&store=0&norep=true`)).text)).toHaveLength(3);
    expect(JSON.parse((await send(target)).text)).toHaveLength(3);
    expect((await drain('a', t.t)).m).toHaveLength(1);
  });

  test('may be used again after two minutes', async () => {
    const { clock, publish, subscribe, drain } = originNetwork();
    const { t } = await subscribe('a');
    await publish('a', 1, { meta: meta('x') });
    await clock.advance(121_000);
    await publish('a', 1, { meta: meta('x') });
    expect((await drain('a', t.t)).m).toHaveLength(2);
  });
});

describe('signal', () => {
  const signal = (text: string, query = '') =>
    delivered(`/signal/demo/demo/0/a/0/${encodeURIComponent(text)}${query}`);

  test('is delivered as kind 1', async () => {
    const { reply, envelopes } = await signal('"s"', '?uuid=bob&custom_message_type=typing');
    expect(reply.status).toBe(200);
    expect(envelopes[0]).toMatchObject({
      e: 1,
      d: 's',
      i: 'bob',
      cmt: 'typing',
    } satisfies Partial<WireEnvelope>);
  });

  test('of exactly 64 bytes passes', async () => {
    expect((await signal(JSON.stringify('x'.repeat(62)))).reply.status).toBe(200);
  });
});
