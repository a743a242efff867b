import { StoreUnavailable } from '../store.ts';
import type { Access, Address, Connect } from './connection.ts';
import { RedisStoreError } from './errors.ts';
import { remembered, type Topology } from './topology.ts';
import type { Place } from './url.ts';

type SentinelPlace = Extract<Place, { readonly form: 'sentinel' }>;

/** The primary that Sentinels watch: they are asked for it whenever it was not where it was said to be. */
export function sentinel({ sentinels, primary, access }: SentinelPlace, connect: Connect): Topology {
  const { value, forget } = remembered(() => firstAnswer(sentinels, (address) => ask(address)));
  // Sentinels have neither databases nor, by default, users: those of the URL are the primary's.
  const plain: Access = { tls: access.tls };
  const ask = async (address: Address): Promise<Address> => {
    const connection = await connect(address, plain);
    try {
      const answer = await connection.command(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', primary]);
      if (Array.isArray(answer)) return { host: String(answer[0]), port: Number(answer[1]) };
      throw new RedisStoreError(`The Sentinels know no primary of the name in the URL (${primary}).`);
    } finally {
      connection.end();
    }
  };
  return { locate: value, forget, isSharded: false };
}

/** The answer of the first server that gives one. Rejects with the error of the last one. */
export async function firstAnswer<Answer>(
  addresses: readonly Address[],
  ask: (address: Address) => Promise<Answer>,
): Promise<Answer> {
  let failure: unknown = new StoreUnavailable('No server is known.');
  for (const address of addresses) {
    try {
      return await ask(address);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
