import fc from 'fast-check';
import { PubNubError } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { pagesOf } from '../../../src/client/builder/pages.ts';
import { fails, hangs, lineOf, networkError, rejection, scriptedClient } from '../../support/unit-client.ts';
import { settle } from '../../support/virtual-clock.ts';

/** One page of a server: what is on it, and where it leads. */
interface Node {
  readonly items: number;
  readonly next: number | undefined;
  readonly fails: boolean;
}

const FILE = { size: 1, created: '2026-01-01' };
const answerOf = (names: readonly string[], next?: string) => ({
  body: JSON.stringify({ status: 200, data: names.map((name) => ({ ...FILE, id: name, name })), next }),
});
const refused = { status: 403, body: '{"status":403,"error":true,"message":"Forbidden"}' };

/** A server whose pages lead to each other as the nodes do; the first one is asked for without a place. */
function serverOf(nodes: readonly Node[]) {
  let open = 0;
  let most = 0;
  const client = scriptedClient([
    async (request) => {
      most = Math.max(most, ++open);
      await settle(1);
      open--;
      const at = Number(lineOf(request).query['next'] ?? 0);
      const node = nodes[at];
      if (!node || node.fails) return refused;
      const names = Array.from({ length: node.items }, (_, index) => `${at}.${index}`);
      return answerOf(names, node.next === undefined ? undefined : String(node.next));
    },
  ]);
  return { ...client, most: () => most };
}

/** What a walk over the nodes must come to, told by walking them by hand. */
function walked(nodes: readonly Node[]) {
  const pages: string[][] = [];
  const asked: (string | undefined)[] = [];
  for (let place: string | undefined; ; ) {
    if (asked.includes(place)) return { pages, requests: asked.length, end: 'PN-4001' };
    asked.push(place);
    const node = nodes[Number(place ?? 0)];
    if (!node || node.fails) return { pages, requests: asked.length, end: 'PN-3002' };
    const names = Array.from({ length: node.items }, (_, index) => `${Number(place ?? 0)}.${index}`);
    if (names.length > 0) pages.push(names);
    if (node.next === undefined) return { pages, requests: asked.length, end: 'done' };
    place = String(node.next);
  }
}

const graphs = fc.integer({ min: 1, max: 12 }).chain((length) =>
  fc.array(
    fc.record({
      items: fc.nat(3),
      next: fc.option(fc.nat(length - 1), { nil: undefined, freq: 8 }),
      fails: fc.integer({ max: 9, min: 0 }).map((chance) => chance === 0),
    }),
    { minLength: length, maxLength: length },
  ),
);

