import { expect } from 'vitest';
import { inTime } from '../support/access-tokens.ts';
import { originNetwork, queryText } from '../support/origin-network.ts';
import { hangs, lineOf, scriptedClient } from '../support/unit-client.ts';
import {
  type ClientSide,
  OBJECTS,
  type OriginSide,
  type OtherRequest,
  PLAIN,
  type RequestLine,
} from './fact.ts';

type Texts = Readonly<Record<string, string>>;

const KEYS = { subscribeKey: 'S', publishKey: 'P', userId: 'u' } as const;
// What is not a fact of the call.
const OF_EVERY_REQUEST = ['uuid', 'pnsdk', 'signature', 'timestamp'];
const JSON_TYPE = { 'content-type': OBJECTS };

/** The client's call sends the request, and makes the result or the failure of its answer. */
export async function checkClient(request: RequestLine, side: ClientSide): Promise<void> {
  const { earlier = [], answer, known = {}, options } = side;
  // A poll is answered once, or the loop would never rest.
  const steps = answer ? [...earlier, answer, ...(isPoll(request) ? [hangs] : [])] : [hangs];
  const { pubnub, clock, requests, close } = scriptedClient(steps, { ...KEYS, ...options });
  const outcome = side.call(pubnub, { clock, requests }).then(
    (result) => ({ result }),
    (failure: unknown) => ({ failure }),
  );
  const told = await inTime(clock, outcome);
  if (side.failure) expect(told).toEqual({ failure: expect.objectContaining(side.failure) });
  else expect(told).toEqual({ result: side.result });
  if (!answer) expect(requests).toEqual([]);
  else expectRequest(requests[earlier.length], request, { known, adds: side.adds ?? {} });
  // Whatever an answer to a poll holds, the next goes on where it says.
  if (answer && earlier.length > 0 && isPoll(request)) {
    const { t }: { t: { t: string; r: number } } = JSON.parse(answer.body ?? '');
    expect(lineOf(requests[earlier.length + 1]).query).toMatchObject({ tt: t.t, tr: `${t.r}` });
  }
  await close();
}

function expectRequest(
  sent: (Parameters<typeof lineOf>[0] & { body?: unknown; headers?: object }) | undefined,
  request: RequestLine,
  { known, adds }: { readonly known: Texts; readonly adds: Texts },
): void {
  const { method, path, query } = lineOf(sent);
  expect(`${method} ${path}`).toBe(filled(request.line, known));
  const wanted = Object.entries({ ...request.query, ...adds }).map(
    ([name, value]) => [name, encoded(filled(value, known))] as const,
  );
  const others = isPoll(request) ? [...OF_EVERY_REQUEST, 'heartbeat'] : OF_EVERY_REQUEST;
  const own = Object.entries(query).filter(([name]) => !others.includes(name));
  expect(Object.fromEntries(own)).toEqual(Object.fromEntries(wanted));
  const body: unknown = typeof sent?.body === 'string' ? JSON.parse(sent.body) : undefined;
  expect(body).toEqual(filledIn(request.body, known));
  expect(sent?.headers).toMatchObject(request.headers ?? {});
}

/** The origin answers the request, and that of other clients, as the fact says. */
export async function checkOrigin(request: RequestLine, side: OriginSide): Promise<void> {
  for (const other of [{ who: 'ours' }, ...(side.others ?? [])]) await checkAnswer(request, side, other);
}

async function checkAnswer(request: RequestLine, side: OriginSide, other: OtherRequest): Promise<void> {
  const network = originNetwork(side.options);
  const known = textsOf(await side.before?.(network));
  const [method = '', path = ''] = filled(request.line, known).split(' ');
  const query = other.query ?? { ...request.query, ...side.proof, ...side.adds };
  const values = Object.entries({ uuid: 'u', ...query }).map(([name, value]) => [name, filled(value, known)]);
  const json = request.body === undefined ? undefined : JSON.stringify(filledIn(request.body, known));
  const body = other.body ?? json;
  const reply = await network.send(`${path}${queryText(Object.fromEntries(values))}`, {
    method,
    headers: { ...(body !== undefined && JSON_TYPE), ...request.headers, ...other.headers },
    ...(body !== undefined && { body }),
  });
  const { status, body: wanted, contentType = PLAIN } = side;
  expect([other.who, reply.status]).toEqual([other.who, status]);
  // What leads elsewhere has no text, and so no type.
  if (side.contentType !== undefined || reply.text !== '') expect(reply.contentType).toBe(contentType);
  if (wanted instanceof RegExp) expect(reply.text).toMatch(wanted);
  else expect(reply.json).toEqual(wanted);
  await side.after?.(network, reply, known);
  await network.origin.close();
}

const isPoll = ({ line }: RequestLine) => line.startsWith('GET /v2/subscribe/');

function textsOf(value: unknown): Texts {
  const texts = Object.entries(Object(value)).filter(([, text]) => typeof text === 'string');
  return Object.fromEntries(texts) as Texts; // All others are taken out above.
}

function filled(text: string, known: Texts): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => known[name] ?? place);
}

function filledIn(body: unknown, known: Texts): unknown {
  return typeof body === 'string' ? filled(body, known) : body;
}

// Clients encode more than the platform's function does.
function encoded(value: string): string {
  const code = (mark: string) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(value).replace(/[!~*'()]/g, code);
}
