import type { Access, Address } from './connection.ts';

/** Where a store is, by its URL. */
export type Place =
  | { readonly form: 'standalone'; readonly address: Address; readonly access: Access }
  | { readonly form: 'cluster'; readonly seeds: readonly Address[]; readonly access: Access }
  | {
      readonly form: 'sentinel';
      readonly sentinels: readonly Address[];
      readonly primary: string;
      readonly access: Access;
    };

/** The forms of URLs, for errors: they hold no password. */
export const FORMS =
  'redis://host:port/db or rediss://…, redis+sentinel://host:port,host:port/name, redis+cluster://host:port,host:port, or a list of redis:// URLs for a cluster';

const SCHEME = /^(rediss?)(\+sentinel|\+cluster)?:\/\/([^?#]*)$/;
const PORT = 6379;
const SENTINEL_PORT = 26_379;

/** Reads the URL of a store, or the URLs of some nodes of a cluster. Throws an error that holds none of it. */
export function placeOf(url: string | readonly string[]): Place {
  if (typeof url === 'string') return single(url);
  if (!Array.isArray(url)) throw wrong('The URL of a Redis store is a text, or a list of texts.');
  const places = url.map(single);
  const [first] = places;
  if (!first) throw wrong('The list of URLs is empty.');
  const seeds = places.map((place) => {
    if (place.form !== 'standalone') throw wrong('A list has to have redis:// or rediss:// URLs.');
    if (place.access.database) throw wrong('A cluster has no databases.');
    if (JSON.stringify(place.access) !== JSON.stringify(first.access)) {
      throw wrong('The nodes of a cluster share one user name and one password, with TLS or without.');
    }
    return place.address;
  });
  return { form: 'cluster', seeds, access: first.access };
}

function single(url: string): Place {
  const [, scheme, suffix = '', rest = ''] = SCHEME.exec(url) ?? [];
  if (scheme === undefined) throw wrong('This is not the URL of a Redis store.');
  const at = rest.lastIndexOf('@');
  const [hosts = '', ...path] = rest.slice(at + 1).split('/');
  const access = accessOf(at < 0 ? '' : rest.slice(0, at), scheme === 'rediss');
  const port = suffix === '+sentinel' ? SENTINEL_PORT : PORT;
  const addresses = hosts.split(',').map((host) => addressOf(host, port));
  if (suffix === '+sentinel') return sentinelPlace(addresses, path, access);
  if (suffix === '+cluster') return clusterPlace(addresses, path, access);
  const [address, ...others] = addresses;
  if (!address || others.length > 0) throw wrong('A redis:// URL names one server.');
  return { form: 'standalone', address, access: { ...access, ...databaseOf(path) } };
}

function sentinelPlace(sentinels: readonly Address[], path: readonly string[], access: Access): Place {
  const [primary = '', ...rest] = path.map(decoded);
  if (primary === '') throw wrong('The URL of Sentinels ends with the name of the primary that they watch.');
  return { form: 'sentinel', sentinels, primary, access: { ...access, ...databaseOf(rest) } };
}

function clusterPlace(seeds: readonly Address[], path: readonly string[], access: Access): Place {
  if (path.some((part) => part !== '')) throw wrong('A cluster has no databases.');
  return { form: 'cluster', seeds, access };
}

function accessOf(credentials: string, tls: boolean): Access {
  const colon = credentials.indexOf(':');
  const username = decoded(colon < 0 ? credentials : credentials.slice(0, colon));
  const password = colon < 0 ? '' : decoded(credentials.slice(colon + 1));
  return { ...(username && { username }), ...(password && { password }), tls };
}

function databaseOf([text = '', ...rest]: readonly string[]): Pick<Access, 'database'> {
  if (rest.length > 0) throw wrong('The path of the URL is too long.');
  if (text === '') return {};
  if (!/^\d{1,5}$/.test(text)) throw wrong('The database of the URL is not a number.');
  return { database: Number(text) };
}

function addressOf(text: string, defaultPort: number): Address {
  const [, six, name, port] = /^(?:\[([\da-fA-F:.]+)\]|([^\s:[\]@]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = six ?? name;
  const number = port === undefined ? defaultPort : Number(port);
  if (host === undefined || number < 1 || number > 65_535) {
    throw wrong('The URL has a server that is not host:port.');
  }
  return { host, port: number };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw wrong('The URL has a % that is not followed by two hexadecimal digits.', cause);
  }
}

function wrong(what: string, cause?: unknown): TypeError {
  return new TypeError(`${what} Give one of: ${FORMS}.`, cause === undefined ? undefined : { cause });
}
