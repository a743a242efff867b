// The clients of all servers, in one process that does less than any of them.
import { offer } from '../children/rpc.ts';
import { Crowd } from './load/crowd.ts';
import type { Dialect } from './load/dialect.ts';
import { faye } from './load/faye.ts';
import { type Extent, Lanes } from './load/lanes.ts';
import { cursorIn, NO_CURSOR, poll, publish, pubsub } from './load/pubsub.ts';
import { socketIo } from './load/socket-io.ts';
import { Streams } from './load/streams.ts';

/** What clients speak with a server of a kind. */
const DIALECTS: Readonly<Record<string, Dialect>> = { 'socket.io': socketIo, faye };
let crowd: Crowd | undefined;
let lanes: Lanes | undefined;
let streams: Streams | undefined;
let people = 0;
let broadcasts = 0;

function dialectOf(kind: string): Dialect {
  return DIALECTS[kind] ?? pubsub;
}

function openLanes(): Lanes {
  if (!lanes) throw new Error('No connections are open.');
  return lanes;
}

const methods = {
  /** Connects clients that nobody has seen before; resolves when all have sent their poll. */
  async park({
    kind,
    port,
    count,
    cursor,
  }: {
    kind: string;
    port: number;
    count: number;
    cursor: string;
  }): Promise<void> {
    crowd = new Crowd(port, dialectOf(kind));
    const first = people;
    people += count;
    await crowd.open(
      Array.from({ length: count }, (_, index) => ({ number: first + index, session: cursor, step: 0 })),
    );
  },
  /** Opens streams; resolves when all have begun. */
  async stream({ port, count, cursor }: { port: number; count: number; cursor: string }): Promise<void> {
    streams = new Streams(port);
    await streams.open(count, cursor);
  },
  /** Sends a message to all of them; the milliseconds until each has it, in order. */
  async broadcast({ kind }: { kind: string }): Promise<number[]> {
    broadcasts += 1;
    const request = dialectOf(kind).broadcast(broadcasts);
    const control = openLanes();
    let sent: Promise<unknown> = Promise.resolve();
    const times = await (streams ?? crowd)?.receive(() => {
      sent = control.ask(request);
    });
    await sent;
    return times ?? [];
  },
  /** Opens connections for single requests. */
  open({ port, count }: { port: number; count: number }): void {
    lanes = new Lanes(port, count);
  },
  /** The cursor of a handshake. */
  async handshake({ channels }: { channels: string }): Promise<string> {
    return cursorIn(await openLanes().ask(poll(channels, NO_CURSOR, 'publisher')));
  },
  /** Publishes on as many channels as there are connections, or as is said. */
  publish({ channels, ...extent }: Extent & { channels: number }) {
    return openLanes().run(extent, (lane, number) => publish(`news-${(lane + number) % channels}`, number));
  },
  /** What a poll is answered with. */
  async poll({ channels, cursor }: { channels: string; cursor: string }): Promise<string> {
    return (await openLanes().ask(poll(channels, cursor, 'publisher'))).toString();
  },
  /** Polls once on each connection. */
  catchUp({ channels, cursor, count }: { channels: string; cursor: string; count: number }) {
    return openLanes().run({ count, ms: Number.MAX_VALUE }, (lane) => poll(channels, cursor, `u${lane}`));
  },
  /** Microseconds of CPU time so far. */
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all([crowd?.close(), lanes?.close(), streams?.close()]);
    crowd = undefined;
    streams = undefined;
    lanes = undefined;
  },
};

export type LoadMethods = typeof methods;

offer(methods);
