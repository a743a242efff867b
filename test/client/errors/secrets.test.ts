import { inspect } from 'node:util';
import { aesCbcCryptoModule, type PubNubOptions } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { fails, hangs, rejection, type Step, scriptedClient } from '../../support/unit-client.ts';

const SECRETS = {
  subscribeKey: 'sub-c-canary-0001',
  publishKey: 'pub-c-canary-0002',
  token: "p0thi-canary~'*(0003)!+/==",
} as const;
const PAYLOAD = 'payload-canary-0004';
const CANARY = /canary/;

/** Everything that a program would print of an error. */
function printed(error: unknown): string {
  return [String(error), JSON.stringify(error), inspect(error, { depth: 10, showHidden: true })].join('\n');
}

function client(step: Step, options: Partial<PubNubOptions> = {}) {
  return scriptedClient([step], { ...SECRETS, ...options });
}

describe('keys, tokens and payloads', () => {
  it.each<readonly [string, Partial<Record<keyof PubNubOptions, unknown>>]>([
    ['a subscribeKey with a space', { subscribeKey: 'sub canary' }],
    ['a publishKey with a slash', { publishKey: 'pub/canary' }],
    ['a token that is no text', { token: { canary: 'canary' } }],
    ['an origin with a password', { origin: 'https://user:canary@host' }],
    ['a userId that is too long', { userId: 'canary'.repeat(20) }],
    ['an unknown policy', { reconnectionPolicy: 'canary' }],
  ])('are not repeated by the error of a wrong option: %s', (_name, options) => {
    const construct = () => client({}, options as Partial<PubNubOptions>);
    expect(construct).toThrow(expect.objectContaining({ code: 'PN-1007' }));
    try {
      construct();
    } catch (error) {
      expect(printed(error)).not.toMatch(CANARY);
    }
  });

  it('are not repeated by the error of a payload that is not JSON', async () => {
    const { pubnub } = client({});
    const message = { text: PAYLOAD, at: { when: [1, Number.NaN] } };
    expect(printed(await rejection(pubnub.publish({ channel: 'a', message }).execute()))).not.toMatch(CANARY);
  });

  it('are secrets for as long as an answer under way may quote them: each of many tokens', async () => {
    let quoted = '';
    const { pubnub } = client(() => ({
      status: 403,
      body: JSON.stringify({ message: quoted, error: true }),
    }));
    const tokens = Array.from({ length: 12 }, (_, index) => `a-canary/of~äges-${index}`);
    for (const token of tokens) pubnub.setToken(token);
    quoted = tokens.map(encodeURIComponent).join(' ');
    expect(printed(await rejection(pubnub.publish({ channel: 'a', message: 1 }).execute()))).not.toMatch(
      CANARY,
    );
  });

  it('are secrets also where a single call brings them: a cipher key, and a token to be revoked', async () => {
    const [cipherKey, token] = ['a cipher-canary/1', 'a token-canary/2'];
    const body = JSON.stringify({ message: `${cipherKey} ${encodeURIComponent(token)}`, error: true });
    const { pubnub } = client({ status: 403, body }, { secretKey: 'the canary of the server' });
    const errors = [
      await rejection(pubnub.downloadFile({ channel: 'a', fileId: 'i', fileName: 'f', cipherKey }).execute()),
      await rejection(pubnub.revokeToken({ token }).execute()),
    ];
    expect(printed(errors[1])).not.toMatch(CANARY);
    expect(printed(errors[0]).replaceAll(encodeURIComponent(token), '')).not.toMatch(CANARY);
  });

  it('are taken out of what a crypto module throws, for messages that cannot be read as well', async () => {
    const cipherKey = 'a cipher-canary/1';
    const message = Buffer.from('no cipher text at all').toString('base64');
    const entry = { c: 'a', d: message, p: { t: '16000000000000001', r: 1 } };
    const answer = (timetoken: string, m: readonly unknown[]) => ({
      body: JSON.stringify({ t: { t: timetoken, r: 1 }, m }),
    });
    const steps = [answer('16000000000000000', []), answer('16000000000000002', [entry]), hangs];
    const cryptoModule = {
      ...aesCbcCryptoModule({ cipherKey }),
      decrypt: fails(new Error('no key p0F2AkF0canary')),
    };
    const { pubnub, clock, close } = scriptedClient(steps, { ...SECRETS, cryptoModule });
    const events: unknown[] = [];
    pubnub.on('message', (event) => void events.push(event));
    pubnub.subscribe().channels('a').execute();
    await clock.advance(2_000);
    expect(printed(events)).toContain('PN-5001');
    expect(printed(events)).not.toMatch(CANARY);
    await close();
  });
});
