import { describe, expect, test } from 'vitest';
import type { Answer, Held, LogFields, Reply } from '../../../src/origin/index.ts';
import { originNetwork, plainRequest, TestInterruption } from '../../support/origin-network.ts';
import { settle } from '../../support/virtual-clock.ts';

/** A place for the answer to one request, as an adapter has it. */
class Desk implements Reply {
  readonly sent: [Answer, Readonly<Record<string, string>> | undefined][] = [];
  readonly held: Pick<Held, 'interrupt'>[] = [];

  send(answer: Answer, headers?: Readonly<Record<string, string>>): void {
    this.sent.push([answer, headers]);
  }

  hold(held: Pick<Held, 'interrupt'>): void {
    this.held.push(held);
  }
}

describe('an adapter that takes the answer itself', () => {
  test('has it at once if there is one, with the headers for pages', async () => {
    const { origin } = originNetwork();
    const desk = new Desk();
    expect(origin.handle(plainRequest('/time/0'), desk)).toBeUndefined();
    expect(desk.sent).toEqual([
      [expect.objectContaining({ status: 200 }), { 'access-control-allow-origin': '*' }],
    ]);
    expect(desk.held).toEqual([]);
    await origin.close();
  });

  test('has that of a held poll once, when there is a message, and it is logged then', async () => {
    const records: LogFields[] = [];
    const logger = { debug: (_: string, fields: LogFields) => void records.push(fields) };
    const { origin, publish, subscribe } = originNetwork({ logger });
    const { t } = await subscribe('a');
    const desk = new Desk();
    void origin.handle(plainRequest(`/v2/subscribe/demo/a/0?tt=${t.t}`), desk);
    await settle();
    expect([desk.sent.length, desk.held.length, records.length]).toEqual([0, 1, 1]);
    await publish('a', 1);
    await settle();
    expect(desk.sent).toHaveLength(1);
    expect(records.filter(({ operation }) => operation === 'subscribe')).toHaveLength(2);
    desk.held[0]?.interrupt();
    await origin.close();
    expect(desk.sent).toHaveLength(1);
  });

  test('ends a held poll by its interruption, and the origin ends it when it closes', async () => {
    const { clock, origin, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    const [first, second] = [new Desk(), new Desk()];
    for (const desk of [first, second])
      void origin.handle(plainRequest(`/v2/subscribe/demo/a/0?tt=${t.t}`), desk);
    await settle();
    first.held[0]?.interrupt();
    expect([first.sent.length, second.sent.length]).toEqual([1, 0]);
    await origin.close();
    expect([first.sent.length, second.sent.length, clock.pending]).toEqual([1, 1, 0]);
    expect(JSON.parse(second.sent[0]?.[0].body ?? '')).toMatchObject({ t: { t: t.t }, m: [] });
  });

  test('has one answer for all polls with the same names and cursor', async () => {
    const { origin, publish, subscribe } = originNetwork();
    const { t } = await subscribe('a,b');
    const desks = Array.from({ length: 5 }, () => new Desk());
    for (const desk of desks) void origin.handle(plainRequest(`/v2/subscribe/demo/a,b/0?tt=${t.t}`), desk);
    await settle();
    await publish('b', 1);
    await settle();
    expect(new Set(desks.map(({ sent }) => sent[0]?.[0])).size).toBe(1);
    await origin.close();
  });

  test('has a refusal of a poll that fails while it is held', async () => {
    const { origin, publish, subscribe } = originNetwork({ limits: { filterSteps: 100 } });
    const { t } = await subscribe('a');
    const desk = new Desk();
    const filter = encodeURIComponent("data LIKE '*ab*x*'");
    void origin.handle(plainRequest(`/v2/subscribe/demo/a/0?tt=${t.t}&filter-expr=${filter}`), desk);
    await settle();
    await publish('a', 'a'.repeat(1_000));
    await settle();
    expect(desk.sent.map(([{ status }]) => status)).toEqual([481]);
    await origin.close();
  });
});

test('a poll of a group that is interrupted while its channels are looked up ends at once', async () => {
  const { origin, group, subscribe } = originNetwork();
  await group('g', 'a');
  const { t } = await subscribe(',', { 'channel-group': 'g' });
  const interruption = new TestInterruption();
  const answer = subscribe(',', { tt: t.t, 'channel-group': 'g' }, { interruption });
  interruption.abort();
  expect((await answer).m).toEqual([]);
  await origin.close();
});
