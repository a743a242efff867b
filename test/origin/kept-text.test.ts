// What the origin keeps of a request are the texts that count against its limits, and not the request they stood in.
import { expect, onTestFinished, test } from 'vitest';
import { createOrigin } from '../../src/origin/index.ts';
import { heapInUse } from '../support/integration-heap.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const REQUESTS = 300;
const FILLER = 10_000;

/** Names of this length are cut out of a request as views of it. */
const nameOf = (what: string, number: number) => `${what}-with-quite-a-long-name-${number}`;

test.each<readonly [what: string, pathOf: (number: number) => string]>([
  ['a lease', (n) => `/v2/presence/sub-key/demo/channel/a/heartbeat?uuid=${nameOf('user', n)}`],
  [
    'one lease of many names',
    (n) => `/v2/presence/sub-key/demo/channel/${nameOf('room', n)},${'b'.repeat(90)}-pnpres/heartbeat?uuid=u`,
  ],
  [
    'an instance',
    (n) => `/v2/presence/sub-key/demo/channel/a/heartbeat?uuid=u&instanceid=${nameOf('tab', n)}`,
  ],
  ['a message that is a number', (n) => `/publish/demo/demo/0/a/0/12345678901234567890${n}?uuid=u`],
  ['the channel of a message', (n) => `/publish/demo/demo/0/${nameOf('room', n)}/0/1?uuid=u`],
  ['its publisher', (n) => `/publish/demo/demo/0/a/0/1?uuid=${nameOf('user', n)}`],
  ['its metadata', (n) => `/publish/demo/demo/0/a/0/1?uuid=u&meta=12345678901234567890${n}`],
  ['its type', (n) => `/publish/demo/demo/0/a/0/1?uuid=u&custom_message_type=${nameOf('type', n)}`],
  ['a signal', (n) => `/signal/demo/demo/0/a/0/12345678901234567890${n}?uuid=u`],
  ['a channel group', (n) => `/v1/channel-registration/sub-key/demo/channel-group/${nameOf('g', n)}?add=a`],
  [
    'a channel of a group',
    (n) => `/v1/channel-registration/sub-key/demo/channel-group/g?add=${nameOf('c', n)}`,
  ],
  ['a device', (n) => `/v1/push/sub-key/demo/devices/${nameOf('device', n)}?type=gcm&add=a`],
])('of the request of %s nothing else is kept', async (_what, pathOf) => {
  const clock = new VirtualClock();
  const origin = createOrigin({ clock, limits: { queueLength: REQUESTS, names: 2_000 } });
  onTestFinished(() => origin.close());
  const send = async (first: number) => {
    for (let number = first; number < first + REQUESTS; number++) {
      const path = pathOf(number);
      // As a server gives it: one text, read from a socket.
      const target = Buffer.from(
        `${path}${path.includes('?') ? '&' : '?'}filler=${'x'.repeat(FILLER)}`,
      ).toString('latin1');
      const request = { method: 'GET', target, header: () => undefined, body: new Uint8Array() };
      expect((await origin.handle(request)).status).toBe(200);
    }
  };
  await send(0);
  const before = await heapInUse();
  await send(REQUESTS);
  expect(((await heapInUse()) - before) / REQUESTS).toBeLessThan(FILLER / 2);
});
