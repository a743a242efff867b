import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CHANNEL, KEY } from '../load/pubsub.ts';

const BACKLOG = 4_096;
const TYPE = 'text/javascript; charset="UTF-8"';
// As long as ours, which is random.
const REGION = '100000';
const FIRST = 17_000_000_000_000_000n;

/** The bare server, and what it answers polls with at once; while that is empty, it parks them. */
export interface Bare {
  readonly port: number;
  catchUp: string;
}

/**
 * The least that a server of this protocol does with `node:http`: it parks what polls, and sends all of them the same
 * bytes as our origin when anything is published. It takes the path and the query apart, and decodes what is published; it
 * compares no name, no key and no cursor, and keeps nothing.
 */
export async function listen(): Promise<Bare> {
  let parked: ServerResponse[] = [];
  let ticks = FIRST;
  const bare = { port: 0, catchUp: '' };

  const publish = (response: ServerResponse, message: string) => {
    ticks += 1n;
    const timetoken = String(ticks);
    write(response, `[1,"Sent","${timetoken}"]`);
    const waiting = parked;
    if (waiting.length === 0) return;
    parked = [];
    const body = answerText(timetoken, envelope(timetoken, message));
    for (const one of waiting) write(one, body);
  };

  const server = createServer(
    { keepAliveTimeout: 75_000, requestTimeout: 0, noDelay: true },
    ({ url = '' }, response) => {
      const { segments, query } = partsOf(url);
      if (segments[1] === 'publish') publish(response, decodeURIComponent(segments[7] ?? ''));
      else if (bare.catchUp !== '') write(response, bare.catchUp);
      else if (query.get('tt') === '0') write(response, handshakeText(String(ticks)));
      else parked.push(response);
    },
  );
  await new Promise<void>((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, resolve);
  });
  // A server that listens on a port has an address with one.
  bare.port = (server.address() as AddressInfo).port;
  return bare;
}

// Path and query as anybody would take them apart who has to find something in them.
function partsOf(url: string): { readonly segments: readonly string[]; readonly query: URLSearchParams } {
  const [path = '', query] = url.split('?', 2);
  return { segments: path.split('/'), query: new URLSearchParams(query) };
}

function answerText(timetoken: string, envelopes: string): string {
  return `{"t":{"t":"${timetoken}","r":${REGION}},"m":[${envelopes}]}`;
}

function handshakeText(timetoken: string): string {
  return `${answerText(timetoken, '').slice(0, -1)},"s":1}`;
}

function envelope(timetoken: string, message: string): string {
  return `{"a":"1","f":0,"p":{"t":"${timetoken}","r":${REGION}},"k":"${KEY}","i":"publisher","c":"${CHANNEL}","d":${message},"b":"${CHANNEL}"}`;
}

function write(response: ServerResponse, body: string): void {
  response.sendDate = false;
  const length = String(Buffer.byteLength(body));
  const headers = [
    'cache-control',
    'no-cache',
    'content-length',
    length,
    'content-type',
    TYPE,
    'vary',
    'Origin',
  ];
  response.writeHead(200, headers);
  response.end(body);
}
