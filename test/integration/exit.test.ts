import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServedOrigin, serveOrigin } from '../support/integration-origin.ts';
import { type Report, SCENARIOS, type Scenario } from './exit-child.ts';

const run = promisify(execFile);
const CHILD = fileURLToPath(new URL('exit-child.ts', import.meta.url));
// Below what keeps a program alive that forgets something: idle connections, timers of polls.
const LIMIT_MS = 15_000;

let system: ServedOrigin;
// Takes connections and says nothing.
const mute = createServer((socket) => socket.on('error', () => socket.destroy()).resume());
let muteHost: string;

beforeAll(async () => {
  system = await serveOrigin();
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const address = mute.address();
  muteHost = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await new Promise((resolve) => mute.close(resolve));
});

// The discard port of this machine, where nobody listens.
const DOWN = '127.0.0.1:9';

function originFor(scenario: Scenario): string {
  if (scenario === 'during the back-off') return DOWN;
  return scenario === 'during the handshake' || scenario === 'during a publish' ? muteHost : system.host;
}

describe.each(['fetch', 'node'])('a program with the %s transport', (transport) => {
  test.concurrent.each(SCENARIOS)('exits by itself when it calls close() %s', async (scenario) => {
    const { stdout, stderr } = await run(
      process.execPath,
      [CHILD, scenario, transport, originFor(scenario)],
      {
        timeout: 120_000,
      },
    );
    const report = JSON.parse(stdout) as Report;
    expect(stderr).toBe('');
    expect(report.resources).toEqual([]);
    expect(report.elapsed).toBeLessThan(LIMIT_MS);
    expect(report.published).toBe(scenario === 'during a publish' ? 'PN-2004' : 'nothing');
  });
});
