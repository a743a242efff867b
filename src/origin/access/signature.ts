import { bodyText } from '../http/body.ts';
import { accessRefusal } from '../http/refusals.ts';
import { decode, type OriginRequest } from '../http/request.ts';
import type { Signer } from '../keysets.ts';
import { largeMessageBytes } from '../limits.ts';
import type { Call } from '../routes/route.ts';
import { fromBase64 } from './base64.ts';

const MAX_SKEW_SECONDS = 60;
const SECONDS = /^\d{1,12}$/;
const V2 = 'v2.';
// What clients encode beyond what the platform's function does.
const MARKS = /[!~*'()]/g;

/** One text that a client may have signed. */
interface Signed {
  readonly text: string;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/**
 * The keyset whose secret has signed the request (docs/reference/protocol.md, "Signatures"). Throws a `Refusal` when
 * none has, or not within a minute.
 */
export async function signerOf({ request, query, services, segment }: Call): Promise<Signer> {
  const signers = services.keysets.signersOf(segment('subscribeKey'));
  if (signers.length === 0) throw accessRefusal(403, 'The keyset has no secret key: nothing can be granted');
  const timestamp = query.get('timestamp') ?? '';
  const skew = Math.abs(services.clock.now() / 1000 - Number(timestamp));
  if (!SECONDS.test(timestamp) || skew > MAX_SKEW_SECONDS) throw accessRefusal(400, 'Invalid Timestamp');
  const { limits } = services;
  const body = await bodyText(request.body, Math.max(limits.bodyBytes, largeMessageBytes(limits)));
  const wanted = { request, body: typeof body === 'object' ? body.text : undefined };
  for (const signer of signers) {
    for (const { text, signature } of candidates(query.get('signature') ?? '', wanted, signer)) {
      if (await signer.secret.verify(signature, Uint8Array.from(new TextEncoder().encode(text))))
        return signer;
    }
  }
  throw accessRefusal(403, 'Invalid signature');
}

interface Wanted {
  readonly request: OriginRequest;
  readonly body: string | undefined;
}

// Clients differ in how they sign a publish: as if it were a GET, as it is, or in the form of the first version.
function candidates(given: string, { request, body }: Wanted, signer: Signer): readonly Signed[] {
  const v2 = given.startsWith(V2);
  const signature = fromBase64(v2 ? given.slice(V2.length) : given);
  if (!signature) return [];
  const { method, target } = request;
  const [path = '', query = ''] = split(target);
  const rest = `${signer.publishKey}\n${path}\n${sortedQuery(query)}`;
  const isPublish = path.startsWith('/publish/');
  if (!v2) return isPublish ? [{ text: `${signer.subscribeKey}\n${rest}`, signature }] : [];
  const texts = isPublish ? [`GET\n${rest}\n`] : [];
  const hasBody = method === 'POST' || method === 'PATCH';
  if (!hasBody || body !== undefined) texts.push(`${method}\n${rest}\n${hasBody ? body : ''}`);
  return texts.map((text) => ({ text, signature }));
}

function split(target: string): readonly string[] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target] : [target.slice(0, mark), target.slice(mark + 1)];
}

/** The parameters in order, but for the signature itself; encoded anew, since clients send them in different ways. */
export function sortedQuery(query: string): string {
  const pairs = query.split('&').map((pair) => {
    const equals = pair.indexOf('=');
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    return [equals < 0 ? pair : pair.slice(0, equals), strictlyEncoded(decode(value))] as const;
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

// By code unit, whatever the language of the machine.
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
