import type { Sign } from '../../auth/authorizer.ts';
import type { RequestPlan } from '../../request/plan.ts';
import { toBase64 } from '../../runtime/bytes.ts';

/** What signs requests with the secret key of a keyset (docs/reference/protocol.md, "Signatures"). */
export function signerOf({
  publishKey,
  secretKey,
}: {
  readonly publishKey: string;
  readonly secretKey: string;
}): Sign {
  const encoder = new TextEncoder();
  let key: Promise<CryptoKey> | undefined;
  const digestOf = async (text: string) => {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    key ??= crypto.subtle.importKey('raw', encoder.encode(secretKey), algorithm, false, ['sign']);
    return new Uint8Array(await crypto.subtle.sign('HMAC', await key, encoder.encode(text)));
  };
  // The request with the time in seconds and, as the last thing, the signature over all of it.
  return async (plan, now) => {
    const url = `${plan.url}&timestamp=${Math.floor(now / 1_000)}`;
    const base64 = toBase64(await digestOf(textToSign({ ...plan, url }, publishKey)));
    const signature = base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    return { ...plan, url: `${url}&signature=v2.${signature}` };
  };
}

/** What a signature is made of: method, publish key, path, query by name, and the body. */
function textToSign({ method, url, body }: RequestPlan, publishKey: string): string {
  const start = url.indexOf('/', 'https://'.length);
  const [path = '', query = ''] = url.slice(start).split('?');
  // The service expects that, also of a publish by POST.
  const isPublish = path.startsWith('/publish');
  const signedBody = (method === 'POST' || method === 'PATCH') && !isPublish ? body : undefined;
  const text = typeof signedBody === 'string' ? signedBody : '';
  return `${isPublish ? 'GET' : method}\n${publishKey}\n${path}\n${sorted(query)}\n${text}`;
}

function sorted(query: string): string {
  return query
    .split('&')
    .map((text) => {
      const [name = '', value = ''] = text.split('=', 2);
      return { text, name, value: decodeURIComponent(value) };
    })
    .sort((one, other) => compare(one.name, other.name) || compare(one.value, other.value))
    .map(({ text }) => text)
    .join('&');
}

// By code unit, on every machine.
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
