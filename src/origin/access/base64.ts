const URL_SAFE = /^[A-Za-z0-9_-]+={0,2}$/;

/** Bytes in URL-safe Base64, without padding. */
export function toBase64(bytes: Uint8Array): string {
  return toPaddedBase64(bytes).replaceAll('=', '');
}

/** Bytes in URL-safe Base64, with padding. */
export function toPaddedBase64(bytes: Uint8Array): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return text.replaceAll('+', '-').replaceAll('/', '_');
}

/** The bytes of URL-safe Base64, with padding or without; `undefined` for any other text. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!URL_SAFE.test(text)) return undefined;
  const plain = text.replaceAll('=', '').replaceAll('-', '+').replaceAll('_', '/');
  if (plain.length % 4 === 1) return undefined;
  return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
}
