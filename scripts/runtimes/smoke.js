// One program for every runtime: what works there, and what it tells of a failure. It uses the packed package.
import { PubNub } from 'timetoken';
import { createOrigin } from 'timetoken/origin';
import { createTestNetwork } from 'timetoken/testing';

async function answersOf(checks) {
  const answers = {};
  for (const [name, check] of Object.entries(checks)) {
    try {
      answers[name] = await check();
    } catch (error) {
      answers[name] = `no: ${error instanceof Error ? error.message : String(error)}`.slice(0, 160);
    }
  }
  return answers;
}

async function talk(options) {
  const keys = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice' };
  const pubnub = new PubNub({ ...keys, ...options });
  try {
    const subscription = pubnub.subscribe().channels('room').execute();
    await subscription.connected();
    await pubnub.publish({ channel: 'room', message: { text: 'hello' } }).execute();
    for await (const { message } of subscription.messages()) {
      if (message.text !== 'hello') throw new Error('It received something else.');
      break;
    }
    return 'yes';
  } finally {
    await pubnub.close();
  }
}

async function deliveryOf(options) {
  const pubnub = new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', ...options });
  try {
    const { status } = await pubnub.publish({ channel: 'room', message: 1 }).envelope();
    return status.errorData?.delivery ?? 'it succeeded';
  } finally {
    await pubnub.close();
  }
}

// Two publishes over one connection, which breaks when the second has been received.
async function repeats(options) {
  const pubnub = new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', ...options });
  try {
    await pubnub.publish({ channel: 'first', message: 1 }).execute();
    const { status } = await pubnub.publish({ channel: 'breaks', message: 2 }).envelope();
    return status.errorData?.delivery ?? 'received twice';
  } finally {
    await pubnub.close();
  }
}

// Quiet must mean that everything has arrived, and an hour must take no time.
async function kit() {
  const network = createTestNetwork();
  try {
    const alice = network.client('alice');
    const got = [];
    alice.on('message', ({ message }) => got.push(message));
    await alice.subscribe().channels('room').execute().connected();
    await network.publish('room', 'hello');
    await network.idle();
    await network.clock.advance(3_600_000);
    return got.join() === 'hello' ? 'yes' : `no: it received "${got.join()}"`;
  } finally {
    await network.close();
  }
}

/** Runs the checks. The addresses: an origin, a port that nobody listens on, and a server whose connections break. */
export async function smoke({ origin, closed, flaky }, nodeTransport) {
  const inProcess = createOrigin();
  const answers = await answersOf({
    'publish and subscribe': () => talk({ origin }),
    encryption: () => talk({ origin, cipherKey: 'enigma' }),
    'createOrigin() in the process': () => talk({ fetch: inProcess.fetch }),
    'the test kit': kit,
    'a refused publish is': () => deliveryOf({ origin: closed }),
    'a publish whose connection breaks': () => repeats({ origin: flaky }),
    ...(nodeTransport && {
      'nodeTransport()': () => talk({ origin, transport: nodeTransport() }),
      'a refused publish, nodeTransport()': () => deliveryOf({ origin: closed, transport: nodeTransport() }),
      'a publish whose connection breaks, nodeTransport()': () =>
        repeats({ origin: flaky, transport: nodeTransport() }),
    }),
  });
  await inProcess.close();
  return answers;
}
