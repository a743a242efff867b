import { expect, test } from 'vitest';
import { type ServedOrigin, serve } from '../../../src/origin/node.ts';
import { RawConnection } from '../../support/origin-socket.ts';

const CONNECTIONS = 100;
const PIPELINED = 5;
const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

/** An origin whose requests take the event loop for some milliseconds each. */
function busyOrigin() {
  const handled: string[] = [];
  const origin: ServedOrigin = {
    bodyLimit: () => 0,
    operationOf: ({ target }) => target,
    handle: async ({ target }) => {
      for (const start = performance.now(); performance.now() - start < 3; );
      handled.push(target);
      return { status: 200, contentType: 'text/plain', body: 'done' };
    },
  };
  return { origin, handled };
}

test('a client that connects does not wait for the work of all who connected before it', async () => {
  const { origin, handled } = busyOrigin();
  await using server = await serve(origin);
  const others = Array.from({ length: CONNECTIONS }, () => new RawConnection(server.port));
  for (const other of others) other.write(request('/others').repeat(PIPELINED));
  const last = new RawConnection(server.port);
  last.write(request('/last'));
  await last.received(/done$/);
  expect(handled.slice(0, CONNECTIONS)).toContain('/last');
  for (const { socket } of [...others, last]) socket.destroy();
});
