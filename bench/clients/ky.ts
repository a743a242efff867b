import ky from 'ky';
import { type BenchMessage, type Connect, KEY, USER } from './client.ts';

interface Answer {
  readonly t: { readonly t: string; readonly r: number };
  readonly m: readonly { readonly d: BenchMessage }[];
}

/** No SDK at all: the same requests by ky, and nothing checked. What Timetoken adds is the difference to this. */
export const bareKy: Connect = (origin) => {
  const api = ky.create({ retry: 0, timeout: false });
  const base = `http://${origin}`;
  const closing = new AbortController();
  const { signal } = closing;
  const query = `uuid=${USER}&pnsdk=ky`;
  const poll = async (channel: string, { t, r }: Answer['t']): Promise<Answer> =>
    api.get(`${base}/v2/subscribe/${KEY}/${channel}/0?tt=${t}&tr=${r}&${query}`, { signal }).json<Answer>();
  const listen = async (channel: string, first: Answer, onMessage: (message: BenchMessage) => void) => {
    for (let cursor = first.t; !signal.aborted; ) {
      const answer = await poll(channel, cursor);
      cursor = answer.t;
      for (const { d } of answer.m) onMessage(d);
    }
  };
  return {
    publish: (channel, message) => {
      const text = encodeURIComponent(JSON.stringify(message));
      return api.get(`${base}/publish/${KEY}/${KEY}/0/${channel}/0/${text}?${query}`).json();
    },
    subscribe: async (channel, onMessage) => {
      const first = await poll(channel, { t: '0', r: 0 });
      listen(channel, first, onMessage).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    },
    close: async () => closing.abort(),
  };
};
