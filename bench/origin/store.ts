// One store that is measured at the interface of its engine, in a process of its own.
import { offer } from '../children/rpc.ts';
import { type OpenStore, openStore, type StoreKind } from './servers/stores.ts';

const [, , kind = '', folder = ''] = process.argv;
// Rules as an origin has them.
const RULES = {
  announceMax: 20,
  leaseMs: 300_000,
  log: {
    entries: 100_000,
    bytes: 64 << 20,
    keepMs: 1_200_000,
    publishIds: 100_000,
    publishIdBytes: 16 << 20,
  },
  history: { channelEntries: 10_000, entries: 100_000, bytes: 64 << 20, keepMs: 604_800_000 },
};
const PAYLOAD = JSON.stringify('x'.repeat(198));
const SAMPLE = 8;
let store: OpenStore | undefined;
let keys = 0;

async function opened(): Promise<OpenStore> {
  // The parent names one of them.
  store ??= await openStore(kind as StoreKind, folder);
  return store;
}

/** A log of its own for each measure, so that none finds what another has left. */
async function newLog() {
  const { engine } = await opened();
  return engine.shard(`bench${++keys}`, RULES).log;
}

type Log = Awaited<ReturnType<typeof newLog>>;

function append(log: Log, channel: string, history: boolean) {
  const data = { payload: PAYLOAD, publisher: 'publisher' };
  return log.append([{ kind: 'message', channel, data, ...(history && { history: {} }) }]);
}

const methods = {
  open: async (): Promise<void> => void (await opened()),
  /** Appends of one entry each, so many of them under way at any time; the milliseconds that some of them took. */
  async publish(job: {
    readonly ms: number;
    readonly inFlight: number;
    readonly channels: number;
  }): Promise<{ readonly count: number; readonly times: readonly number[]; readonly ms: number }> {
    const log = await newLog();
    const channels = Array.from({ length: job.channels }, (_, number) => `c${number}`);
    const times: number[] = [];
    let count = 0;
    const begin = performance.now();
    const lane = async () => {
      for (let now = begin; now - begin < job.ms; ) {
        // The clock is asked for one in so many: it would be a good part of what the fastest store does.
        for (let number = 0; number < SAMPLE; number++) {
          if (number === 1) times.push(performance.now() - now);
          await append(log, channels[count++ % job.channels] ?? '', true);
        }
        now = performance.now();
      }
    };
    await Promise.all(Array.from({ length: job.inFlight }, lane));
    return { count, times, ms: performance.now() - begin };
  },
  /** Milliseconds to read so many entries from the beginning, in pages of the window. */
  async replay({ count }: { readonly count: number }): Promise<number> {
    const log = await newLog();
    const first = await log.fence();
    for (let done = 0; done < count; done += 500) {
      const batch = Array.from({ length: Math.min(500, count - done) }, (_, index) => index);
      await Promise.all(batch.map((index) => append(log, `c${index}`, false)));
    }
    const begin = performance.now();
    let read = 0;
    for (let position = first; read < count; ) {
      const { entries, upto } = await log.readAfter(position, 500);
      if (entries.length === 0) throw new Error(`Only ${read} of ${count} entries were there.`);
      read += entries.length;
      position = upto;
    }
    return performance.now() - begin;
  },
  /** Bytes for each channel that has one stored message. */
  async channels({ count }: { readonly count: number }): Promise<number> {
    const { bytes } = await opened();
    const log = await newLog();
    const before = await bytes();
    for (let done = 0; done < count; done += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, index) => append(log, `one-${done + index}`, true)));
    }
    return ((await bytes()) - before) / count;
  },
  close: async (): Promise<void> => store?.close(),
};

export type StoreMethods = typeof methods;

offer(methods);
