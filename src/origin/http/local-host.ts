const LOOPBACK = /^(localhost|(.+\.)?localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * `true` for a `Host` header that a server on loopback answers. A web page can make its own name resolve to 127.0.0.1 and
 * read the answers; its name stays in this header.
 */
export function isLocalHost(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined) return false;
  const name = host.replace(/:\d*$/, '').toLowerCase();
  return LOOPBACK.test(name) || allowed.some((other) => other === '*' || other.toLowerCase() === name);
}
