import { createOrigin, type Origin, type OriginOptions, type OriginRequest } from '../../src/origin/index.ts';
import { serve } from '../../src/origin/node.ts';
import { Inbox } from './integration-inbox.ts';

/** An origin on a real socket, which a test can take down and bring up again. */
export interface ServedOrigin extends AsyncDisposable {
  readonly origin: Origin;
  readonly port: number;
  /** `127.0.0.1:8090` */
  readonly host: string;
  /** `http://127.0.0.1:8090` */
  readonly url: string;
  /** Path and query of every request, as they came over the socket. */
  readonly requests: Inbox<string>;
  /** Stops listening; what the origin knows stays. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  start(): Promise<void>;
}

/** Serves a new origin on a free port of this machine. */
export async function serveOrigin(options: OriginOptions = {}): Promise<ServedOrigin> {
  const origin = createOrigin(options);
  const requests = new Inbox<string>('requests');
  const handle = (request: OriginRequest) => {
    requests.put(request.target);
    return origin.handle(request);
  };
  const observed: Origin = { ...origin, handle };
  let server = await serve(observed);
  const { port, url } = server;
  const stop = () => server.close();
  return {
    origin,
    port,
    url,
    host: `127.0.0.1:${port}`,
    requests,
    stop,
    start: async () => {
      server = await serve(observed, { port });
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
      await origin.close();
    },
  };
}
