import { expect, test } from 'vitest';
import { PubNub, type Transport } from '../../src/index.ts';
import { heapInUse } from '../support/integration-heap.ts';
import { settle } from '../support/virtual-clock.ts';

const MIB = 1024 * 1024;
const PER_ANSWER = 100;

/** Answers polls with full answers, as often as it is told to. */
function fullAnswers(payloadBytes: number) {
  let ticks = 0;
  let left = 0;
  let goOn = () => {};
  const timetoken = () => `17${String(++ticks).padStart(15, '0')}`;
  // Every payload is a text of its own, as those are that come from a network.
  const entry = () => {
    const text = String(ticks).padEnd(payloadBytes, 'x');
    return `{"a":"1","f":0,"i":"x","p":{"t":"${timetoken()}","r":1},"k":"demo","c":"a","d":"${text}"}`;
  };
  const answerOf = (entries: readonly string[]) => ({
    status: 200,
    headers: { get: () => null },
    body: `{"t":{"t":"${timetoken()}","r":1},"g":[],"m":[${entries.join(',')}]}`,
  });
  const transport: Transport = async ({ url, signal }) => {
    if (!url.includes('/v2/subscribe/')) return { ...answerOf([]), body: '{"status":200}' };
    if (url.includes('tt=0')) return answerOf([]);
    if (left === 0) {
      await new Promise<void>((resolve, reject) => {
        goOn = resolve;
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    }
    left--;
    return answerOf(Array.from({ length: PER_ANSWER }, entry));
  };
  const give = (answers: number) => {
    left = answers;
    goOn();
  };
  return { transport, give };
}

function clientOf(transport: Transport): PubNub {
  return new PubNub({
    ...{ subscribeKey: 'demo', publishKey: 'demo', userId: 'keeper', origin: 'nowhere', ssl: false },
    transport,
  });
}

/** How many bytes are kept of so many answers, when all have been delivered to the client's listeners. */
async function kept(pubnub: PubNub, give: (answers: number) => void, answers: number): Promise<number> {
  let received = 0;
  const stop = pubnub.on('message', () => void received++);
  const deliver = async (count: number) => {
    const all = received + count * PER_ANSWER;
    give(count);
    while (received < all) await settle(1);
    await settle();
  };
  // The first compile functions.
  await deliver(1);
  const before = await heapInUse();
  await deliver(answers);
  const bytes = (await heapInUse()) - before;
  stop();
  return bytes;
}

test('200 subscriptions that are used through listeners of the client keep under 5 MB of 80 000 messages', {
  timeout: 180_000,
}, async () => {
  const { transport, give } = fullAnswers(2_000);
  await using pubnub = clientOf(transport);
  const subscriptions = Array.from({ length: 200 }, () => pubnub.subscribe({ channels: ['a'] }).execute());
  await Promise.all(subscriptions.map((subscription) => subscription.connected()));
  expect(await kept(pubnub, give, 800)).toBeLessThan(5_000_000);
  expect(subscriptions).toHaveLength(200);
});

// Beside what is held, delivery itself remembers its last entries.
test.each([
  ['what is held for an iterator that may come', 9, 4, undefined],
  [
    'an iterator that is forgotten and drops what is oldest',
    30,
    20,
    { buffer: 5_000, overflow: 'drop-oldest' },
  ],
] as const)(
  '%s keeps a bounded number of bytes, also of large messages',
  {
    timeout: 180_000,
  },
  async (_, answers, most, reader) => {
    const { transport, give } = fullAnswers(32_000);
    await using pubnub = clientOf(transport);
    const subscription = pubnub.subscribe({ channels: ['a'] }).execute();
    await subscription.connected();
    const forgotten = reader && subscription.messages(reader);
    expect(await kept(pubnub, give, answers)).toBeLessThan(most * MIB);
    expect(subscription.channels).toEqual(['a']);
    if (forgotten) expect((await forgotten.next()).value).toMatchObject({ channel: 'a' });
  },
);
