const LOOPBACK = /^(localhost|(.+\.)?localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether an address that a server listens on can be reached from the same machine only. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/**
 * Whether a request's `Host` header is one that a server on loopback answers. A web page can make its own name point
 * to 127.0.0.1 and then read what it likes; its name stays in this header.
 */
export function isLocalHost(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined) return false;
  const name = host.replace(/:\d*$/, '').toLowerCase();
  return LOOPBACK.test(name) || allowed.some((other) => other === '*' || other.toLowerCase() === name);
}
