import { described, type Kind } from '../origin/checks.ts';

/** A host, and the scheme by which it is reached: any if there is none. */
export interface HostAddress {
  readonly scheme: string | undefined;
  readonly host: string;
}

/** Reads `localhost:8090` or `http://localhost:8090`; `undefined` for anything else. */
export function addressOf(text: string): HostAddress | undefined {
  const [, scheme, host] = /^(?:(https?):\/\/)?([^\s/?#@\\]+)\/?$/i.exec(text) ?? [];
  return host !== undefined && URL.canParse(`http://${host}/`) ? { scheme, host } : undefined;
}

/** An origin that msw handlers answer for. */
export const ADDRESS: Kind = {
  problem(value) {
    if (typeof value !== 'string') return `must be a string, not ${described(value)}`;
    if (addressOf(value)) return;
    return `must be a host or an address such as http://localhost:8090, not ${JSON.stringify(value)}`;
  },
};
