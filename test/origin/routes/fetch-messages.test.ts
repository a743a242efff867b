import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutToSize } from '../../../src/origin/routes/fetch-messages.ts';
import { originNetwork } from '../../support/origin-network.ts';

const V3 = '/v3/history/sub-key/demo/channel';
const stamp = (number: number) => `${number}`.padStart(17, '0');

test('what fits is left alone; else one place in time divides what is left from the rest', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(lengths, { maxLength: 4 }), fc.nat(60), (channels, maxBytes) => {
      const pages = channels.map((own, index) => ({
        channel: `${index}`,
        items: own.map((length, at) => ({ tt: stamp(at * 10 + index), json: 'x'.repeat(length) })),
      }));
      const sizeOf = (all: typeof pages) =>
        all.flatMap(({ items }) => items).reduce((sum, { json }) => sum + json.length, 0);
      const cut = cutToSize(pages, maxBytes);
      if (cut.start === undefined) {
        expect(cut.pages).toBe(pages);
        expect(sizeOf(pages) <= maxBytes || pages.flatMap(({ items }) => items).length <= 1).toBe(true);
        return;
      }
      const { start } = cut;
      const left = pages.map(({ channel, items }) => ({
        channel,
        items: items.filter(({ tt }) => tt >= start),
      }));
      expect(cut.pages).toEqual(left.filter(({ items }) => items.length > 0));
      const count = cut.pages.flatMap(({ items }) => items).length;
      expect(
        count === 1 ||
          sizeOf([...cut.pages].map((page) => ({ ...page, items: [...page.items] }))) <= maxBytes,
      ).toBe(true);
      const rest = pages.flatMap(({ items }) => items).filter(({ tt }) => tt < start);
      const next = rest.reduce((newest, item) => (item.tt > newest.tt ? item : newest));
      expect(sizeOf(left) + next.json.length).toBeGreaterThan(maxBytes);
    }),
  );
});

interface Fetched {
  readonly channels: Readonly<Record<string, readonly { readonly message: string }[]>>;
  readonly more?: { readonly url: string; readonly start: string; readonly max: number };
}

test('an answer that would be too large says where it goes on, until there is no more', async () => {
  const { publish, send } = originNetwork({ limits: { answerBytes: 200 } });
  const sent: string[] = [];
  for (let index = 0; index < 9; index++) {
    const message = `${index}`.repeat(40);
    await publish(index % 3 === 0 ? 'a' : 'b c', message);
    sent.push(message);
  }
  const seen: string[] = [];
  let target = `${V3}/a,b%20c`;
  for (let pages = 1; ; pages++) {
    const { channels, more } = (await send(target)).json as Fetched;
    seen.push(...Object.values(channels).flatMap((all) => all.map(({ message }) => message)));
    if (!more) {
      expect(pages).toBeGreaterThan(2);
      break;
    }
    expect(more).toEqual({ url: `${V3}/a,b%20c?start=${more.start}&max=25`, start: more.start, max: 25 });
    target = more.url;
  }
  expect(seen.sort()).toEqual(sent);
});

test('what is left to ask for of one channel is what the answer lacks', async () => {
  const { publish, send } = originNetwork({ limits: { answerBytes: 200 } });
  for (let index = 0; index < 5; index++) await publish('a', 'x'.repeat(40));
  const { channels, more } = (await send(`${V3}/a?max=4`)).json as Fetched;
  expect(channels['a']).toHaveLength(2);
  expect(more?.max).toBe(2);
});
