import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aesCbcCryptoModule, type Clock, type CryptoModule, PubNub, type PubNubOptions } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  SOURCE_KINDS,
  type SourcePlan,
  type WatchedSource,
  watchedSource,
} from '../support/files-sources.ts';
import { until } from '../support/unit-wait.ts';
import { settle } from '../support/virtual-clock.ts';

type Step = 'announce' | 'upload' | 'tell';
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const PIECES = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5), Uint8Array.of(6)];
const SIZE = 6;
const ENDLESS = 1e9;

const json =
  (status: number, body: string): Answer =>
  (request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(status).end(body));
  };
const hang: Answer = (request) => void request.resume();
const hangUp: Answer = (request) => void request.socket.destroy();
/** Without waiting for the body. */
const atOnce =
  (status: number): Answer =>
  (request, response) =>
    void request.once('data', () => response.writeHead(status, { connection: 'close' }).end());

let answers: Partial<Record<Step, Answer>> = {};
const reached: Record<Step | 'encrypt', number> = { announce: 0, upload: 0, tell: 0, encrypt: 0 };
let inFlight = 0;
const server = http.createServer((request, response) => {
  const url = request.url ?? '';
  const step = url.startsWith('/bucket') ? 'upload' : url.includes('/publish-file/') ? 'tell' : 'announce';
  inFlight += 1;
  response.on('close', () => {
    inFlight -= 1;
  });
  const fine: Record<Step, Answer> = {
    announce: json(200, announcement()),
    upload: json(204, ''),
    tell: json(200, '[1,"Sent","16000000000000001"]'),
  };
  (answers[step] ?? fine[step])(request, response);
  reached[step] += 1;
});
const port = () => (server.address() as AddressInfo).port;
const announcement = () =>
  JSON.stringify({
    data: { id: 'id-1', name: 'n' },
    file_upload_request: { url: `http://127.0.0.1:${port()}/bucket`, form_fields: [] },
  });

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
/** A clock on which pauses take no time, and deadlines pass when they are told to. */
class PromptClock implements Clock {
  readonly #timers = new Map<number, { readonly long: boolean; readonly fire: () => void }>();
  #last = 0;
  now = () => Date.now();
  setTimeout = (callback: () => void, delay: number): number => {
    const id = ++this.#last;
    const fire = () => {
      if (this.#timers.delete(id)) callback();
    };
    const long = delay > 10_000;
    this.#timers.set(id, { long, fire });
    if (!long) setImmediate(fire);
    return id;
  };
  clearTimeout = (id: unknown): void => void this.#timers.delete(Number(id));
  get pending(): number {
    return this.#timers.size;
  }
  expire(): void {
    for (const { long, fire } of [...this.#timers.values()]) if (long) fire();
  }
}

interface Scene {
  readonly controller: AbortController;
  readonly clock: PromptClock;
  readonly close: () => Promise<void>;
}

/** A way out of `sendFile()`. */
interface Way {
  readonly code?: string;
  readonly call?: object;
  readonly execute?: object;
  readonly options?: Partial<PubNubOptions>;
  readonly answers?: typeof answers;
  /** When it is left: before the source is read, when it has been unless it is sent as it is read, or when it has been. */
  readonly left: 'before' | 'unread' | 'read' | 'within';
  /** Whether a source that is sent as it is read has no end. */
  readonly endless?: true;
  readonly source?: SourcePlan['end'];
  readonly size?: number;
  /** What happens before the call, or when a step is reached. */
  readonly before?: (scene: Scene) => unknown;
  readonly at?: Step | 'encrypt' | 'source';
  readonly act?: (scene: Scene) => unknown;
  /** Only where it is sent as it is read; only where it is encrypted; only where it has a size. */
  readonly only?: 'as it is read' | 'encrypted' | 'sized';
}

const abort = ({ controller }: Scene) => controller.abort(new Error('enough'));
const close = ({ close: end }: Scene) => void end();
const expire = ({ clock }: Scene) => clock.expire();
const broken: CryptoModule = {
  ...aesCbcCryptoModule({ cipherKey: 'k' }),
  encryptFile: async () => Promise.reject(new Error('no key')),
};
const endlessly = () => {
  reached.encrypt += 1;
  return new Promise<never>(() => {});
};
// A client that only listens.
const KEYLESS = { publishKey: undefined } as object;
const XML = '<Error><Code>AccessDenied</Code></Error>';

const WAYS: Readonly<Record<string, Way>> = {
  'an option that there is not': { code: 'PN-1003', execute: { sgnal: 1 }, left: 'before' },
  'an impossible option': { code: 'PN-1002', execute: { timeout: Number.NaN }, left: 'before' },
  'a parameter that there is not': { code: 'PN-1003', call: { filename: 'n' }, left: 'before' },
  'a wrong parameter': { code: 'PN-1002', call: { mimeType: 'none' }, left: 'before' },
  'no name': { code: 'PN-1001', call: { fileName: undefined }, left: 'before' },
  'no channel': { code: 'PN-1001', call: { channel: undefined }, left: 'before' },
  'a message that is too large': { code: 'PN-1005', call: { message: 'x'.repeat(40_000) }, left: 'before' },
  'a message that is no JSON': { code: 'PN-1004', call: { message: 1n }, left: 'before' },
  'a client that cannot publish': { code: 'PN-1006', options: KEYLESS, left: 'before' },
  'a signal that is aborted already': { code: 'PN-2003', before: abort, left: 'before' },
  'a client that is closed already': { code: 'PN-2004', before: ({ close: end }) => end(), left: 'before' },
  'an abort while it is read': { code: 'PN-2003', source: 'hang', at: 'source', act: abort, left: 'within' },
  'the end of the client while it is read': {
    code: 'PN-2004',
    source: 'hang',
    at: 'source',
    act: close,
    left: 'within',
  },
  'an abort while it is announced': {
    code: 'PN-2003',
    answers: { announce: hang },
    at: 'announce',
    act: abort,
    left: 'unread',
  },
  'the end of the client while it is announced': {
    code: 'PN-2004',
    answers: { announce: hang },
    at: 'announce',
    act: close,
    left: 'unread',
  },
  'no answer to the announcement': {
    code: 'PN-2002',
    answers: { announce: hang },
    at: 'announce',
    act: expire,
    left: 'unread',
  },
  'a refused announcement': {
    code: 'PN-3002',
    answers: { announce: json(403, '{"status":403}') },
    left: 'unread',
  },
  'an announcement that says nothing': {
    code: 'PN-4001',
    answers: { announce: json(200, '{}') },
    left: 'unread',
  },
  'a failing encryption': {
    code: 'PN-5002',
    options: { cryptoModule: broken },
    only: 'encrypted',
    left: 'read',
  },
  'an abort while it is encrypted': {
    code: 'PN-2003',
    options: { cryptoModule: { ...broken, encryptFile: endlessly } },
    at: 'encrypt',
    act: abort,
    only: 'encrypted',
    left: 'read',
  },
  'a refused upload': { code: 'PN-3002', answers: { upload: json(403, XML) }, left: 'read' },
  'an upload that is refused before its end': {
    code: 'PN-3002',
    answers: { upload: atOnce(403) },
    endless: true,
    only: 'as it is read',
    left: 'unread',
  },
  'an upload that fails': { code: 'PN-3006', answers: { upload: json(503, '') }, left: 'read' },
  'an upload that leads elsewhere': { code: 'PN-2005', answers: { upload: json(307, '') }, left: 'read' },
  'a connection that breaks': { code: 'PN-2001', answers: { upload: hangUp }, endless: true, left: 'unread' },
  'an abort while it is uploaded': {
    code: 'PN-2003',
    answers: { upload: hang },
    endless: true,
    at: 'upload',
    act: abort,
    left: 'unread',
  },
  'the end of the client while it is uploaded': {
    code: 'PN-2004',
    answers: { upload: hang },
    endless: true,
    at: 'upload',
    act: close,
    left: 'unread',
  },
  'an upload that takes too long': {
    code: 'PN-2002',
    answers: { upload: hang },
    endless: true,
    at: 'upload',
    act: expire,
    left: 'unread',
  },
  'more bytes than its size': { code: 'PN-1002', size: SIZE - 1, only: 'sized', left: 'within' },
  'fewer bytes than its size': { code: 'PN-1002', size: SIZE + 1, only: 'sized', left: 'read' },
  'a piece that is no bytes': { code: 'PN-1002', source: 'no-bytes', left: 'within' },
  'a failure of its own': { code: 'PN-1002', source: new Error('the disk is gone'), left: 'read' },
  'a message that is refused': {
    code: 'PN-3002',
    answers: { tell: json(403, '{"status":403}') },
    left: 'read',
  },
  'an abort while the channel is told': {
    code: 'PN-2003',
    answers: { tell: hang },
    at: 'tell',
    act: abort,
    left: 'read',
  },
  'the end of the client while the channel is told': {
    code: 'PN-2004',
    answers: { tell: hang },
    at: 'tell',
    act: close,
    left: 'read',
  },
  success: { left: 'read' },
  'success before all was read': {
    answers: { upload: atOnce(204) },
    endless: true,
    only: 'as it is read',
    left: 'unread',
  },
};

const TRANSPORTS: readonly (readonly [string, () => Partial<PubNubOptions>])[] = [
  ['fetch', () => ({})],
  ['node:http', () => ({ transport: nodeTransport() })],
];

const FORMS = [
  ['without a size', false, false],
  ['with a size', true, false],
  ['without a size, encrypted', false, true],
  ['with a size, encrypted', true, true],
] as const;

/** Whether such a file is left in such a way. */
function fits({ only }: Way, sized: boolean, encrypted: boolean): boolean {
  if (only === 'encrypted') return encrypted;
  if (only === 'sized') return sized;
  return only === undefined || (sized && !encrypted);
}

/** Sends a file until it is left in the given way, and what came of it. */
async function leave(
  way: Way,
  kind: string,
  more: { sized: boolean; encrypted: boolean; transport: object },
) {
  const { sized, encrypted, transport } = more;
  const streams = sized && !encrypted;
  const endless = way.endless && streams;
  // A byte stream refuses what is no bytes by itself.
  const source = watchedSource(kind, { pieces: PIECES, end: endless ? 'more' : (way.source ?? 'close') });
  const clock = new PromptClock();
  answers = way.answers ?? {};
  Object.assign(reached, { announce: 0, upload: 0, tell: 0, encrypt: 0 });
  const pubnub = new PubNub({
    ...{
      subscribeKey: 'demo',
      publishKey: 'demo',
      userId: 'alice',
      origin: `127.0.0.1:${port()}`,
      ssl: false,
    },
    ...{
      clock,
      random: () => 0,
      ...transport,
      ...(encrypted && !way.options?.cryptoModule && { cipherKey: 'k' }),
    },
    ...way.options,
  });
  const controller = new AbortController();
  const scene: Scene = { controller, clock, close: () => pubnub.close() };
  await way.before?.(scene);
  const size = endless ? ENDLESS : (way.size ?? SIZE);
  // Some calls are wrong on purpose.
  const given = { channel: 'a', fileName: 'n', ...way.call, file: source.file, ...(sized && { size }) } as {
    channel: string;
    fileName: string;
    file: WatchedSource['file'];
  };
  let over = false;
  const call = pubnub.sendFile(given).execute({ signal: controller.signal, ...way.execute });
  const outcome = call.then(
    (result) => ({ result, code: undefined }),
    (error: { code?: unknown }) => ({ result: undefined, code: error.code }),
  );
  void outcome.then(() => {
    over = true;
  });
  const { at, act } = way;
  const isThere = () => (at === 'source' ? source.asked > PIECES.length : at && reached[at] > 0);
  while (!over) {
    // Deadlines may be those of several attempts.
    if (isThere()) await act?.(scene);
    await settle(1);
  }
  const { code, result } = await outcome;
  await settle();
  const { asked, ended } = source;
  await pubnub.close();
  return { code, result, asked, ended, source, clock };
}

describe.each(TRANSPORTS)('whatever way sendFile() ends over %s, its source is ended once', (_name, make) => {
  describe.each(Object.keys(SOURCE_KINDS))('%s:', (kind) => {
    it.each(Object.entries(WAYS))('%s', async (_way, way) => {
      for (const [form, sized, encrypted] of FORMS) {
        if (!fits(way, sized, encrypted)) continue;
        const streams = sized && !encrypted;
        const left = await leave(way, kind, { sized, encrypted, transport: make() });
        expect([form, left.code]).toEqual([form, way.code]);
        if (way.left === 'before') expect([form, left.asked]).toEqual([form, startOf(kind)]);
        // What has come to its end, or failed, is not ended.
        const byItself = way.left === 'read' || (way.left === 'unread' && !streams);
        const ofItsOwn = way.source === 'no-bytes' && FAILS_BY_ITSELF.has(kind);
        expect([form, left.ended]).toEqual([form, byItself || ofItsOwn ? 0 : 1]);
        await until('nothing is left open', () => inFlight === 0);
        await settle();
        // Nothing is read when nobody wants it.
        expect([form, left.source.asked, left.source.ended]).toEqual([form, left.asked, left.ended]);
        expect([form, left.clock.pending]).toEqual([form, 0]);
      }
    });
  });
});

/** Kinds that ask for the first piece before anybody reads. */
function startOf(_kind: string): number {
  return 0;
}

/** Kinds that notice a piece that is no bytes themselves. */
const FAILS_BY_ITSELF: ReadonlySet<string> = new Set(['a byte stream']);
