import type { Clock } from '../../protocol/clock.ts';
import { accessRefusal } from '../http/answer.ts';
import { bodyText } from '../http/body.ts';
import { decode, type OriginRequest, type Query, splitOnce } from '../http/request.ts';
import type { Keysets, Signer } from '../keysets.ts';
import { largeMessageBytes, type OriginLimits } from '../limits.ts';
import { fromBase64 } from './base64.ts';

const MAX_SKEW_SECONDS = 60;
const SECONDS = /^\d{1,12}$/;
const V2 = 'v2.';
// Characters that clients encode and the platform's function does not.
const MARKS = /[!~*'()]/g;

/** The parts of a request for the check of signatures and permissions. */
export interface AuthContext {
  readonly request: OriginRequest;
  readonly query: Query;
  readonly services: { readonly clock: Clock; readonly keysets: Keysets; readonly limits: OriginLimits };
  readonly subscribeKey: string;
}

/** One text that a client may have signed. */
interface Signed {
  readonly text: string;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/**
 * The keyset that signed the request (docs/reference/protocol.md, "Signatures"). Throws a `Refusal` if none did, or if the
 * timestamp is more than a minute off.
 */
export async function signerOf({ request, query, services, subscribeKey }: AuthContext): Promise<Signer> {
  const signers = services.keysets.signersOf(subscribeKey);
  if (signers.length === 0) throw accessRefusal(403, 'The keyset has no secret key: nothing can be granted');
  const timestamp = query.get('timestamp') ?? '';
  const skew = Math.abs(services.clock.now() / 1000 - Number(timestamp));
  if (!SECONDS.test(timestamp) || skew > MAX_SKEW_SECONDS) throw accessRefusal(400, 'Invalid Timestamp');
  const { limits } = services;
  const body = await bodyText(request.body, Math.max(limits.bodyBytes, largeMessageBytes(limits)));
  const signed = { request, body: typeof body === 'object' ? body.text : undefined };
  for (const signer of signers) {
    for (const { text, signature } of candidates(query.get('signature') ?? '', signed, signer)) {
      if (await signer.secret.verify(signature, Uint8Array.from(new TextEncoder().encode(text))))
        return signer;
    }
  }
  throw accessRefusal(403, 'Invalid signature');
}

interface SignedRequest {
  readonly request: OriginRequest;
  readonly body: string | undefined;
}

// Clients sign a publish as a GET, with its own method, or in the form of version 1.
function candidates(given: string, { request, body }: SignedRequest, signer: Signer): readonly Signed[] {
  const v2 = given.startsWith(V2);
  const signature = fromBase64(v2 ? given.slice(V2.length) : given);
  if (!signature) return [];
  const { method, target } = request;
  const [path = '', query = ''] = splitOnce(target, '?');
  const rest = `${signer.publishKey}\n${path}\n${sortedQuery(query)}`;
  const isPublish = path.startsWith('/publish/');
  if (!v2) return isPublish ? [{ text: `${signer.subscribeKey}\n${rest}`, signature }] : [];
  const texts = isPublish ? [`GET\n${rest}\n`] : [];
  const hasBody = method === 'POST' || method === 'PATCH';
  if (!hasBody || body !== undefined) texts.push(`${method}\n${rest}\n${hasBody ? body : ''}`);
  return texts.map((text) => ({ text, signature }));
}

/** The parameters in order, without the signature; encoded again, since clients encode in different ways. */
export function sortedQuery(query: string): string {
  const pairs = query.split('&').map((pair) => {
    const [name = '', value = ''] = splitOnce(pair, '=');
    return [name, strictlyEncoded(decode(value))] as const;
  });
  return pairs
    .filter(([name]) => name !== 'signature' && name !== '')
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map((pair) => pair.join('='))
    .join('&');
}

function strictlyEncoded(value: string): string {
  return encodeURIComponent(value).replace(
    MARKS,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

// By code unit, independent of the locale.
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
