import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createOrigin } from '../../../src/origin/index.ts';
import { resolveServeLimits } from '../../../src/origin/node/limits.ts';
import { Listener } from '../../../src/origin/node/listener.ts';
import { OwnAnswers } from '../../../src/origin/node/own-answers.ts';
import { systemClock } from '../../../src/origin/system.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function listening() {
  const begun: string[] = [];
  const origin = {
    bodyLimit: () => 0,
    isPoll: ({ target }: { readonly target: string }) => target.startsWith('/poll'),
    handle: ({ target }: { readonly target: string }) => void begun.push(target),
  };
  const own = new OwnAnswers(undefined, systemClock);
  const limits = resolveServeLimits();
  const listener = new Listener({
    ...{ origin, own, limits, clock: systemClock },
    ...{ hosts: undefined, pages: undefined },
  });
  const request = (url: string, bytesWritten = 100) => {
    const socket = Object.defineProperty(new Socket(), 'bytesWritten', { value: bytesWritten });
    const incoming = new IncomingMessage(socket);
    Object.assign(incoming, { url, httpVersion: '1.1', rawHeaders: ['host', 'localhost'] });
    const response = new ServerResponse(incoming);
    listener.listen(incoming, response);
    return response;
  };
  return { begun, request };
}

test('a crowd that comes back for more lets others go first', async () => {
  const { begun, request } = listening();
  for (let count = 0; count < 300; count++) request('/poll');
  request('/publish');
  expect(begun).toEqual(['/publish']);
  await nextTurn();
  expect(begun.length).toBeGreaterThan(1);
  expect(begun.length).toBeLessThan(150);
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  expect(begun).toHaveLength(301);
});

test('the first poll of a connection begins at once', () => {
  const { begun, request } = listening();
  request('/poll', 0);
  expect(begun).toEqual(['/poll']);
});

test('a poll whose client hangs up before its turn does not begin', async () => {
  const { begun, request } = listening();
  request('/poll/gone').emit('close');
  request('/poll/there');
  await nextTurn();
  expect(begun).toEqual(['/poll/there']);
});

test('subscribe requests are polls, and others are not', async () => {
  await using origin = createOrigin();
  const isPoll = (target: string) => origin.isPoll({ method: 'GET', target });
  expect(isPoll('/v2/subscribe/demo/a/0?tt=1')).toBe(true);
  expect(isPoll('/publish/demo/demo/0/a/0/1')).toBe(false);
  expect(isPoll('/v2/presence/sub-key/demo/channel/a')).toBe(false);
});
