import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FakeTerminal, finish } from './fake-terminal.ts';

const manifest: { readonly version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

describe('the command line', () => {
  test.each([
    ['an unknown command', ['publsh'], /unknown command 'publsh'\n\(Did you mean publish\?\)/],
    ['an unknown option', ['serve', '--prot', '1'], /unknown option '--prot'\n\(Did you mean --port\?\)/],
    ['a missing argument', ['publish'], /missing required argument 'channel'/],
    ['too many arguments', ['publish', 'a', '1', '2'], /too many arguments/],
    ['no channel and no group', ['subscribe'], /Name a channel, or a --group/],
    ['an option without its value', ['serve', '--port'], /argument missing/],
    ['a port that is none', ['serve', '--port', '65536'], /whole number from 0 to 65535/],
    ['a port in words', ['serve', '--port', 'http'], /whole number from 0 to 65535/],
    ['a hold of zero', ['serve', '--hold', '0'], /whole number from 1 to 3600/],
    ['a count of zero', ['subscribe', 'a', '--count', '0'], /whole number from 1/],
    ['a fractional count', ['subscribe', 'a', '--count', '1.5'], /whole number from 1/],
    [
      'meta that is not JSON',
      ['publish', 'a', '1', '--meta', '{'],
      /'--meta <json>' argument '\{' is invalid. It must be JSON/,
    ],
    ['a web origin with a path', ['serve', '--allow-origin', 'http://a.example/'], /web origin such as/],
    ['nothing at all', [], /^Usage: timetoken/],
  ])('%s is wrong usage: exit code 2, and a word on the standard error', async (_name, args, message) => {
    const { code, stdout, stderr } = await finish(args, {});
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test.each([
    ['serve', '--secret-keyy=SECRET'],
    ['serve', '--secret-keyy=a\nSECRET', '--debug'],
    ['serve', '-xSECRET'],
    ['serve', 'redis://user:SECRET@host'],
    ['backup', 'redis://user:SECRET@host', 'copy.db'],
    ['backup', 'data.db', 'redis+cluster://user:SECRET@host', '--debug'],
  ])('%j is wrong usage, and what may be a secret is not printed', async (...args) => {
    const { code, stderr } = await finish(args, {});
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: .*[.'?]$/m);
    expect(stderr).not.toContain('SECRET');
  });

  test('what controls a terminal is escaped in what is told of wrong usage', async () => {
    const { stderr } = await finish(['serve', '--allow-host', 'a\nb\u001b[2J'], {});
    expect(stderr).toContain("argument 'a\\u000ab\\u001b[2J' is invalid.");
  });

  test.each([
    [['--help'], ['serve', 'publish', 'subscribe', 'Examples:', 'Exit codes:']],
    [
      ['help', 'publish'],
      ['--meta', '--no-store', 'Examples:'],
    ],
    [
      ['serve', '--help'],
      ['--port', '(default: 8090)', '--allow-origin', '--allow-host', '--hold', '--json', 'Examples:'],
    ],
    [
      ['subscribe', '--help'],
      ['ORIGIN', 'SSL', 'SUBSCRIBE_KEY', 'PUBLISH_KEY', 'USER_ID', 'TOKEN'].map(
        (name) => `TIMETOKEN_${name}`,
      ),
    ],
  ])('%j explains itself on the standard output', async (args, parts) => {
    const env = { TIMETOKEN_TOKEN: 'canary' };
    const { code, stdout, stderr } = await finish(args, {}, new FakeTerminal({ env }));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(parts.filter((part) => !stdout.includes(part))).toEqual([]);
    expect(stdout).not.toContain('canary');
  });

  test.each(['--version', '-V'])('%s prints the version of the package', async (option) => {
    expect(await finish([option], {})).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });
});
