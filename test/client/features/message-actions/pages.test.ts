import fc from 'fast-check';
import type { GetMessageActionsResult } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { pagesOf } from '../../../../src/client/builder/pages.ts';
import { actionPaging } from '../../../../src/client/features/message-actions/feature.ts';
import { scriptedClient } from '../../../support/unit-client.ts';

const item = (tt: number) =>
  ({ type: 't', value: `${tt}`, uuid: 'u', actionTimetoken: `${tt}`, messageTimetoken: '1' }) as const;
const pageOf = (tts: readonly number[], more?: object) => ({
  body: JSON.stringify({ status: 200, data: tts.map(item), ...(more && { more }) }),
});

function scripted(pages: readonly GetMessageActionsResult[], asked: object[]) {
  const ask = async (given: object) => {
    asked.push(given);
    const page = pages[asked.length - 1];
    if (!page) throw new Error('asked too often');
    return page;
  };
  return pagesOf(actionPaging, {
    operation: 'PNGetMessageActionsOperation',
    begin: () => ({ channel: 'a' }),
    failure: (thrown) => thrown,
    ask,
  });
}

describe('pages of message actions', () => {
  it('follow what the server says comes next, and keep what else was asked for', async () => {
    const { pubnub, requests } = scriptedClient([
      pageOf([8, 9], { start: '8', limit: 2 }),
      pageOf([6, 7], { start: '6', end: '3', limit: 2 }),
      pageOf([]),
    ]);
    const seen: unknown[] = [];
    const builder = pubnub.getMessageActions().channel('a').limit(2).start('1').end('9');
    for await (const { data } of builder.pages()) seen.push(data.map(({ value }) => value));
    expect(seen).toEqual([
      ['8', '9'],
      ['6', '7'],
    ]);
    expect(requests.map(({ url }) => /\?(.*?)&uuid/.exec(url)?.[1])).toEqual([
      'start=1&end=9&limit=2',
      'start=8&end=9&limit=2',
      'start=6&end=3&limit=2',
    ]);
  });

  it('bring every action once, whatever the pages are', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(sizes, async (counts) => {
        let next = 100;
        const pages = counts.map((count, index): GetMessageActionsResult => {
          const data = Array.from({ length: count }, () => item(--next)).reverse();
          const more = index < counts.length - 1 && { more: { start: `${100 - index}` } };
          return { data, start: null, end: null, ...more };
        });
        const seen: string[] = [];
        for await (const { data } of scripted(pages, []))
          seen.unshift(...data.map(({ actionTimetoken }) => actionTimetoken));
        expect(seen).toEqual(Array.from({ length: 100 - next }, (_, index) => `${next + index}`));
      }),
    );
  });
});
