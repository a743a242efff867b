import { X509Certificate } from 'node:crypto';
import type { TlsOptions } from 'timetoken/origin/node';
import { messageOf, UsageError } from './failures.ts';
import { readNamed } from './read-file.ts';

/** The options that name the certificate and its key. */
export interface TlsFiles {
  readonly cert?: string;
  readonly key?: string;
}

/** The certificate and the key, if files are named. Throws a `UsageError` or `CommandError` if one is missing. */
export async function tlsFrom({ cert, key }: TlsFiles): Promise<TlsOptions | undefined> {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined) throw new UsageError('--key needs --cert: name the certificate of the key.');
  if (key === undefined) throw new UsageError('--cert needs --key: name the key of the certificate.');
  return { cert: await readNamed('--cert', cert), key: await readNamed('--key', key) };
}

/** What a server says about the certificate and the key, with the names of the files; `undefined` for other errors. */
export function tlsProblem(error: unknown, { cert = '', key = '' }: TlsFiles): string | undefined {
  const message = messageOf(error);
  if (!(error instanceof TypeError) || !message.startsWith('tls.')) return undefined;
  const names: Readonly<Record<string, string>> = { 'tls.cert': `--cert ${cert}`, 'tls.key': `--key ${key}` };
  return message.replace(/tls\.(?:cert|key)/g, (name) => names[name] ?? name);
}

/** The warning for a certificate that is not valid now; `undefined` if it is. */
export function expiryWarning({ cert }: TlsOptions, now: number): string | undefined {
  const { validFrom, validTo } = new X509Certificate(cert);
  if (Date.parse(validTo) <= now) return `The certificate has expired on ${validTo}.`;
  return Date.parse(validFrom) > now ? `The certificate is not valid before ${validFrom}.` : undefined;
}
