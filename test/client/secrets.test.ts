import { inspect } from 'node:util';
import fc from 'fast-check';
import { PubNub, type PubNubOptions, type TransportRequest, type TransportResponse } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { KEYS, mixed, QUOTES, type Quote, SECRETS } from '../support/secrets-escapes.ts';
import { toldOf } from '../support/secrets-oracle.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const CHOICES = fc.array(fc.nat(), { minLength: 4, maxLength: 9 });
const HOW = fc.record({
  token: SECRETS,
  cipherKey: SECRETS,
  subscribeKey: KEYS,
  publishKey: KEYS,
  choices: CHOICES,
});

type Secrets = Pick<PubNubOptions, 'subscribeKey'> &
  Required<Readonly<Record<'token' | 'cipherKey' | 'publishKey', string>>>;

interface Case {
  readonly secrets: Secrets;
  /** The secrets, each in some escapes. */
  readonly quoted: readonly string[];
  readonly choices: readonly number[];
}

const WAYS = Object.values(QUOTES);

function caseOf({ choices, ...secrets }: Secrets & { readonly choices: readonly number[] }): Case {
  const chosen = choices.slice(0, 3).map((choice): Quote => WAYS[choice % WAYS.length] ?? String);
  const ways = [...chosen, (text: string) => mixed(text, choices)];
  const quoted = Object.values(secrets).flatMap((secret) => ways.map((quote) => quote(secret)));
  return { secrets, quoted, choices };
}

/** Everything that a program might print of a value. */
function printed(value: unknown): string {
  const texts = [inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, showProxy: true })];
  texts.push(
    inspect(value, { depth: Number.POSITIVE_INFINITY, customInspect: false }),
    String(Object(value)),
  );
  texts.push(JSON.stringify(value) ?? '');
  // Links that only a walk finds.
  for (let link: unknown = value, depth = 0; link instanceof Error; link = link.cause, depth++) {
    expect(depth).toBeLessThan(50);
    texts.push(link.message, String(link.stack), String(link));
    if (link instanceof AggregateError) texts.push(...link.errors.map(printed));
  }
  return texts.join('\n');
}

function expectClean({ secrets, quoted }: Case, told: string): void {
  for (const secret of Object.values(secrets)) expect(toldOf(secret, told)).toEqual([]);
  for (const text of quoted) expect(told.includes(text)).toBe(false);
}

type Transport = (request: TransportRequest) => Promise<TransportResponse>;

function clientOf({ secrets }: Case, transport: Transport) {
  const clock = new VirtualClock();
  const logs: unknown[] = [];
  const log = (...line: readonly unknown[]) => void logs.push(line);
  const pubnub = new PubNub({
    ...{ ...secrets, transport, clock, userId: 'alice', origin: 'localhost', random: () => 0 },
    logger: { debug: log, info: log, warn: log, error: log },
  });
  return { pubnub, clock, logs };
}

function answer(status: number, body: string): Promise<TransportResponse> {
  return Promise.resolve({ status, body, headers: { get: () => null } });
}

/** JSON in which the texts are messages, keys and members, however deep. */
function bodyOf(quoted: readonly string[]): string {
  const keyed = Object.fromEntries(quoted.map((text, index) => [text, { [text]: [index, text] }]));
  return JSON.stringify({
    message: quoted.join(' '),
    error: true,
    service: quoted[0],
    payload: keyed,
    status: 403,
  });
}

