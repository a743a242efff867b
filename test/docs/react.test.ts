import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { JSDOM } from 'jsdom';
import { act, createElement, type FunctionComponent, type ReactNode, StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import type { PubNub } from 'timetoken';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { PubNub as Client } from '../../src/index.ts';
import { blocksOf } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = 'docs/how-to/react.md';

interface Props {
  readonly pubnub: PubNub;
  readonly channel: string;
}

let folder: string;
let Room: FunctionComponent<Props>;
let network: TestNetwork;
let pubnub: PubNub;
let root: Root;
let complaints: ReturnType<typeof vi.spyOn>;

// The blocks of the page as files, compiled as a bundler compiles them.
beforeAll(async () => {
  const parent = join(ROOT, 'test/docs/.blocks');
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, 'react-'));
  for (const { code } of blocksOf(PAGE, readFileSync(join(ROOT, PAGE), 'utf8'))) {
    const [, name] = /^\/\/ (\S+)/.exec(code) ?? [];
    if (name) writeFileSync(join(folder, name), code);
  }
  const outfile = join(folder, 'room.mjs');
  const entryPoints = [join(folder, 'room.tsx')];
  const options = { bundle: true, packages: 'external', format: 'esm', jsx: 'automatic' } as const;
  await build({ entryPoints, outfile, ...options });
  ({ Room } = await import(pathToFileURL(outfile).href));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => {
  const { window } = new JSDOM('<!doctype html><main></main>');
  vi.stubGlobal('window', window);
  vi.stubGlobal('document', window.document);
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  complaints = vi.spyOn(console, 'error');
  network = createTestNetwork();
  pubnub = new Client({ ...network.options, userId: 'alice' });
  root = createRoot(document.querySelector('main') ?? document.body);
});

afterEach(async () => {
  await act(async () => root.unmount());
  await pubnub.close();
  await network.close();
  expect(complaints.mock.calls).toEqual([]);
});

async function show(node: ReactNode): Promise<void> {
  await act(async () => root.render(node));
  await act(async () => network.idle());
}

function room(channel: string): ReactNode {
  return createElement(StrictMode, null, createElement(Room, { pubnub, channel }));
}

async function publish(channel: string, message: string): Promise<void> {
  await act(async () => {
    await network.publish(channel, message, { userId: 'bob' });
    await network.idle();
  });
}

function items(): readonly (string | null)[] {
  return [...document.querySelectorAll('li')].map(({ textContent }) => textContent);
}

function statuses(): readonly (string | null)[] {
  return [...document.querySelectorAll('[role=status]')].map(({ textContent }) => textContent);
}

test('a component shows the messages of its channel and the state, with one request under StrictMode', async () => {
  await show(room('room'));
  expect(network.transcript().map(({ operation }) => operation)).toEqual(['subscribe', 'subscribe']);
  expect(statuses()).toEqual([]);
  await publish('room', 'one');
  await publish('room', 'two');
  await publish('elsewhere', 'three');
  expect(items()).toEqual(['bob: one', 'bob: two']);
});

test('another channel starts anew, and the old one is unsubscribed', async () => {
  await show(room('room'));
  await publish('room', 'one');
  await show(room('other'));
  expect(items()).toEqual([]);
  expect(pubnub.subscribedChannels).toEqual(['other']);
  await publish('other', 'two');
  expect(items()).toEqual(['bob: two']);
});

test('a component that is unmounted unsubscribes, and one that stays is not affected', async () => {
  const both = createElement('div', null, room('room'), room('room'));
  await show(both);
  await publish('room', 'one');
  expect(items()).toEqual(['bob: one', 'bob: one']);
  await show(createElement('div', null, room('room')));
  expect(pubnub.subscribedChannels).toEqual(['room']);
  await publish('room', 'two');
  expect(items()).toEqual(['bob: one', 'bob: two']);
  await show(null);
  expect(pubnub.subscribedChannels).toEqual([]);
  expect(pubnub.state).toBe('idle');
});

test('two components never show different states', async () => {
  await show(createElement('div', null, room('room'), room('room')));
  await act(async () => pubnub.disconnect());
  expect(statuses()).toEqual(['stopped', 'stopped']);
  await act(async () => {
    pubnub.reconnect();
    await network.idle();
  });
  expect(statuses()).toEqual([]);
});

test('a server renders the start, and sends nothing', () => {
  const html = renderToString(room('room'));
  expect(html).toContain('idle');
  expect(html).toContain('<ul></ul>');
  expect(network.transcript()).toEqual([]);
});
