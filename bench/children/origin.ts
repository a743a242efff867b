// The server of publishes and of the way from publish to receipt: our origin, as anybody would start it.
import { createOrigin } from 'timetoken/origin';
import { serve } from 'timetoken/origin/node';
import { offer } from './rpc.ts';

const methods = {
  /** Starts to listen; returns `host:port`. */
  async listen(): Promise<string> {
    const { port } = await serve(createOrigin());
    return `127.0.0.1:${port}`;
  },
};

export type OriginMethods = typeof methods;

offer(methods);
