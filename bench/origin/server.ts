// One server that is measured. What it reports is the CPU time and memory of this process.
import { offer } from '../children/rpc.ts';
import { Profiler } from './profiler.ts';
import { type Bare, listen as listenBare } from './servers/bare.ts';
import { listen as listenOurs } from './servers/ours.ts';
import { listenFaye, listenSocketIo } from './servers/peers.ts';

const [, , kind = '', folder = ''] = process.argv;
const profiler = new Profiler();
let bare: Bare | undefined;

async function listen(): Promise<number> {
  if (kind === 'ours') return listenOurs(folder);
  if (kind === 'sqlite') return listenOurs(folder, 'sqlite normal');
  if (kind === 'redis') return listenOurs(folder, 'redis local');
  if (kind === 'socket.io') return listenSocketIo(folder);
  if (kind === 'faye') return listenFaye(folder);
  bare = await listenBare();
  return bare.port;
}

const methods = {
  /** Starts to listen; returns the port. */
  listen,
  /** Microseconds of CPU time so far. */
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** The same of the thread that answers: a profiler has one of its own, which never rests. */
  threadCpu(): number {
    const { user, system } = process.threadCpuUsage();
    return user + system;
  },
  /** Bytes in use, without garbage. Needs --expose-gc. */
  memory(): { readonly heap: number; readonly rss: number } {
    for (let round = 0; round < 3; round++) globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    return { heap: heapUsed, rss };
  },
  /** Makes the bare server answer all polls with a text; with an empty one it parks them. */
  catchUp({ body }: { body: string }): void {
    if (bare) bare.catchUp = body;
  },
  /** Begins to record where CPU time, or memory that stays in use, comes from. */
  profile: ({ what }: { what: 'cpu' | 'heap' }) => profiler.start(what),
  /** Ends it; keeps the profile in a file and returns the places that have most. */
  profiled: ({ file }: { file: string }) => profiler.stop(file),
};

export type ServerMethods = typeof methods;

offer(methods);
