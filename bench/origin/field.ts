import { setTimeout } from 'node:timers/promises';
import { type Child, start } from '../children/rpc.ts';
import type { LoadMethods } from './load.ts';
import type { Plan } from './plan.ts';
import type { Place } from './profiler.ts';
import type { ServerMethods } from './server.ts';

/** The servers that are compared. */
export type Kind = 'ours' | 'sqlite' | 'redis' | 'bare' | 'socket.io' | 'faye';

/** A server in a process of its own. */
export interface Target {
  readonly kind: Kind;
  readonly port: number;
  readonly child: Child<ServerMethods>;
}

/** The parts of a measure. */
export interface Field {
  readonly plan: Plan;
  readonly load: Child<LoadMethods>;
  /** By kind, in the order in which they were named. */
  readonly targets: readonly Target[];
  /** What the servers spend their time and memory on, if it is asked for. */
  readonly profiles: Profiles | undefined;
}

/** Where profiles are kept. */
export interface Profiles {
  readonly folder: string;
  readonly found: Map<string, readonly Place[]>;
}

/** The options of a field. */
export interface FieldOptions {
  readonly plan: Plan;
  readonly kinds: readonly Kind[];
  /** The folder of the built package. */
  readonly folder: string;
  /** The folder in which the peers are installed. */
  readonly peers: string | undefined;
  readonly profiles: Profiles | undefined;
}

/** Whether a server speaks our protocol: ours, on any store, and the bare one. */
export function isOwn(kind: Kind): boolean {
  return kind !== 'socket.io' && kind !== 'faye';
}

/** Starts the servers and the process of their clients, runs a measure, and ends them. */
export async function withField<T>(options: FieldOptions, measure: (field: Field) => Promise<T>): Promise<T> {
  const { plan, kinds, folder, peers = '', profiles } = options;
  const load = start<LoadMethods>('../origin/load.ts');
  const servers = kinds.map((kind) => {
    const args = [kind, isOwn(kind) ? folder : peers];
    return { kind, child: start<ServerMethods>('../origin/server.ts', { args, flags: ['--expose-gc'] }) };
  });
  try {
    const targets: Target[] = [];
    for (const { kind, child } of servers) targets.push({ kind, child, port: await child.call('listen') });
    return await measure({ plan, load, targets, profiles });
  } finally {
    for (const { stop } of [load, ...servers.map(({ child }) => child)]) stop();
  }
}

const LOOK_MS = 20;
const QUIET_US = 1_000;

/** The CPU time of a server in microseconds, as soon as it has nothing to do any more. */
export async function settled({ child }: Target): Promise<number> {
  let before = await child.call('threadCpu');
  for (let quiet = 0; quiet < 2; ) {
    await setTimeout(LOOK_MS);
    const after = await child.call('threadCpu');
    quiet = after - before < QUIET_US ? quiet + 1 : 0;
    before = after;
  }
  return child.call('cpu');
}

/** The CPU time that a server spends on something, in microseconds, until it has nothing to do any more. */
export async function cpuOf(target: Target, work: () => Promise<unknown>): Promise<number> {
  const before = await settled(target);
  await work();
  return (await settled(target)) - before;
}

/** Records a profile of a server while it works, if profiles were asked for. */
export async function profiled<T>(
  { profiles }: Field,
  { target, what, name }: { target: Target; what: 'cpu' | 'heap'; name: string },
  work: () => Promise<T>,
): Promise<T> {
  if (!profiles) return work();
  await target.child.call('profile', { what });
  const result = await work();
  const title = `${name}-${target.kind}`;
  profiles.found.set(title, await target.child.call('profiled', { file: `${profiles.folder}/${title}` }));
  return result;
}
