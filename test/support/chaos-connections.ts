import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from './integration-random.ts';

/** One thing that happens to a connection. */
export type Deed =
  | { readonly kind: 'write'; readonly bytes: Buffer }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'stop-reading' | 'read' | 'end' | 'destroy' };

/** What a random client does, and what its answers have to be if it breaks no rule. */
export interface Script {
  readonly deeds: readonly Deed[];
  /** Parts of the answers in their order. Absent: the client breaks a rule, so that any answer is right. */
  readonly expected?: readonly string[];
}

const BODY = '{"text":"hello"}';
const HISTORY = '/v2/history/sub-key/demo/channel/a?count=100';
const TARGETS = [
  '/time/0',
  '/publish/demo/demo/0/a/0/%22hello%22',
  `/publish/demo/demo/0/a/0/%22${'x'.repeat(2_000)}%22`,
  '/v2/subscribe/demo/a/0?tt=0',
  '/v2/subscribe/demo/a,b.*/0?tt=1',
  '/v2/subscribe/demo/quiet/0?tt=17000000000000000',
  HISTORY,
  '/v3/history/sub-key/demo/channel/a,b,c?max=25',
  '/v1/channel-registration/sub-key/demo/channel-group/g?add=a,b',
  '/v2/objects/demo/uuids?limit=10',
  '/v1/files/demo/channels/a/files',
  '/nowhere',
  'http://localhost/time/0',
] as const;
const HEADERS = [
  'Host: localhost',
  'Host: evil.example',
  'Origin: http://localhost:5173',
  'Origin: https://evil.example',
  'Sec-Fetch-Site: cross-site',
  'Connection: close',
  'Expect: 100-continue',
  'Expect: wonders',
  'Upgrade: websocket',
  'Content-Encoding: gzip',
  'Content-Length: 99999999999',
  'Content-Length: -1',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  `X-Long: ${'x'.repeat(20_000)}`,
  'no colon',
] as const;
const NOISE = [
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '\r\n\r\n\r\n',
  '\0\0\0\0',
  'GET / HTTP/9.9\r\n\r\n',
  'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
  'TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  `GET /${'y'.repeat(70_000)}`,
] as const;

const list = (length: number) => Array.from({ length }, (_, index) => index);

function get(target: string, headers: readonly string[] = ['Host: localhost']): string {
  return `${[`GET ${target} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`;
}

function post(dice: Dice): string {
  const head = `POST ${dice.pick(['/publish/demo/demo/0/a/0', '/v1/files/demo/uploads', '/time/0'])} HTTP/1.1\r\nHost: localhost\r\n`;
  if (dice.chance(0.5)) return `${head}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
  const size = dice.pick([1, 3, BODY.length]);
  const parts = list(Math.ceil(BODY.length / size)).map((index) =>
    BODY.slice(index * size, (index + 1) * size),
  );
  const chunks = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`);
  return `${head}Transfer-Encoding: chunked\r\n\r\n${chunks.join('')}0\r\n\r\n`;
}

function request(dice: Dice): string {
  if (dice.chance(0.25)) return post(dice);
  const headers = list(dice.below(4)).map(() => dice.pick(HEADERS));
  return get(dice.pick(TARGETS), dice.chance(0.7) ? ['Host: localhost'] : headers);
}

/** A copy with some bytes changed, dropped or doubled. */
function damaged(dice: Dice, bytes: Buffer): Buffer {
  const at = dice.below(bytes.length + 1);
  const length = dice.below(20);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  if (dice.chance(0.3)) return Buffer.concat([before, after.subarray(length)]);
  if (dice.chance(0.3)) return Buffer.concat([before, after.subarray(0, length), after]);
  return Buffer.concat([
    before,
    Buffer.from(list(length).map(() => dice.below(256))),
    after.subarray(length),
  ]);
}

/** The bytes in pieces, with pauses between some of them. */
function pieces(dice: Dice, bytes: Buffer): Deed[] {
  const deeds: Deed[] = [];
  // At most some hundred pieces: the fuzzer is not to be busy with one connection.
  const most = Math.max(dice.pick([bytes.length + 1, 1_000, 40]), bytes.length / 100);
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + dice.below(most);
    deeds.push({ kind: 'write', bytes: bytes.subarray(at, end) });
    if (dice.chance(0.3)) deeds.push({ kind: 'wait', ms: dice.below(4) });
    at = end;
  }
  return deeds;
}

/** A client that keeps to the rules, pipelines, and tells its answers apart. */
function honest(dice: Dice): Script {
  const paths = list(1 + dice.below(60)).map(() => `/v2/presence/nothing/${dice.below(1e9)}`);
  const bytes = Buffer.from(paths.map((path) => get(path)).join(''));
  return { deeds: pieces(dice, bytes), expected: paths.map((path) => `Not found: '${path}'`) };
}

/** A client that asks for much and reads nothing. */
function greedy(dice: Dice): Script {
  const bytes = Buffer.from(get(dice.pick(TARGETS)).repeat(1 + dice.below(300)));
  const after: Deed[] = [
    { kind: 'wait', ms: dice.below(500) },
    { kind: dice.pick(['read', 'end', 'destroy']) },
  ];
  return { deeds: [{ kind: 'stop-reading' }, ...pieces(dice, bytes), ...after] };
}

function broken(dice: Dice): Script {
  const parts = list(1 + dice.below(dice.pick([2, 10, 150]))).map(() =>
    dice.chance(0.05) ? dice.pick(NOISE) : request(dice),
  );
  let bytes = Buffer.from(parts.join(''), 'latin1');
  for (let count = dice.below(3); count > 0; count--) bytes = Buffer.from(damaged(dice, bytes));
  const deeds = pieces(dice, bytes.subarray(0, dice.chance(0.2) ? dice.below(bytes.length) : bytes.length));
  if (dice.chance(0.2)) deeds.splice(dice.below(deeds.length), 0, { kind: 'stop-reading' });
  const end: Deed[] = [{ kind: 'wait', ms: dice.below(50) }];
  if (dice.chance(0.7)) end.push({ kind: dice.pick(['end', 'destroy', 'read']) });
  return { deeds: [...deeds, ...end] };
}

/** A random client. */
export function scriptOf(dice: Dice): Script {
  return dice.pick([honest, greedy, broken, broken])(dice);
}

function act(socket: Socket, deed: Deed): void {
  if (deed.kind === 'write' && socket.writable) socket.write(deed.bytes);
  else if (deed.kind === 'stop-reading') socket.pause();
  else if (deed.kind === 'read') socket.resume();
  else if (deed.kind === 'end') socket.end();
  else if (deed.kind === 'destroy') socket.destroy();
}

/**
 * Plays a script against a port. Resolves to what was received: up to the last answer that is expected, or until the
 * connection ends, but at most `lastMs` after the last deed.
 */
export async function play({ deeds, expected }: Script, port: number, lastMs: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  const closed = new Promise<void>((resolve) => {
    socket.on('error', () => undefined).once('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      if (!expected) return;
      text += chunk.toString('latin1');
      if (text.includes(expected.at(-1) ?? '')) resolve();
    });
  });
  for (const deed of deeds) {
    if (deed.kind === 'wait') await pause(deed.ms);
    else act(socket, deed);
  }
  await Promise.race([closed, pause(lastMs)]);
  socket.destroy();
  return text;
}
