// What the mistakes are made with: a client of an origin in this process, and servers of many kinds on this machine.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { PubNub, type PubNubOptions } from 'timetoken';
import { createOrigin } from 'timetoken/origin';

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice' };
const { publishKey: _, ...READER } = KEYS;

interface Place {
  /** The port that the page shows; the real one is any free one. */
  readonly shown: number;
  /** Without it, nothing listens. */
  readonly answer?: RequestListener;
}

const PLACES: Readonly<Record<string, Place>> = {
  nothing: { shown: 9090 },
  plainServer: { shown: 8080, answer: (_, response) => response.end() },
  notAnOrigin: { shown: 3000, answer: (_, response) => response.writeHead(404).end('<h1>Not found</h1>') },
  webPage: { shown: 5173, answer: (_, response) => response.end('<!doctype html>') },
  movedAway: {
    shown: 8000,
    answer: (_, response) => response.writeHead(301, { location: 'https://origin.example/' }).end(),
  },
  silent: { shown: 7000, answer: () => undefined },
};

interface Running {
  readonly server: Server;
  readonly port: number;
  readonly shown: number;
}

/** Makes mistakes, one after the other. */
export class World implements AsyncDisposable {
  readonly #running = new Map<string, Running>();

  static async start(): Promise<World> {
    const world = new World();
    for (const [name, { shown, answer }] of Object.entries(PLACES)) {
      const server = createServer(answer);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      world.#running.set(name, { server, port, shown });
      if (!answer) server.close();
    }
    return world;
  }

  /** The text that a mistake gives: of its error, of what it prints, or of the log. */
  async textOf(mistake: string): Promise<string> {
    const said: string[] = [];
    const ends: (() => Promise<unknown>)[] = [];
    const scope = this.#scope((line) => said.push(line), ends);
    try {
      // The page shows the very text that is run.
      const run = new Function(...Object.keys(scope), `return (async () => { ${mistake}\n })()`);
      await Reflect.apply(run, undefined, Object.values(scope));
    } catch (error) {
      said.push(error instanceof Error ? error.message : String(error));
    }
    for (const end of ends.reverse()) await end();
    return this.#shown([...new Set(said)].join(' '));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { server } of this.#running.values()) {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    }
  }

  #scope(say: (line: string) => void, ends: (() => Promise<unknown>)[]): Readonly<Record<string, unknown>> {
    const client = (options: Partial<PubNubOptions>) => {
      const pubnub = new PubNub({ ...KEYS, random: () => 0, ...options });
      ends.push(() => pubnub.close());
      return pubnub;
    };
    const originOf = (...given: Parameters<typeof createOrigin>) => {
      const origin = createOrigin(...given);
      ends.push(() => origin.close());
      return origin;
    };
    const { fetch } = originOf();
    const guarded = originOf({ keysets: [{ ...KEYS, secretKey: 'a secret of the server', access: true }] });
    const log = (message: string, { error }: { readonly error?: unknown } = {}) =>
      say(`In the log: ${message}${error instanceof Error ? ` (${error})` : ''}`);
    return {
      ...{ PubNub, createOrigin: originOf, keys: KEYS, print: (value: unknown) => say(String(value)) },
      moment: () => pause(50),
      pubnub: client({ fetch, logger: { warn: log, error: log } }),
      reader: new PubNub({ ...READER, fetch }),
      guarded: client({ fetch: guarded.fetch }),
      inBrowser: () => client({ fetch: () => Promise.reject(new TypeError('Failed to fetch')) }),
      at: (place: string, options: object = {}) => client({ ...options, origin: this.#real(place) }),
    };
  }

  // `localhost:9090` as the page writes it, at its real port.
  #real(place: string): string {
    let text = place;
    for (const { port, shown } of this.#running.values()) text = text.replace(`:${shown}`, `:${port}`);
    return text;
  }

  #shown(said: string): string {
    let text = said;
    for (const { port, shown } of this.#running.values())
      text = text.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), String(shown));
    // Without a network, the name server is missing too.
    return text.replaceAll('EAI_AGAIN', 'ENOTFOUND');
  }
}
