import { PubNubError } from 'timetoken';
import { describe, expect, test } from 'vitest';
import { likelyCause } from '../../src/cli/causes.ts';
import { CommandError } from '../../src/cli/failures.ts';
import { Hints } from '../../src/cli/hints.ts';
import { FakeTerminal } from './fake-terminal.ts';

const LOCAL = { address: 'http://localhost:8090', self: 'timetoken' };
const FAR = { address: 'https://example.org', self: 'timetoken' };

function failure(code: string): PubNubError {
  const socket = Object.assign(new Error(`connect ${code}`), { code });
  // A host with two addresses fails with two errors.
  const cause = new TypeError('fetch failed', { cause: new AggregateError([socket, socket], 'all failed') });
  return new PubNubError('PN-2001', 'It failed.', { cause });
}

describe('the likely cause of a failure', () => {
  test.each([
    [
      'ECONNREFUSED',
      LOCAL,
      'Nothing listens at http://localhost:8090. Start an origin there with `timetoken serve`',
    ],
    ['ECONNREFUSED', { ...LOCAL, address: 'http://127.0.0.1:9' }, '`timetoken serve --port 9`'],
    ['ECONNREFUSED', FAR, 'Nothing listens at https://example.org. Check the host and port of --origin.'],
    ['ENOTFOUND', FAR, 'The host of https://example.org is not known here.'],
    ['EPROTO', FAR, 'https://example.org does not answer in HTTPS.'],
    ['HPE_INVALID_CONSTANT', FAR, 'give --ssl'],
  ])('%s at %j', (code, where, text) => {
    expect(likelyCause(failure(code), where)).toContain(text);
    expect(likelyCause(new CommandError('Line 1', { cause: failure(code) }), where)).toContain(text);
  });

  test.each([
    ['PN-2002', 'did not answer in time'],
    ['PN-3002', 'Give a token that allows it'],
    ['PN-3003', 'Something else than an origin'],
    ['PN-4001', 'Something else than an origin answers at http://localhost:8090'],
  ] as const)('%s', (code, text) => {
    expect(likelyCause(new PubNubError(code, 'It failed.'), LOCAL)).toContain(text);
  });

  test.each([
    ['a failure that says it all', new PubNubError('PN-3006', 'HTTP 500.')],
    ['a failure that is not of a client', Object.assign(new Error('listen'), { code: 'ENOTFOUND' })],
    ['a value that is no error', 'ECONNREFUSED'],
    ['a code that objects have', failure('toString')],
  ])('%s has none', (_name, error) => {
    expect(likelyCause(error, LOCAL)).toBe(undefined);
  });

  test('is told once, until there is another or a success', () => {
    const terminal = new FakeTerminal();
    const hints = new Hints(LOCAL, terminal);
    const [refused, unknown] = [failure('ECONNREFUSED'), failure('ENOTFOUND')];
    for (const errorData of [refused, refused, unknown]) hints.note({ errorData, nextRetryAt: 1 });
    hints.note({ errorData: undefined, nextRetryAt: undefined });
    hints.note({ errorData: refused, nextRetryAt: 1 });
    // A final failure is reported elsewhere.
    hints.note({ errorData: unknown, nextRetryAt: undefined });
    expect(terminal.stderr.lines.map((line) => line.slice(0, 11))).toEqual([
      '  Nothing l',
      '  The host ',
      '  Nothing l',
    ]);
  });
});