describe('a walk over pages', () => {
  it('yields every page on its way once, one request at a time, and ends as the pages do', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (nodes) => {
        const { pubnub, requests, most } = serverOf(nodes);
        const pages: string[][] = [];
        let end = 'done';
        const walk = pubnub.listFiles().channel('c').pages();
        try {
          for await (const { data } of walk) pages.push(data.map(({ name }) => name));
        } catch (error) {
          end = PubNubError.is(error) ? error.code : String(error);
        }
        expect({ pages, requests: requests.length, end }).toEqual(walked(nodes));
        expect(most()).toBe(1);
        expect(await walk.next()).toEqual({ value: undefined, done: true });
      }),
    );
  });

  it('that comes back to where it was says so, after the pages that there are', async () => {
    const { pubnub, requests } = serverOf([
      { items: 1, next: 1, fails: false },
      { items: 1, next: 2, fails: false },
      { items: 1, next: 1, fails: false },
    ]);
    const pages = pubnub.listFiles().channel('c').pages();
    for (const name of ['0.0', '1.0', '2.0'])
      expect((await pages.next()).value).toMatchObject({ data: [{ name }] });
    expect(await rejection(pages.next())).toMatchObject({
      ...{ code: 'PN-4001', operation: 'PNListFilesOperation' },
      message: expect.stringContaining('the pages go in a circle'),
    });
    expect(requests).toHaveLength(3);
  });

  it('remembers the newest 10 000 places, and of long ones fewer', async () => {
    const walk = async (circle: number, length: number) => {
      let at = 0;
      const pages = pagesOf<{ readonly '~map': unknown; readonly '~given': object; next?: string }, number>(
        { place: ['next'], next: (_asked, page) => [{ next: String(page % circle).padStart(length, '0') }] },
        {
          operation: 'PNListFilesOperation',
          begin: () => ({}),
          failure: (thrown) => thrown,
          ask: async () => ++at,
        },
      );
      const most = circle * 2 + 2;
      while (at < most) if (!(await pages.next().catch(() => undefined))) return at;
      return 'for ever';
    };
    expect(await walk(9_990, 5)).toBe(9_991);
    expect(await walk(10_010, 5)).toBe('for ever');
    expect(await walk(90, 10_000)).toBe(91);
    expect(await walk(110, 10_000)).toBe('for ever');
  });

  it('lets everything else happen, also where a server answers at once and has nothing, for ever', async () => {
    let place = 0;
    const MOST = 20_000;
    const { pubnub, requests } = scriptedClient([
      () => (++place < MOST ? answerOf([], String(place)) : answerOf([])),
    ]);
    const pages = pubnub.listFiles().channel('c').pages();
    const pending = pages.next();
    await settle(50);
    expect(requests.length).toBeGreaterThan(1);
    expect(requests.length).toBeLessThan(200);
    const left = requests.length;
    expect(await pages.return()).toEqual({ value: undefined, done: true });
    expect(await pending).toEqual({ value: undefined, done: true });
    await settle(20);
    expect(requests.length).toBe(left);
  });

  it('reads what it was given once', async () => {
    const page: { next?: string; prev?: string } = { next: 'Mg' };
    const options = { timeout: 1_000 };
    const metadata = (next: string) => ({
      body: JSON.stringify({ status: 200, data: [{ id: 'u', updated: 'x', eTag: 'y' }], next }),
    });
    const { pubnub, requests, clock } = scriptedClient([metadata('Mw'), metadata('NA'), hangs]);
    const sort = ['id' as const];
    const pages = pubnub.getAllUuidMetadata({ page, sort }).pages(options);
    await pages.next();
    Object.assign(page, { next: 'changed', prev: 'changed' });
    sort.push('name' as never);
    options.timeout = 1e9;
    await pages.next();
    expect(requests.map((request) => lineOf(request).query)).toMatchObject([
      { start: 'Mg', sort: 'id' },
      { start: 'Mw', sort: 'id' },
    ]);
    const late = rejection(pages.next());
    await settle();
    await clock.advance(60_000);
    expect(await late).toMatchObject({ code: 'PN-2002' });
  });

  it('serves those who ask at the same time in their order, with one request at a time', async () => {
    const { pubnub, most } = serverOf([1, 2, 3, undefined].map((next) => ({ items: 1, next, fails: false })));
    const pages = pubnub.listFiles().channel('c').pages();
    const results = await Promise.all(Array.from({ length: 6 }, () => pages.next()));
    const names = results.map((result) => (result.done ? 'end' : result.value.data[0]?.name));
    expect(names).toEqual(['0.0', '1.0', '2.0', '3.0', 'end', 'end']);
    expect(most()).toBe(1);
  });

  it('that fails tells one who waits, and is over for the others', async () => {
    const { pubnub } = scriptedClient([answerOf(['a'], '1'), refused]);
    const pages = pubnub.listFiles().channel('c').pages();
    const [first, second, third] = await Promise.allSettled([pages.next(), pages.next(), pages.next()]);
    expect([first, second, third]).toMatchObject([
      { status: 'fulfilled', value: { done: false } },
      { status: 'rejected', reason: { code: 'PN-3002' } },
      { status: 'fulfilled', value: { done: true } },
    ]);
    expect(await pages.next()).toEqual({ value: undefined, done: true });
  });

  it.each([[null], ['x'], [{ timeOut: 5 }], [{ timeout: -1 }], [{ signal: {} }]])(
    'refuses the options %j with the first page, and sends nothing',
    async (options) => {
      const { pubnub, requests } = scriptedClient();
      const builder = pubnub.listFiles().channel('c');
      const pages = Reflect.apply(builder.pages, builder, [options]) as ReturnType<typeof builder.pages>;
      expect(await rejection(pages.next())).toMatchObject({ category: 'PNValidationErrorCategory' });
      expect(await pages.next()).toEqual({ value: undefined, done: true });
      expect(requests).toEqual([]);
    },
  );
});

