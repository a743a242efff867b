// A server that answers polls with exactly as many entries as asked for, as fast as it is polled. With an origin and a
// publisher the number of entries in an answer would be left to chance.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KEY, messageOf } from '../clients/client.ts';
import { offer } from './rpc.ts';

interface Stream {
  /** Answers that are still to be given. */
  answers: number;
  /** Entries in each. */
  size: number;
  parked: ServerResponse | undefined;
}

const streams = new Map<string, Stream>();
const POLL = /^\/v2\/subscribe\/[^/]+\/([^/]+)\/0$/;
let ticks = 0;

function timetoken(): string {
  ticks += 1;
  return `17${String(ticks).padStart(15, '0')}`;
}

function streamOf(name: string): Stream {
  const known = streams.get(name);
  if (known) return known;
  const stream: Stream = { answers: 0, size: 1, parked: undefined };
  streams.set(name, stream);
  return stream;
}

// The same members as our origin's, in the same order.
function entry(channel: string): string {
  const tt = timetoken();
  const payload = JSON.stringify(messageOf(ticks));
  return `{"a":"1","f":0,"p":{"t":"${tt}","r":1},"k":"${KEY}","i":"publisher","c":"${channel}","d":${payload}}`;
}

// An origin that tells says, in an answer this full, that nothing is missing.
function answerText(channel: string, size: number): string {
  const entries = Array.from({ length: size }, () => entry(channel));
  const told = size >= 100 ? ',"g":[]' : '';
  return `{"t":{"t":"${timetoken()}","r":1},"m":[${entries.join(',')}]${told}}`;
}

function write(response: ServerResponse, body: string): void {
  const type = 'text/javascript; charset="UTF-8"';
  const length = String(Buffer.byteLength(body));
  response.sendDate = false;
  response.writeHead(200, ['cache-control', 'no-cache', 'content-length', length, 'content-type', type]);
  response.end(body);
}

function poll(channel: string, response: ServerResponse): void {
  const stream = streamOf(channel);
  if (stream.answers > 0) {
    stream.answers -= 1;
    write(response, answerText(channel, stream.size));
  } else {
    stream.parked = response;
  }
}

const server = createServer({ keepAliveTimeout: 75_000, noDelay: true }, ({ url = '' }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://feed');
  const channel = POLL.exec(pathname)?.[1];
  if (channel === undefined) write(response, '{"status":200,"message":"OK","service":"Presence"}');
  else if ((searchParams.get('tt') ?? '0') === '0') write(response, answerText(channel, 0));
  else poll(channel, response);
});

const methods = {
  /** Starts to listen; returns `host:port`. */
  listen: () =>
    new Promise<string>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`));
    }),
  /** Lets a number of answers go to the polls on one channel. */
  release({ channel, answers, size }: { channel: string; answers: number; size: number }): void {
    const stream = streamOf(channel);
    stream.answers = answers;
    stream.size = size;
    const { parked } = stream;
    stream.parked = undefined;
    if (parked) poll(channel, parked);
  },
};

export type FeedMethods = typeof methods;

offer(methods);
