import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { prometheusMetrics } from '../../src/origin/metrics.ts';
import { finish } from '../cli/fake-terminal.ts';

// The tests of test/integration/cluster.test.ts start the balancers with these files.
const read = (name: string) => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');
// After which clients give up.
const LONGEST_POLL_SECONDS = 310;

async function optionsOfServe(): Promise<ReadonlySet<string>> {
  const { stdout } = await finish(['serve', '--help'], {});
  return new Set(stdout.match(/--[a-z-]+/g));
}

/** What follows a name on the lines of a configuration, between two patterns. */
function settings(text: string, name: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\\s*${name}\\s+([^;\\n]+)`, 'gm'))].map(([, value]) => value ?? '');
}

describe.each(['timetoken@.service', 'Containerfile', 'compose.yaml'])('%s', (name) => {
  test('starts the server with options that it has', async () => {
    const known = await optionsOfServe();
    // The commands alone: other programs have options too.
    const commands = [
      ...read(name).matchAll(/\bserve\b(?:[ \\\n",-]+(?:--)?[^\s",]+)+?(?=\n\n|\n {2}\w|"\]|\n$)/g),
    ];
    const options = commands.flatMap(([command]) => command.match(/--[a-z-]+/g) ?? []);
    expect(options).toContain('--drain');
    expect(options.filter((option) => !known.has(option))).toEqual([]);
  });

  test('is given longer to stop than it drains', () => {
    const drain = Number(/--drain[=", ]+(\d+)/.exec(read(name))?.[1]);
    const limit = /(?:TimeoutStopSec=|stop_grace_period: )(\d+)/.exec(read(name))?.[1];
    expect(drain).toBeGreaterThan(0);
    if (limit !== undefined) expect(Number(limit)).toBeGreaterThan(drain + 10);
  });
});

describe('a poll', () => {
  test('is not ended by HAProxy before the client gives up', () => {
    const [defaults = '', , polls = ''] = read('haproxy.cfg').split(/^(?=frontend|backend)/m);
    const times = [...settings(defaults, 'timeout client'), ...settings(polls, 'timeout server')];
    expect(times).toHaveLength(2);
    for (const time of times) expect(Number.parseInt(time, 10)).toBeGreaterThan(LONGEST_POLL_SECONDS);
  });

  test('is not ended by nginx before the client gives up, and its answer is not kept back', () => {
    const polls = /location \^~ \/v2\/subscribe\/ \{[^}]*\}/.exec(read('nginx.conf'))?.[0] ?? '';
    expect(Number.parseInt(settings(polls, 'proxy_read_timeout')[0] ?? '', 10)).toBeGreaterThan(
      LONGEST_POLL_SECONDS,
    );
    expect(settings(read('nginx.conf'), 'proxy_buffering')).toEqual(['off']);
  });
});

test('the page of a cluster names metrics that there are', async () => {
  const page = readFileSync(new URL('../../docs/how-to/run-a-cluster.md', import.meta.url), 'utf8');
  const named = page.match(/timetoken_(?:\w+_\w+|connections)/g) ?? [];
  const text = await prometheusMetrics().text();
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !text.includes(`# TYPE ${name} `))).toEqual([]);
});

test('no balancer writes paths to a log', () => {
  expect(settings(read('nginx.conf'), 'access_log')).toEqual(['off']);
  expect(settings(read('nginx.conf'), 'error_log')).toEqual([expect.stringMatching(/ crit$/)]);
  expect(read('haproxy.cfg')).not.toMatch(/^\s*(?:log|option httplog)\b/m);
});
