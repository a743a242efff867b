import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { play, scriptOf } from './chaos-connections.ts';
import type { Holdings } from './chaos-server.ts';
import { Dice } from './integration-random.ts';

const CHILD = fileURLToPath(new URL('chaos-server.ts', import.meta.url));
const ROUNDS = 7;
const CLIENTS = 30;
// Longer than any deadline of the server.
const LAST_MS = 3_000;
// For what hangs.
const HONEST_MS = 30_000;
const PROBE_EVERY_MS = 10;

type Server = Awaited<ReturnType<typeof started>>;

async function started(role: 'origin' | 'bare') {
  const child = fork(CHILD, [role], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  let ended: string | undefined;
  child.once('exit', (code, signal) => {
    ended = `The server ended with ${code ?? signal}.`;
  });
  const [port]: unknown[] = await once(child, 'message');
  const holdings = async (): Promise<Holdings> => {
    child.send('holdings');
    const [message]: unknown[] = await once(child, 'message');
    const { bytes, sockets } = Object(message);
    return { bytes: Number(bytes), sockets: Number(sockets) };
  };
  const problem = () => (ended === undefined && errors === '' ? undefined : `${ended} ${errors}`);
  return { port: Number(port), holdings, problem };
}

/** What a run has shown. */
export interface FuzzReport {
  /** Connections that were played. */
  readonly played: number;
  /** Answers to clients that keep to the rules, where they were not those that were due. */
  readonly wrong: readonly string[];
  /** What the server reported or died of. */
  readonly problem: string | undefined;
  /** Bytes that the server held after each round. */
  readonly held: readonly number[];
  /** Sockets that it held at the end. */
  readonly sockets: number;
  /** Milliseconds in which others were answered, by the origin and by a bare server, in turns. */
  readonly latencies: { readonly origin: readonly number[]; readonly bare: readonly number[] };
}

/** Plays random connections against an origin for some seconds, while others ask it and a bare server in turns. */
export async function fuzz(seed: number, seconds: number): Promise<FuzzReport> {
  const dice = new Dice(seed);
  const [origin, bare] = [await started('origin'), await started('bare')];
  const run = { played: 0, wrong: [] as string[] };
  const held: number[] = [];
  const latencies = { origin: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS && origin.problem() === undefined; round++) {
    const until = performance.now() + (seconds * 1000) / ROUNDS;
    const clients = Array.from({ length: CLIENTS }, () =>
      client(origin, dice.below(2 ** 31), { until, run }),
    );
    await Promise.all([...clients, probe({ origin, bare }, latencies, until)]);
    if (origin.problem() === undefined) held.push((await origin.holdings()).bytes);
  }
  await pause(LAST_MS);
  const problem = origin.problem();
  const { sockets } = problem === undefined ? await origin.holdings() : { sockets: 0 };
  return { ...run, problem, held, sockets, latencies };
}

async function client(
  origin: Server,
  seed: number,
  { until, run }: { until: number; run: { played: number; wrong: string[] } },
): Promise<void> {
  const dice = new Dice(seed);
  while (performance.now() < until && origin.problem() === undefined) {
    const script = scriptOf(dice);
    const lastMs = script.expected ? HONEST_MS : dice.pick([20, 200, LAST_MS]);
    const text = await play(script, origin.port, lastMs);
    run.played++;
    if (!script.expected) continue;
    const found = text.match(/Not found: '[^']*'/g) ?? [];
    if (found.join() !== script.expected.join())
      run.wrong.push(`${script.expected.length} asked, ${found.length} answered: ${text.slice(-500)}`);
  }
}

async function probe(
  { origin, bare }: { origin: Server; bare: Server },
  latencies: { origin: number[]; bare: number[] },
  until: number,
): Promise<void> {
  while (performance.now() < until && origin.problem() === undefined) {
    latencies.origin.push(await latency(origin.port));
    latencies.bare.push(await latency(bare.port));
    await pause(PROBE_EVERY_MS);
  }
}

/** Milliseconds that a client which keeps to the rules waits for its answer. */
async function latency(port: number): Promise<number> {
  const start = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/time/0`, { headers: { connection: 'close' } });
  await response.text();
  return performance.now() - start;
}