class Telling extends Error {
  readonly request: Request;
  readonly #text: string;
  constructor(text: string, options: ErrorOptions) {
    super(text, options);
    this.#text = text;
    this.request = new Request('http://localhost', { headers: { authorization: encodeURIComponent(text) } });
  }
  toJSON() {
    return { said: this.#text };
  }
  [inspect.custom]() {
    return this.#text;
  }
  override toString() {
    return this.#text;
  }
}

/** What may be thrown, with a text in all places that there are. */
function thrownOf(quoted: readonly string[]): readonly unknown[] {
  const text = quoted.join(' | ');
  const plain = Object.fromEntries(quoted.map((one) => [one, one]));
  const invalid = Object.assign(new TypeError('Invalid URL'), {
    code: 'ERR_INVALID_URL',
    input: text,
    base: { text },
  });
  const renamed = Object.assign(new Error('x'), {
    name: text,
    code: text,
    [Symbol(text)]: text,
    [Symbol('s')]: text,
  });
  const hidden = Object.defineProperty(new Error('x'), 'hidden', { value: text });
  const changed = new Error(text);
  changed.message = 'changed later';
  const many = new AggregateError([new Error(text), text, plain, new Telling(text, {})], 'many', {
    cause: invalid,
  });
  const chain = new Error('a', { cause: new TypeError('b', { cause: new Error(text, { cause: plain }) }) });
  const round = new Error('round', { cause: chain });
  Object.assign(plain, { round });
  return [
    ...[
      new Error(text),
      new Telling(text, { cause: text }),
      text,
      { text, plain },
      [text],
      plain,
      Symbol(text),
    ],
    ...[invalid, renamed, hidden, changed, many, chain, round, new DOMException(text, 'AbortError')],
    ...[
      new URL(`http://localhost/${encodeURIComponent(text)}`),
      new Headers({ a: encodeURIComponent(text) }),
    ],
    ...[
      new Map([[text, text]]),
      new Set([text]),
      Buffer.from(text),
      () => text,
      Object.assign(() => 1, { text }),
    ],
    new Proxy(new Error(text), {}),
    Object.defineProperty(new Error('x'), 'input', { get: () => text, enumerable: true }),
    Object.freeze(new Error(text)),
  ];
}

/** One after the other, the same kinds of things for each secret. */
function nth<T>(list: readonly T[], { choices }: Pick<Case, 'choices'>): T {
  const found = list[(choices.at(-1) ?? 0) % list.length];
  if (found === undefined) throw new Error('the list is empty');
  return found;
}

describe('no path out of the client tells a secret', () => {
  it('in an answer that quotes it in every escape', async () => {
    const statuses = [400, 403, 404, 413, 429, 200, 207, 302];
    await fc.assert(
      fc.asyncProperty(HOW, async (how) => {
        const one = caseOf(how);
        const bodies = [bodyOf(one.quoted), JSON.stringify([0, one.quoted.join(' ')]), one.quoted.join('\n')];
        const { pubnub, logs } = clientOf(one, () => answer(nth(statuses, one), nth(bodies, one)));
        const call = pubnub.publish({ channel: 'a', message: 1 });
        const error = await call.execute().catch((thrown: unknown) => thrown);
        expectClean(one, [error, await call.envelope(), logs].map(printed).join('\n'));
      }),
      { numRuns: 1_000 },
    );
  });

  it('in what a transport throws, with it in every place and every escape', async () => {
    await fc.assert(
      fc.asyncProperty(HOW, async (how) => {
        const one = caseOf(how);
        const thrown = nth(thrownOf(one.quoted), one);
        const { pubnub, logs } = clientOf(one, () => Promise.reject(thrown));
        const call = pubnub.publish({ channel: 'a', message: 1 });
        const error = await call.execute().catch((reason: unknown) => reason);
        expectClean(one, [error, await call.envelope(), logs].map(printed).join('\n'));
      }),
      { numRuns: 1_200 },
    );
  });

  it('cut off by a proxy', async () => {
    await fc.assert(
      fc.asyncProperty(HOW, fc.nat(), async (how, chance) => {
        const { secrets, choices } = caseOf(how);
        const { token } = secrets;
        const least = Math.max(8, Math.ceil(token.length / 2));
        const beginning = Array.from(token)
          .slice(0, least + (chance % token.length))
          .join('');
        const one = { secrets, choices, quoted: [nth(WAYS, { choices })(beginning)] };
        const { pubnub, logs } = clientOf(one, () => answer(403, `Forbidden: ${one.quoted[0]}`));
        const error = await pubnub
          .publish({ channel: 'a', message: 1 })
          .execute()
          .catch((thrown: unknown) => thrown);
        expectClean(one, [error, logs].map(printed).join('\n'));
      }),
      { numRuns: 400 },
    );
  });

  it('in statuses, states and waits of the loop, in heartbeats and from a token provider', async () => {
    await fc.assert(
      fc.asyncProperty(HOW, fc.boolean(), async (how, throws) => {
        const one = caseOf(how);
        const events: unknown[] = [];
        const fail = () =>
          throws ? Promise.reject(nth(thrownOf(one.quoted), one)) : answer(403, bodyOf(one.quoted));
        const { pubnub, clock, logs } = clientOf(one, fail);
        pubnub.addListener({
          status: (status) => void events.push(status),
          state: (state) => void events.push(state),
        });
        const subscription = pubnub.subscribe().channels('a').execute();
        const { token: _, ...keys } = one.secrets;
        const known = caseOf({ ...how, token: keys.cipherKey });
        const renewing = new PubNub({
          ...{ ...keys, userId: 'alice', clock, transport: fail, random: () => 0 },
          token: () => Promise.reject(nth(thrownOf(known.quoted), one)),
        });
        const waited = subscription
          .connected({ signal: AbortSignal.abort(new Error(one.quoted.join(' '))) })
          .catch((thrown: unknown) => thrown);
        const unprovided = renewing
          .time()
          .execute()
          .catch((thrown: unknown) => thrown);
        await clock.advance(5_000);
        expect(events.length).toBeGreaterThan(1);
        expectClean(
          one,
          [await waited, events, logs.slice(0, 0), subscription, pubnub].map(printed).join('\n'),
        );
        expectClean(known, printed(await unprovided));
        for (const client of [pubnub, renewing]) {
          const closed = client.close();
          await clock.advance(200);
          await closed;
        }
      }),
      { numRuns: 100 },
    );
  });

  it('in the reason with which a caller ends a call', async () => {
    await fc.assert(
      fc.asyncProperty(HOW, async (how) => {
        const one = caseOf(how);
        const { pubnub } = clientOf(one, () => new Promise(() => {}));
        const controller = new AbortController();
        const error = pubnub
          .time()
          .execute({ signal: controller.signal })
          .catch((thrown: unknown) => thrown);
        controller.abort(nth(thrownOf(one.quoted), one));
        expectClean(one, printed(await error));
      }),
      { numRuns: 300 },
    );
  });

  it('where clients and builders are printed', () => {
    fc.assert(
      fc.property(HOW, (how) => {
        const one = caseOf(how);
        const { pubnub } = clientOf(one, () => answer(200, ''));
        const builders = [pubnub.publish({ channel: 'a' }), pubnub.time(), pubnub.subscribe().channels('a')];
        expectClean(one, [pubnub, ...builders].map(printed).join('\n'));
      }),
      { numRuns: 100 },
    );
  });
});
