import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/unit-wait.ts';
import { timetoken } from './child.ts';

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'nothing that was recorded is lost when %s ends it',
  async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'timetoken-record-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'room.ndjson');
    const server = timetoken(['serve', '--port', '0', '--json']);
    await server.until('stdout', '\n');
    const env = { TIMETOKEN_ORIGIN: String(JSON.parse(server.stdout.split('\n')[0] ?? '').url) };
    const recorder = timetoken(['record', 'room', '--for', '3600', '--output', file], env);
    await recorder.until('stderr', 'connected');
    const publisher = timetoken(['publish', 'room'], env);
    publisher.process.stdin.end('1\n2\n3\n');
    // Each event is written as it comes, and nothing is said of it.
    await until('three events are in the file', () => readFileSync(file, 'utf8').split('\n').length > 4);
    recorder.process.kill(signal);
    expect(await recorder.ended).toBe(signal === 'SIGKILL' ? 'SIGKILL' : 0);
    const [header, ...events] = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(JSON.parse(header ?? '')).toMatchObject({ type: 'recording', version: 1 });
    expect(events.map((line): unknown => JSON.parse(line).message)).toEqual([1, 2, 3]);
  },
);
