// An origin with default limits in a process of its own, which does to itself what its argument names, and tells the
// statuses that it has answered with.
import { createOrigin } from '../../src/origin/index.ts';

/** What is done to an origin, over and over, with other names each time. */
export type Flood = keyof typeof FLOODS;

const LONG = 'x'.repeat(60);
const list = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}${LONG}`).join(',');
const publish = (key: string, channel: string, bytes: number) =>
  post(`/publish/demo/${key}/0/${channel}/0`, 'x'.repeat(bytes));
const presence = (key: string, rest: string) => `/v2/presence/sub-key/${key}/channel/${rest}`;

const FLOODS = {
  'publishes to keys that nobody knows': {
    count: 20_000,
    request: (at: number) => publish(`k${at}`, 'a', 10),
  },
  'short messages on many channels': {
    count: 150_000,
    request: (at: number) => publish(`k${at % 30}`, `c${at}${LONG}`, 1),
  },
  'long messages': { count: 15_000, request: (at: number) => publish(`k${at % 30}`, `c${at % 50}`, 20_000) },
  'presences of users': {
    count: 2_000,
    request: (at: number) => get(`${presence(`k${at % 30}`, list(100, 'c'))}/heartbeat?uuid=u${at}`),
  },
  'states of users': {
    count: 8_000,
    request: (at: number) =>
      get(
        `${presence(`k${at % 30}`, list(20, 'c'))}/uuid/u${at}/data?state=${encodeURIComponent(`{"a":"${at}${LONG}"}`)}`,
      ),
  },
  'users of App Context': {
    count: 15_000,
    request: (at: number) => post(`/v2/objects/k${at % 30}/uuids/u${at}`, { custom: custom() }, 'PATCH'),
  },
} as const;

const custom = () => Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`member${at}`, at]));
const get = (path: string) => new Request(`http://origin${path}`);
const post = (path: string, body: unknown, method = 'POST') =>
  new Request(`http://origin${path}`, { method, body: JSON.stringify(body) });

const flood = FLOODS[process.argv[2] as Flood];
const origin = createOrigin();
const statuses = new Set<number>();
for (let at = 0; at < flood.count; at++) {
  const response = await origin.fetch(flood.request(at));
  await response.arrayBuffer();
  statuses.add(response.status);
}
await origin.close();
process.send?.([...statuses]);
process.disconnect();
