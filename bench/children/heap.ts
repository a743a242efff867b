// The heap that an idle client takes. Needs --expose-gc.
import type { BenchClient } from '../clients/client.ts';
import { CONNECT, variantOf } from '../clients/variants.ts';
import { offer } from './rpc.ts';

const connect = CONNECT[variantOf(process.argv[2])];

function heap(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const methods = {
  /** Bytes of one client that was made and does nothing. */
  measure({ clients }: { clients: number }): number {
    const kept: BenchClient[] = [];
    // The first ones load and compile what all of them share.
    for (let count = 0; count < 10; count++) kept.push(connect('127.0.0.1:1'));
    const before = heap();
    for (let count = 0; count < clients; count++) kept.push(connect('127.0.0.1:1'));
    const bytes = heap() - before;
    return kept.length > clients ? bytes / clients : Number.NaN;
  },
};

export type HeapMethods = typeof methods;

offer(methods);
