import { PubNub } from 'timetoken';
import { expect, test } from 'vitest';
import { settingsFrom } from '../../../src/client/config/settings.ts';
import { ListenerRegistry } from '../../../src/client/listeners/registry.ts';
import { Executor } from '../../../src/client/request/execute.ts';
import { SubscribeEngine } from '../../../src/client/subscribe/engine.ts';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { PendingRequest } from '../../support/loop-pending-transport.ts';
import { gapsOf, messagesOf } from '../../support/loop-starts.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

/** The engine of a client without the feature that reads history, with a running loop at 50. */
async function withoutHistory() {
  const clock = new VirtualClock();
  const requests: PendingRequest[] = [];
  const transport = (request: ConstructorParameters<typeof PendingRequest>[0]) => {
    const pending = new PendingRequest(request, 0);
    requests.push(pending);
    return pending.response;
  };
  const options = { subscribeKey: 'demo', userId: 'alice', clock, transport, recovery: 'history' } as const;
  const listeners = new ListenerRegistry(
    () => undefined,
    () => {},
  );
  const engine = new SubscribeEngine(new Executor(settingsFrom(options, PubNub.features)), listeners);
  const at = (count: number) => requests.find(({ open, facts }) => open && facts.tt === tt(count));
  const handshake = async (count: number) => {
    await settle();
    await requests.find(({ open, facts }) => open && facts.kind === 'handshake')?.answer(count);
  };
  const live = engine.subscribe({ channels: ['a'] });
  await handshake(50);
  return { engine, live, at, handshake, requests };
}

test('a client without history announces at once what the loop has lost, and asks nobody for it', async () => {
  const { live, at, requests } = await withoutHistory();
  const [gaps, got] = [gapsOf(live), messagesOf(live)];
  await at(50)?.answer(90, { entries: [entryAt(80)], gaps: [{ c: 'a', from: tt(50), to: tt(70) }] });
  expect([gaps, got]).toEqual([
    [expect.objectContaining({ channel: 'a', reason: 'trimmed', recovered: 'none', certain: true })],
    [80],
  ]);
  expect(requests.filter(({ facts }) => facts.kind === 'other')).toEqual([]);
});

test('a client without history brings an older start from the live queue, and announces what that has lost', async () => {
  const { engine, at, handshake } = await withoutHistory();
  const subscription = engine.subscribe({ channels: ['b'], withTimetoken: tt(5) });
  const [gaps, got] = [gapsOf(subscription), messagesOf(subscription)];
  await handshake(60);
  await at(50)?.answer(70, { entries: [entryAt(65, 'b')] });
  expect(got).toEqual([]);
  const lost = [{ c: 'b', from: tt(5), to: tt(20) }];
  await at(5)?.answer(50, { entries: [entryAt(30, 'b')], gaps: lost });
  expect([gaps, got]).toEqual([
    [expect.objectContaining({ channel: 'b', from: tt(5), to: tt(20), recovered: 'none' })],
    [30, 65],
  ]);
});

test('an older entry may be as deep as a live one', async () => {
  const { engine, at, handshake } = await withoutHistory();
  const got: unknown[] = [];
  const subscription = engine.subscribe({ channels: ['b'], withTimetoken: tt(5) });
  subscription.on('message', ({ timetoken }) => void got.push(timetoken));
  await handshake(60);
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  const entry = JSON.stringify({ ...entryAt(30, 'b'), d: 'deep' }).replace('"deep"', deep);
  await at(5)?.respond(200, `{"t":{"t":"${tt(50)}","r":1},"m":[${entry}]}`);
  expect(got).toEqual([tt(30)]);
});
