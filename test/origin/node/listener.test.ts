import { expect, test } from 'vitest';
import { isLocalHost } from '../../../src/origin/http/local-host.ts';
import { isLoopbackAddress } from '../../../src/origin/node/serve.ts';

test.each([
  ['localhost', true],
  ['localhost:8090', true],
  ['LOCALHOST', true],
  ['app.localhost:1', true],
  ['127.0.0.1:8090', true],
  ['127.9.9.9', true],
  ['[::1]:8090', true],
  ['[::1]', true],
  ['evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['localhost.evil.example:8090', false],
  ['10.0.0.1', false],
  ['', false],
  [undefined, false],
])('the host %s is local: %s', (host, local) => {
  expect(isLocalHost(host, [])).toBe(local);
});

test('further hosts can be allowed by name, or all of them', () => {
  expect(isLocalHost('Dev.Example:80', ['dev.example'])).toBe(true);
  expect(isLocalHost('other.example', ['dev.example'])).toBe(false);
  expect(isLocalHost('other.example', ['*'])).toBe(true);
});

test.each([
  ['127.0.0.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.127.0.1', false],
])('the address %s is loopback: %s', (address, loopback) => {
  expect(isLoopbackAddress(address)).toBe(loopback);
});
