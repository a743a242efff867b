// Our origin, as anybody would start it, with a publisher inside: what it reports is the CPU time of this process.
import { createOrigin } from 'timetoken/origin';
import { serve } from 'timetoken/origin/node';
import { KEY, messageOf } from '../clients/client.ts';
import { offer } from './rpc.ts';

const origin = createOrigin();

const methods = {
  /** Starts to listen; returns `host:port`. */
  async listen(): Promise<string> {
    const { port } = await serve(origin);
    return `127.0.0.1:${port}`;
  },
  /** Publishes one message after the other, so many milliseconds apart; returns the CPU time of all in microseconds. */
  async publish(job: { channel: string; count: number; pauseMs: number }): Promise<number> {
    const started = process.cpuUsage();
    for (let number = 0; number < job.count; number++) {
      const payload = encodeURIComponent(JSON.stringify(messageOf(number)));
      await origin.handle({
        method: 'GET',
        target: `/publish/${KEY}/${KEY}/0/${job.channel}/0/${payload}?uuid=publisher`,
        header: () => undefined,
        body: new Uint8Array(),
      });
      await new Promise((resolve) => setTimeout(resolve, job.pauseMs));
    }
    const { user, system } = process.cpuUsage(started);
    return user + system;
  },
};

export type PacedOriginMethods = typeof methods;

offer(methods);
