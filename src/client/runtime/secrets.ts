import { encodeSegment } from '../path.ts';

const SHORTEST = 8;
const HIDDEN = '[redacted]';

/** Signatures of requests, and access tokens by the bytes that they begin with. */
const PROOF = /\bv2\.[\w-]{43}|\b(?:p0F2|qEF2)AkF0[\w+/%-]+=*/g;

/** The text with every secret taken out. Values of fewer than eight characters, as `demo`, are no secrets. */
export function redact(text: string, secrets: readonly (string | undefined)[]): string {
  let result = text.replace(PROOF, HIDDEN);
  for (const secret of secrets) {
    if (secret === undefined || secret.length < SHORTEST) continue;
    for (const form of new Set([secret, encodeURIComponent(secret), encodeSegment(secret)])) {
      result = result.replaceAll(form, HIDDEN);
    }
  }
  return result;
}

const ADDRESS = /(\bhttps?:\/\/[^\s"'<>/?#]+)[/?#][^\s"'<>]*/gi;
const PATH = /(\/(?:publish|signal|v\d))\/[^\s"'<>]+/g;

/**
 * The text with addresses cut short: proxies and runtimes repeat the one that was asked for, which holds keys, the token
 * and, on a GET publish, the message.
 */
export function hideAddresses(text: string): string {
  return text.replace(ADDRESS, '$1/…').replace(PATH, '$1/…');
}
