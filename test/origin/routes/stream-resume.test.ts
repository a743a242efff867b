import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WireEnvelope } from '../../../src/protocol/envelope.ts';
import { queryText } from '../../support/origin-network.ts';
import { eventsIn, StreamReader } from '../../support/stream-reader.ts';
import { twoOrigins } from '../../support/two-origins.ts';
import { settle } from '../../support/virtual-clock.ts';

type Step =
  | { readonly kind: 'publish'; readonly channel: string; readonly at: 'a' | 'b'; readonly text: string }
  | { readonly kind: 'cut'; readonly share: number; readonly at: 'a' | 'b' }
  | { readonly kind: 'group'; readonly channel: string }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'slow' };

const channel = fc.constantFrom('a', 'b.c', 'b.d', 'e', 'f');
const at = fc.constantFrom('a' as const, 'b' as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      channel,
      at,
      text: fc.constantFrom('1', '{"n":\n3}', '"ü\u{1F600}"', '[\r\n1]', '"\\n\\n"'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      at,
    }),
  },
  // None is removed: what is not delivered by then never is, to nobody.
  fc.record({ kind: fc.constant('group' as const), channel }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(1, 14, 90, 400) }),
  fc.record({ kind: fc.constant('slow' as const) }),
);

const seen = ({ p, c, b, d }: WireEnvelope) => [p.t, c, b, d];

type Open = (at: 'a' | 'b', headers: Readonly<Record<string, string>>) => StreamReader;

/** What a reader of a stream has, whose connection breaks after any byte of what was sent. */
class Resuming {
  readonly got: WireEnvelope[] = [];
  gaps = 0;
  lastId = '';
  reader: StreamReader;
  readonly #open: Open;

  constructor(open: Open) {
    this.#open = open;
    this.reader = open('a', {});
  }

  /** So much of what was sent since has come; the rest is lost with the connection. */
  async cut(share: number, to: 'a' | 'b'): Promise<void> {
    const bytes = new TextEncoder().encode(this.reader.text);
    const text = new TextDecoder().decode(bytes.subarray(0, Math.floor(bytes.length * share)));
    for (const { id, data } of eventsIn(text)) {
      this.lastId = id;
      this.got.push(...data.m);
      this.gaps += data.g?.length ?? 0;
    }
    this.reader.hangUp();
    await settle();
    this.reader = this.#open(to, this.lastId === '' ? {} : { 'last-event-id': this.lastId });
    await settle();
  }
}

test('a stream that is cut after any byte, and resumed at any origin, has exactly what polls have', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, isFiltered) => {
      const { a, b, clock } = twoOrigins();
      const network = { a, b };
      await a.group('g', 'e');
      const query = {
        'channel-group': 'g',
        ...(isFiltered && { 'filter-expr': 'data != 1' }),
        uuid: 'u',
      };
      const { t: start } = await a.subscribe('a,b.*', query);
      const target = `/v2/stream/demo/a,b.*${queryText({ ...query, tt: start.t, tr: start.r })}`;
      const stream = new Resuming((to, headers) => new StreamReader(network[to].origin, target, headers));
      await settle();
      for (const one of steps) {
        if (one.kind === 'publish')
          await network[one.at].send(`/publish/demo/demo/0/${one.channel}/0/${encodeURIComponent(one.text)}`);
        else if (one.kind === 'cut') await stream.cut(one.share, one.at);
        else if (one.kind === 'group') await a.group('g', one.channel);
        else if (one.kind === 'wait') await clock.advance(one.seconds * 1000);
        else if (stream.reader.isSlow) stream.reader.readOn();
        else stream.reader.isSlow = true;
        await settle();
      }
      stream.reader.readOn();
      await settle();
      await stream.cut(1, 'b');
      await stream.cut(1, 'a');

      const polled: WireEnvelope[] = [];
      let cursor = start;
      for (let left = 60; left > 0; left--) {
        const { t, m } = await a.drain('a,b.*', cursor.t, { ...query, tr: cursor.r });
        polled.push(...m);
        cursor = t;
      }
      expect(stream.got.map(seen)).toEqual(polled.map(seen));
      expect(stream.gaps).toBe(0);
      stream.reader.hangUp();
      await Promise.all([a.origin.close(), b.origin.close()]);
    }),
    { numRuns: 60 },
  );
});
