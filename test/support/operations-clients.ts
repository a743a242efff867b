import PeerClient, { type PeerStatus } from 'pubnub';
import { PubNub } from '../../src/index.ts';
import { Inbox } from './integration-inbox.ts';
import type { Row } from './operations-rows.ts';

/** A client that runs the rows of the table, whoever made it. */
export interface Runner extends AsyncDisposable {
  /** Makes one call; resolves to its result as the table compares it. */
  call(row: Row, given: unknown): Promise<unknown>;
}

/** How a client is made. */
export interface Credentials {
  readonly origin: string;
  readonly userId: string;
  readonly secretKey?: string;
  readonly token?: string;
}

/** Results of calls whose result is not data, or not by itself. */
type Special<C> = Readonly<Record<string, (client: C, given: never) => unknown>>;

const KEYS = { subscribeKey: 'sub', publishKey: 'pub', ssl: false } as const;
const pathOf = (url: string) => new URL(url).pathname;
const sorted = (names: readonly string[]) => [...names].sort();
/** A token says who may do what; when it was made, and its signature, are its own. */
const tokenOf = (token: string, read: (token: string) => object) => {
  const { timestamp: _, signature: __, ...rights } = read(token) as Record<string, unknown>;
  return { token, rights };
};

const OUR_SPECIALS: Special<PubNub> = {
  subscribe: async (client, given: { readonly channels: readonly string[] }) => {
    await client
      .subscribe({ ...given, withPresence: true })
      .execute()
      .connected();
    return sorted(client.subscribedChannels);
  },
  unsubscribe: async (client, given: { readonly channels: readonly string[] }) => {
    await client.unsubscribe(given).execute();
    return sorted(client.subscribedChannels);
  },
  getFileUrl: async (client, given: { channel: string; fileId: string; fileName: string }) =>
    pathOf(await client.getFileUrl(given).execute()),
  downloadFile: async (client, given: { channel: string; fileId: string; fileName: string }) =>
    (await client.downloadFile(given).execute()).text(),
  grantToken: async (client, given: { readonly ttl: number; readonly channels: object }) =>
    tokenOf(await (client.grantToken(given as never) as Builder<string>).execute(), (token) =>
      client.parseToken(token),
    ),
};

/** What all builders have, whatever was given. */
interface Builder<R> {
  execute(): Promise<R>;
}

/** Our client. */
export function ours({ token, ...credentials }: Credentials): Runner {
  const client = new PubNub({ ...KEYS, ...credentials, ...(token !== undefined && { token }) });
  return {
    call: async (row, given) => {
      const special = OUR_SPECIALS[row.ours];
      if (special) return special(client, given as never);
      // The table has names of the catalogue only.
      const operations = client as unknown as Record<string, (given: unknown) => Builder<unknown>>;
      return operations[row.ours]?.(given).execute();
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** What the other client has, as far as it is not written down in its types. */
interface WholePeer extends PeerClient {
  getSubscribedChannels(): string[];
}

/** The client of another maker. */
export function theirs({ token, ...credentials }: Credentials): Runner {
  const client = new PeerClient({ ...KEYS, ...credentials }) as WholePeer;
  const statuses = new Inbox<PeerStatus>('statuses');
  client.addListener({ status: statuses.put });
  if (token !== undefined) client.setToken(token);
  const settled = (fits: (status: PeerStatus) => boolean) => async () => {
    const status = await statuses.first((one) => fits(one) || one.error === true);
    if (status.error) throw Object.assign(new Error('The other client was refused.'), { status });
    return sorted(client.getSubscribedChannels());
  };
  const specials: Special<PeerClient> = {
    subscribe: (_, given: { readonly channels: readonly string[] }) => {
      client.subscribe(given);
      return settled(({ category }) => category === 'PNConnectedCategory')();
    },
    unsubscribe: (_, given: { readonly channels: readonly string[] }) => {
      client.unsubscribe(given);
      return settled(({ operation }) => operation === 'PNUnsubscribeOperation')();
    },
    getFileUrl: (_, given: never) => pathOf(client.getFileUrl(given)),
    downloadFile: async (_, given: never) => `${await (await client.downloadFile(given)).toBuffer()}`,
    grantToken: async (_, given: object) =>
      tokenOf(await client.grantToken(given), (text) => client.parseToken(text)),
  };
  return {
    call: async ({ theirs: path = '' }, given) => {
      const special = specials[path];
      if (special) return special(client, given as never);
      const [name = '', inner] = path.split('.');
      // The table has names that the other client has.
      const calls = client as unknown as Record<string, unknown>;
      const call = inner === undefined ? calls[name] : (calls[name] as Record<string, unknown>)[inner];
      // It takes any first argument for a callback where there are no parameters.
      return (call as (...given: readonly unknown[]) => Promise<unknown>).apply(
        client,
        given === undefined ? [] : [given],
      );
    },
    [Symbol.asyncDispose]: async () => {
      client.unsubscribeAll();
      client.stop();
    },
  };
}
