import { checkOptions, type Kinds, NOT_EMPTY, whole } from '../origin/checks.ts';
import { interruptionOf, responseOf } from '../origin/http/fetch.ts';
import type { ServedOrigin } from '../origin/node.ts';
import { importOnNode } from './node-only.ts';
import type { NetworkParts } from './parts.ts';
import { realClock } from './system.ts';

/** The address to listen on. */
export interface ListenOptions {
  /** `0` picks one that is free. @default 0 */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
}

/** A network on a port. */
export interface Port extends AsyncDisposable {
  /** `http://127.0.0.1:41207`, for the option `origin` of a client. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const LISTEN_OPTIONS: Kinds<ListenOptions> = { port: whole(0, 65_535), host: NOT_EMPTY };

/** Puts a network on a port. Rejects when the port is taken, and on invalid options. */
export async function listen(parts: NetworkParts, options: ListenOptions | undefined): Promise<Port> {
  const address = checkOptions('network.listen()', options, LISTEN_OPTIONS);
  const { serve } = (await importOnNode('network.listen()', 'timetoken/origin/node')) as Server;
  return serve(behindWire(parts), { ...address, allowHosts: ['*'], allowOrigins: '*', clock: realClock });
}

// What the import above resolves to.
type Server = Pick<typeof import('../origin/node.ts'), 'serve'>;

/** The origin, with the wire of the network in front of it. */
function behindWire({ wire, origin }: NetworkParts): ServedOrigin {
  return {
    bodyLimit: (request) => origin.current.bodyLimit(request),
    handle: async (request) => {
      const { method, target, base = 'http://localhost', interruption } = request;
      const gone = new AbortController();
      interruption?.onAbort(() => gone.abort());
      if (interruption?.aborted) gone.abort();
      const input = new Request(`${base}${target}`, { method, signal: gone.signal });
      const { status, headers, body } = await wire.fetch(input, {
        forward: async (signal) =>
          responseOf(
            await origin.current.handle({
              method,
              target,
              base: request.base,
              header: (name) => request.header(name),
              body: request.body,
              interruption: interruptionOf(signal),
              cors: request.cors,
            }),
          ),
      });
      const { 'content-type': contentType = '', ...others } = Object.fromEntries(headers);
      return { status, contentType, body: '', ...(body && { stream: body }), headers: others };
    },
  };
}
