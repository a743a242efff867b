import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hideAddresses, withoutSecrets } from '../../../src/client/runtime/secrets.ts';
import { mixed, QUOTES, type Quote, SECRETS } from '../../support/secrets-escapes.ts';

const LONG = 100_000;

function clean(text: string, ...secrets: readonly (string | undefined)[]): string {
  return withoutSecrets(text, secrets, LONG);
}

describe('a secret in a text', () => {
  it.each(Object.entries(QUOTES))('is found whatever it is, quoted as: %s', (_name, quote) => {
    fc.assert(
      fc.property(SECRETS, (secret) => {
        expect(clean(`before <${quote(secret)}> behind`, secret)).toBe('before <[redacted]> behind');
      }),
    );
  });

  it('is found with each character in another escape', () => {
    fc.assert(
      fc.property(SECRETS, fc.array(fc.nat(), { minLength: 1 }), (secret, choices) => {
        expect(clean(`before <${mixed(secret, choices)}> behind`, secret)).toBe('before <[redacted]> behind');
      }),
      { numRuns: 3_000 },
    );
  });

  it('is found in two quotes, one in the other', () => {
    const quotes = fc.constantFrom<Quote[]>(...Object.values(QUOTES));
    fc.assert(
      fc.property(SECRETS, quotes, quotes, (secret, inner, outer) => {
        expect(clean(`before <${outer(inner(secret))}> behind`, secret)).toBe('before <[redacted]> behind');
      }),
      { numRuns: 3_000 },
    );
  });

  it.each(Object.entries(QUOTES))('is found where it was cut off, quoted as: %s', (_name, quote) => {
    fc.assert(
      fc.property(SECRETS, fc.nat(), (secret, chance) => {
        const characters = Array.from(secret);
        const least = Math.max(8, Math.ceil(secret.length / 2));
        const cut = characters.slice(0, Math.max(least, chance % characters.length)).join('');
        expect(clean(`before <${quote(cut)}`, secret)).toBe('before <[redacted]');
      }),
    );
  });

  it.each([
    ['fewer than eight characters of it', 'abcdefg', 'abcdefgh'],
    ['fewer than half of it', 'abcdefghij', 'abcdefghijklmnopqrstuvw'],
    ['fewer than eight characters', 'demo', 'demo'],
    ['nothing', 'a text', undefined],
    ['nothing', 'a text', ''],
  ])('is not found in %s', (_name, text, secret) => {
    expect(clean(text, secret)).toBe(text);
  });

  it('is found beside others that begin alike', () => {
    const [one, other] = ['common-beginning-1234', 'common-beginning-5678'];
    expect(clean(`${one} ${other} ${one}${other}`, one, other)).toBe(
      '[redacted] [redacted] [redacted][redacted]',
    );
  });

  it('takes nothing else along', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(clean(text, 'a secret that is not there')).toBe(
          text.replace(/((?:auth|signature|token)=)\S+/gi, '$1…'),
        );
      }),
    );
  });

  it('is found before the text is cut, not behind', () => {
    for (const quote of Object.values(QUOTES)) {
      const text = `12345${quote('a "secret" of 1/2 ä')} and what follows`;
      for (let most = 0; most < text.length; most++) {
        const result = withoutSecrets(text, ['a "secret" of 1/2 ä'], most);
        expect(result).toMatch(/^(1?2?3?4?5?|12345\[redacted\]( [a-z ]*)?)…$/);
      }
    }
  });

  it.each([
    ['percent signs', '%', '%25'],
    ['backslashes', '\\', '\\u005c'],
    ['ampersands', '&', '&amp;'],
    ['a bit of everything', '%5c&#x25;', '\\%'],
  ])('is looked for in linear time in many %s', (_name, one, other) => {
    const times = [5_000, 40_000].map((length) => {
      const text = `${one.repeat(length)}${other.repeat(length / 5)}`.slice(0, length);
      const start = performance.now();
      clean(text, '%%%%%%%%%%%%%%%%', '\\\\\\\\\\\\\\\\\\\\', '&&&&&&&&&&&&&&', 'a common secret');
      return performance.now() - start;
    });
    expect(times[1]).toBeLessThan(2_000);
  });
});

const SIGNATURE = 'v2.kLmnOPQrstuvWXYZ0123456789abcdefg-_hijklmno4';
const TOKEN = 'qEF2AkF0GmFtet9DdHRsGDxDcmVzpURjaGFuoENncnCg+/==';

describe('credentials of any client', () => {
  it.each([SIGNATURE, TOKEN, TOKEN.replace('qEF2', 'p0F2')])(
    'are known by their first bytes: %s',
    (proof) => {
      for (const quote of Object.values(QUOTES)) {
        if (quote(proof).includes('%2570') || !quote(proof).includes(proof.slice(3, 30))) continue;
        expect(clean(`before (${quote(proof)}) behind`)).toBe('before ([redacted]) behind');
      }
    },
  );

  it.each(['auth', 'signature', 'token', 'access_token'])('lose their value as a parameter: %s', (name) => {
    for (const equals of ['=', '%3D', '%3d', '%253D', '\\u003d', '\\u003D', '&#61;', '&#x3D;'])
      for (const before of ['?', '&', '&amp;', '%26', ' '])
        expect(clean(`in ${before}${name}${equals}what%20ever&uuid=alice`)).toBe(
          `in ${before}${name}${equals}[redacted]&uuid=alice`,
        );
  });

  it('are not found in text that only looks like them', () => {
    const text = 'the token: is it auth? v2.0 of "signature", token = 1';
    expect(clean(text)).toBe(text);
  });
});

describe('a secret in two escapes, of which the second leaves no character as it is', () => {
  const each = (write: (code: number) => string) => (text: string) =>
    Array.from(text, (character) => write(character.charCodeAt(0))).join('');
  const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');
  const all = {
    percent: each((code) => `%${hex(code, 2)}`),
    json: each((code) => `\\u${hex(code, 4)}`),
    decimal: each((code) => `&#${code};`),
    hexadecimal: each((code) => `&#x${hex(code, 6)};`),
  };

  it.each(Object.keys(all).flatMap((one) => Object.keys(all).map((other) => [one, other] as const)))(
    'is found: %s in %s',
    (inner, outer) => {
      const text = Reflect.get(all, outer)(Reflect.get(all, inner)('my_secret/key=1'));
      expect(clean(`"${text}"`, 'my_secret/key=1')).toBe('"[redacted]"');
    },
  );
});

describe('an address', () => {
  it.each([
    ['http://host/a?b=c', 'http://host/…'],
    ['"https://host:8090/publish/p/s/0/c/0/%22text%22"', '"https://host:8090/…"'],
    ['https:\\/\\/host\\/v2\\/x', 'https:\\/\\/host/…'],
    ['u=http%3A%2F%2Fhost%2Fpublish%2Fp', 'u=http%3A%2F%2Fhost/…'],
    ['http:&#x2F;&#x2F;host&#x2F;signal', 'http:&#x2F;&#x2F;host/…'],
    ['Cannot GET /v2/subscribe/s/c/0', 'Cannot GET /v2/…'],
    ['Cannot GET \\/publish\\/s\\/c', 'Cannot GET \\/publish/…'],
    ['http://host', 'http://host'],
  ])('is cut short: %s', (text, expected) => {
    expect(hideAddresses(text)).toBe(expected);
  });
});
