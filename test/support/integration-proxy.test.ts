import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startProxy, type Verdict } from './integration-proxy.ts';

test.each<[string, Verdict, string]>([
  ['is reset', { pass: 3, next: 'reset', delay: 100 }, 'fir'],
  ['is ended', { pass: 3, next: 'end', delay: 100 }, 'fir'],
  ['freezes', { pass: 3, next: 'freeze', delay: 100 }, 'fir'],
  ['goes on', { pass: 5, next: 'continue', delay: 100 }, 'firstsecond'],
])(
  'behind the piece at which a connection %s, only what belongs there passes',
  async (end, verdict, expected) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).on('data', (piece) => void socket.write(piece));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    let pieces = 0;
    const proxy = await startProxy(Number(Object(server.address()).port), {
      answer: (piece) => {
        if (++pieces > 1) return { pass: piece.length, next: 'continue' };
        // It waits behind the first piece when that is cut.
        client.write('second');
        return verdict;
      },
    });
    const client = connect(Number(proxy.host.split(':')[1]), '127.0.0.1').setNoDelay();
    onTestFinished(async () => {
      client.destroy();
      await proxy[Symbol.asyncDispose]();
      server.close();
    });
    let got = '';
    const closed = new Promise((resolve) => client.on('error', () => undefined).once('close', resolve));
    client.on('data', (piece) => {
      got += piece.toString();
      if (got === 'firstsecond') client.end();
      if (end === 'freezes') proxy.reset();
    });
    client.write('first');
    await closed;
    expect(got).toBe(expected);
  },
);