// Each leaves a walk, and tells what becomes of one who leaves and of one who waits.
type Pages = AsyncGenerator<unknown, void, undefined>;
interface Leaving {
  readonly leave: (walk: { pages: Pages; abort: () => void; close: () => Promise<void> }) => Promise<unknown>;
  readonly left: unknown;
  readonly waiting: unknown;
}

const DONE = { value: undefined, done: true };
const WAYS: Readonly<Record<string, Leaving>> = {
  'return()': { leave: ({ pages }) => pages.return(), left: DONE, waiting: DONE },
  'throw()': {
    leave: ({ pages }) => pages.throw(new Error('enough')).catch(String),
    ...{ left: 'Error: enough', waiting: DONE },
  },
  'await using': {
    leave: async ({ pages }) => {
      await using left = pages;
      void left;
    },
    ...{ left: undefined, waiting: DONE },
  },
  'the signal of its options': { leave: async ({ abort }) => abort(), left: undefined, waiting: 'PN-2003' },
  'close() of the client': { leave: ({ close }) => close(), left: undefined, waiting: 'PN-2004' },
};

const MOMENTS = {
  'before the first page': { steps: [hangs], pages: 0, waits: false },
  'while the first page is under way': { steps: [hangs], pages: 0, waits: true },
  'between two pages': { steps: [answerOf(['a'], '1'), hangs], pages: 1, waits: false },
  'while a page never comes': { steps: [answerOf(['a'], '1'), hangs], pages: 1, waits: true },
  'while pages are empty': { steps: [answerOf([], '1'), answerOf([], '2'), hangs], pages: 0, waits: true },
  'while a page is asked for again after a failure': {
    steps: [fails(networkError('ECONNRESET'))],
    ...{ pages: 0, waits: true },
  },
};

describe.each(Object.entries(WAYS))('a walk that is left by %s', (_way, { leave, left, waiting }) => {
  it.each(Object.entries(MOMENTS))('%s ends at once, with its request', async (_moment, given) => {
    const { pubnub, requests, clock, close } = scriptedClient(given.steps);
    const controller = new AbortController();
    const pages = pubnub.listFiles().channel('c').pages({ signal: controller.signal });
    for (let page = 0; page < given.pages; page++) expect((await pages.next()).done).toBe(false);
    const pending = given.waits ? [pages.next(), pages.next()] : [];
    const ends = pending.map((page) => page.catch(({ code }) => code));
    await settle();
    const sent = requests.length;
    const abort = () => controller.abort();
    const passed = clock.now();
    expect(await leave({ pages, abort, close })).toEqual(left);
    if (given.waits) {
      const [first, second] = await Promise.all(ends);
      expect([first, second]).toEqual([waiting, DONE]);
      expect(clock.now() - passed).toBeLessThanOrEqual(200);
      if (given.steps.at(-1) === hangs) expect(requests.at(-1)?.signal.aborted).toBe(true);
    }
    await settle();
    await pages.next().catch(() => undefined);
    await clock.advance(60_000);
    expect(await pages.next()).toEqual(DONE);
    expect(requests).toHaveLength(sent);
  });
});

it('a loop that is left asks for no more', async () => {
  const { pubnub, requests } = serverOf(
    [0, 1, 2].map((next) => ({ items: 1, next: next + 1, fails: false })),
  );
  for await (const { data } of pubnub.listFiles().channel('c').pages()) if (data[0]?.name === '1.0') break;
  await settle();
  expect(requests).toHaveLength(2);
});
