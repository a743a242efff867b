import { writeFileSync } from 'node:fs';
import { type Profiler as Cpu, type HeapProfiler, type Runtime, Session } from 'node:inspector/promises';

// Often enough for what takes seconds, and too seldom to keep an idle process busy.
const CPU_INTERVAL_US = 1_000;
const HEAP_INTERVAL_BYTES = 1_024;
const PLACES = 15;

/** A place in the code, and its share of all. */
export interface Place {
  readonly name: string;
  readonly share: number;
}

/** Records where a process spends its time, or where the memory comes from that stays in use. */
export class Profiler {
  readonly #session = new Session();
  #what: 'cpu' | 'heap' = 'cpu';

  async start(what: 'cpu' | 'heap'): Promise<void> {
    this.#what = what;
    this.#session.connect();
    if (what === 'cpu') {
      await this.#session.post('Profiler.enable');
      await this.#session.post('Profiler.setSamplingInterval', { interval: CPU_INTERVAL_US });
      await this.#session.post('Profiler.start');
    } else {
      await this.#session.post('HeapProfiler.startSampling', { samplingInterval: HEAP_INTERVAL_BYTES });
    }
  }

  async stop(file: string): Promise<readonly Place[]> {
    try {
      if (this.#what === 'heap') {
        globalThis.gc?.();
        const { profile } = await this.#session.post('HeapProfiler.stopSampling');
        writeFileSync(`${file}.heapprofile`, JSON.stringify(profile));
        return shares(sizesIn(profile.head));
      }
      const { profile } = await this.#session.post('Profiler.stop');
      writeFileSync(`${file}.cpuprofile`, JSON.stringify(profile));
      return shares(timesIn(profile));
    } finally {
      this.#session.disconnect();
    }
  }
}

type Amounts = readonly (readonly [frame: Runtime.CallFrame, amount: number])[];

function timesIn({ nodes, samples = [], timeDeltas = [] }: Cpu.Profile): Amounts {
  const times = new Map<number, number>();
  for (const [index, id] of samples.entries()) times.set(id, (times.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  return nodes
    .filter(({ callFrame }) => callFrame.functionName !== '(idle)' && !callFrame.url.includes('inspector'))
    .map(({ id, callFrame }) => [callFrame, times.get(id) ?? 0]);
}

function sizesIn({ callFrame, selfSize, children }: HeapProfiler.SamplingHeapProfileNode): Amounts {
  return [[callFrame, selfSize], ...children.flatMap(sizesIn)];
}

function shares(amounts: Amounts): readonly Place[] {
  const byName = new Map<string, number>();
  let total = 0;
  for (const [{ functionName, url, lineNumber }, amount] of amounts) {
    const file = url.split('/').slice(-2).join('/');
    const name = `${functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`;
    byName.set(name, (byName.get(name) ?? 0) + amount);
    total += amount;
  }
  return [...byName]
    .sort(([, one], [, other]) => other - one)
    .slice(0, PLACES)
    .map(([name, amount]) => ({ name, share: amount / total }));
}
