import { StoreUnavailable } from '../store.ts';
import type { Access, Address, Connect } from './connection.ts';
import { firstAnswer } from './sentinel.ts';
import { remembered, type Topology } from './topology.ts';
import type { Place } from './url.ts';

const SLOTS = 16_384;
// CRC-16/XMODEM, by which Redis divides keys among slots.
const POLYNOMIAL = 0x1021;

/** The primary of a range of slots. */
interface Range {
  readonly first: number;
  readonly last: number;
  readonly address: Address;
}

type ClusterPlace = Extract<Place, { readonly form: 'cluster' }>;

/** The nodes of a cluster: any of them is asked where the slots are, whenever something was not where it was said to be. */
export function cluster({ seeds, access }: ClusterPlace, connect: Connect): Topology {
  let nodes: readonly Address[] = [];
  const { value, forget } = remembered(async () => {
    const ranges = await firstAnswer([...nodes, ...seeds], (address) => ask(address, access, connect));
    nodes = ranges.map(({ address }) => address);
    return ranges;
  });
  const locate = async (key: string): Promise<Address> => {
    const slot = slotOf(key);
    const range = (await value()).find(({ first, last }) => first <= slot && slot <= last);
    if (range) return range.address;
    throw new StoreUnavailable(`No node of the cluster has slot ${slot}.`);
  };
  return { locate, forget, isSharded: true };
}

async function ask(address: Address, access: Access, connect: Connect): Promise<readonly Range[]> {
  const connection = await connect(address, access);
  try {
    return rangesOf(await connection.command(['CLUSTER', 'SLOTS']), address);
  } finally {
    connection.end();
  }
}

/** Reads the answer to CLUSTER SLOTS: lists of the first and the last slot, the primary and its replicas. */
function rangesOf(answer: unknown, asked: Address): readonly Range[] {
  if (!Array.isArray(answer)) return [];
  return answer.flatMap((range: unknown) => {
    if (!Array.isArray(range) || !Array.isArray(range[2])) return [];
    const [host, port] = range[2];
    // A node that does not know its own name is the one that was asked.
    const isNamed = typeof host === 'string' && host !== '' && host !== '?';
    const address = { host: isNamed ? host : asked.host, port: Number(port) };
    return [{ first: Number(range[0]), last: Number(range[1]), address }];
  });
}

/** The slot of a key that is a hash tag: `{tag}`. */
export function slotOf(key: string): number {
  let crc = 0;
  for (const byte of new TextEncoder().encode(key.slice(1, -1))) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  }
  return (crc & 0xffff) % SLOTS;
}
