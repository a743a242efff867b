// A program that uses the built package, and ends by close() alone. Its report is one line of JSON on the way out.
import { writeSync } from 'node:fs';
import process from 'node:process';
import { PubNub } from 'timetoken';
import { nodeTransport } from 'timetoken/node';

/** What the child does before and around close(). */
export const SCENARIOS = [
  'idle',
  'connected',
  'connected, with a heartbeat and an iterator that waits',
  'during the handshake',
  'during the back-off',
  'during a publish',
  'twice',
  'after disconnect()',
  'without waiting for it',
  'by await using',
] as const;

/** One of them. */
export type Scenario = (typeof SCENARIOS)[number];

/** What the child reports. */
export interface Report {
  /** From the call of close() to the exit of the process, in milliseconds. */
  readonly elapsed: number;
  /** What kept the process alive, besides its standard streams, once close() had resolved. */
  readonly resources: readonly string[];
  readonly published: string;
}

const STREAMS = new Set(['PipeWrap', 'TTYWrap']);

async function main(scenario: Scenario, transport: string, origin: string): Promise<void> {
  let closedAt = 0n;
  let resources: readonly string[] = ['close() has not resolved'];
  let published = 'nothing';
  process.on('exit', () => {
    const elapsed = Number(process.hrtime.bigint() - closedAt) / 1e6;
    writeSync(1, JSON.stringify({ elapsed, resources, published } satisfies Report));
  });
  const client = () =>
    new PubNub({
      ...{ subscribeKey: 'demo', publishKey: 'demo', userId: 'leaver', origin, ssl: false },
      ...(transport === 'node' && { transport: nodeTransport() }),
      ...(scenario.includes('heartbeat') && { presenceTimeout: 20 }),
    });
  const close = async (pubnub: PubNub) => {
    closedAt ||= process.hrtime.bigint();
    await pubnub.close();
    // Sockets and timers that were just closed are counted until the event loop has turned.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    resources = process.getActiveResourcesInfo().filter((name) => !STREAMS.has(name));
  };
  if (scenario === 'by await using') {
    await using pubnub = client();
    await pubnub
      .subscribe({ channels: ['a'] })
      .execute()
      .connected();
    closedAt = process.hrtime.bigint();
    resources = [];
    return;
  }
  const pubnub = client();
  await before(scenario, pubnub, (outcome) => {
    published = outcome;
  });
  if (scenario === 'twice') await Promise.all([close(pubnub), pubnub.close()]).then(() => close(pubnub));
  else if (scenario === 'without waiting for it') void close(pubnub);
  else await close(pubnub);
}

async function before(
  scenario: Scenario,
  pubnub: PubNub,
  publishEnded: (outcome: string) => void,
): Promise<void> {
  if (scenario === 'idle') return;
  if (scenario === 'during a publish') {
    const publish = pubnub.publish({ channel: 'a', message: 'x' }).execute();
    publish.then(
      () => publishEnded('sent'),
      (error: unknown) => publishEnded(Object(error).code),
    );
    await new Promise((resolve) => setImmediate(resolve));
    return;
  }
  const subscription = pubnub.subscribe({ channels: ['a', 'b'], withPresence: true }).execute();
  if (scenario === 'during the handshake') {
    await new Promise((resolve) => setImmediate(resolve));
    return;
  }
  if (scenario === 'during the back-off') return pubnub.until('reconnecting');
  await subscription.connected();
  await pubnub.publish({ channel: 'a', message: 'x' }).execute();
  if (scenario.includes('iterator')) void subscription.messages().next();
  if (scenario === 'after disconnect()') pubnub.disconnect();
}

const [, program = '', scenario, transport = '', origin = ''] = process.argv;
// The test imports the names of the scenarios from here, and must not run one.
if (/exit-child\.ts$/.test(program)) await main(scenario as Scenario, transport, origin);
