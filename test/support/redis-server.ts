import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createClient } from 'redis';
import { freePort, withParent } from './processes.ts';

const PATIENCE_MS = 30_000;
const PAUSE_MS = 20;

/** A server of its own, in a temporary folder. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** `host:port`. */
  readonly name: string;
  /** Runs a command on a connection of its own. */
  command(...args: readonly string[]): Promise<unknown>;
  /** Sends a signal: SIGSTOP or SIGCONT, or SIGKILL, after which it has ended. */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** Starts it again after its end, with its data if it keeps any. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** What a server is started as. */
export interface RedisServerOptions {
  /** Options such as `['--appendonly', 'yes']`. */
  readonly args?: readonly string[];
  readonly program?: 'redis-server' | 'redis-sentinel';
  /** The text of its configuration. */
  config?(port: number): string;
}

/** Starts a server on a free port. `undefined` where the program is not installed. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer | undefined> {
  const { args = [], program = 'redis-server', config } = options;
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'timetoken-redis-'));
  const file = join(folder, 'redis.conf');
  await writeFile(file, config?.(port) ?? '');
  const child = new Child(program, [
    ...[file, '--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder],
    ...(program === 'redis-server' ? ['--save', '', '--repl-diskless-sync-delay', '0'] : []),
    ...args,
  ]);
  const stop = async () => {
    await child.end();
    await rm(folder, { recursive: true, force: true });
  };
  const start = async () => {
    if (await child.start()) await until(() => accepts(port), `${program} to listen on ${port}`);
  };
  await start();
  if (!child.isRunning) {
    await stop();
    return undefined;
  }
  return {
    ...{ port, start, stop },
    url: `redis://127.0.0.1:${port}`,
    name: `127.0.0.1:${port}`,
    command: (...command) => commandTo(port, command),
    signal: async (signal) => {
      if (signal === 'SIGKILL') await child.end();
      else child.signal(signal);
    },
  };
}

/** Starts several servers, or none. */
export async function startAll(
  count: number,
  options: (index: number) => RedisServerOptions,
): Promise<readonly RedisServer[] | undefined> {
  const started = await Promise.all(Array.from({ length: count }, (_, index) => startRedis(options(index))));
  const servers = started.filter((server) => server !== undefined);
  if (servers.length === count) return servers;
  await Promise.all(servers.map((server) => server.stop()));
  return undefined;
}

/** Waits until it is so, in real time. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  expected: string,
  patience = PATIENCE_MS,
): Promise<void> {
  const end = performance.now() + patience;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Expected ${expected} within ${patience} ms.`);
    await pause();
  }
}

/** The value of a line of INFO. */
export async function infoOf(server: RedisServer, name: string): Promise<string | undefined> {
  const info = String(await server.command('INFO'));
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}

/** A short pause. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MS);
  });
}

class Child {
  readonly #program: string;
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;

  constructor(program: string, args: readonly string[]) {
    this.#program = program;
    this.#args = args;
  }

  get isRunning(): boolean {
    const { exitCode = 0, signalCode = null } = this.#process ?? {};
    return exitCode === null && signalCode === null;
  }

  /** `false` where there is no such program. */
  async start(): Promise<boolean> {
    if (!isInstalled(this.#program)) return false;
    const [program = '', ...args] = [...withParent(), this.#program, ...this.#args];
    const child = spawn(program, args, { stdio: 'ignore' });
    const kill = () => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    // Rejects if it cannot be started.
    await once(child, 'spawn');
    this.#process = child;
    return true;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  async end(): Promise<void> {
    if (!this.#process || !this.isRunning) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}

function isInstalled(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}

async function commandTo(port: number, command: readonly string[]): Promise<unknown> {
  const client = createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.sendCommand<unknown>([...command]);
  } finally {
    client.destroy();
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
