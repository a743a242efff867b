import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { type Child, start } from '../../../bench/children/rpc.ts';
import { CHANNEL, poll, publish } from '../../../bench/origin/load/pubsub.ts';
import type { ServerMethods } from '../../../bench/origin/server.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const children: Child<ServerMethods>[] = [];

afterAll(() => {
  for (const child of children) child.stop();
});

/** All bytes of the answers to a handshake, to a poll, and to the publish that answers it; digits do not count. */
async function answersOf(kind: string): Promise<readonly string[]> {
  const child = start<ServerMethods>('../origin/server.ts', { args: [kind, ROOT] });
  children.push(child);
  const port = await child.call('listen');
  const handshake = await ask(port, poll(CHANNEL, 'tt=0', 'u1')).next;
  const [, timetoken, region] = /"t":"(\d+)","r":(\d+)/.exec(handshake) ?? [];
  const polled = ask(port, poll(CHANNEL, `tt=${timetoken}&tr=${region}`, 'u1'));
  await polled.sent;
  // What is asked later is answered later: the poll is parked.
  await ask(port, poll(CHANNEL, 'tt=0', 'u2')).next;
  const published = await ask(port, publish(CHANNEL, 1)).next;
  return [handshake, published, await polled.next].map((text) =>
    text
      .replaceAll(/"r":\d+/g, '"r":0')
      .replaceAll(/content-length: \d+/g, 'length')
      .replaceAll(/\d{17}/g, 'T'),
  );
}

function ask(
  port: number,
  request: string,
): { readonly sent: Promise<void>; readonly next: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  const next = new Promise<string>((resolve, reject) => {
    socket.once('data', (bytes) => {
      resolve(bytes.toString());
      socket.destroy();
    });
    socket.once('error', reject);
  });
  const sent = new Promise<void>((resolve) => {
    socket.write(request, () => resolve());
  });
  return { sent, next };
}

test('the bare server sends the bytes of the origin, headers included', async () => {
  const [ours, bare] = await Promise.all([answersOf('ours'), answersOf('bare')]);
  expect(bare).toEqual(ours);
});
