import { copyFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { certificates } from '../support/certificates.ts';
import { Http2Client } from '../support/http2-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { finish, start } from './fake-terminal.ts';

const made = certificates();
afterAll(() => made?.remove());

/** Certificate and key in files that a test may replace. */
function files(name: string) {
  const pair = made?.next(name);
  if (!pair) throw new Error('There is no openssl.');
  return pair.files;
}

async function serve(options: readonly string[], clock?: VirtualClock) {
  const { terminal, code } = start(['serve', '--port', '0', ...options], { ...(clock && { clock }) });
  await terminal.stdout.until('https://');
  onTestFinished(async () => {
    terminal.end();
    await code;
  });
  const url = /https:\/\/[\d.:]+/.exec(terminal.stdout.text)?.[0] ?? '';
  return { terminal, url };
}

function nameShown(url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { port, hostname } = new URL(url);
    const socket = connect({ port: Number(port), host: hostname, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

describe.skipIf(!made)('timetoken serve --cert --key', () => {
  test('listens with TLS, and serves HTTP/2', async () => {
    const { cert, key } = files('first');
    const { terminal, url } = await serve(['--cert', cert, '--key', key]);
    const client = new Http2Client(url);
    expect((await client.call({ ':path': '/time/0' })).status).toBe(200);
    client.close();
    expect(terminal.stdout.text).toContain(`origin: '${url}'`);
    expect(terminal.stderr.text).toBe('');
  });

  test('SIGHUP reads both again, and keeps them if they do not belong together', async () => {
    const [first, second] = [files('first'), files('second')];
    const { terminal, url } = await serve(['--cert', first.cert, '--key', first.key]);
    copyFileSync(second.cert, first.cert);
    terminal.hangUp();
    await terminal.stderr.until('stays in effect.\n');
    expect(terminal.stderr.text).toContain(
      `error: --key ${first.key} is not the key of --cert ${first.cert}`,
    );
    expect(await nameShown(url)).toBe('first');
    copyFileSync(second.key, first.key);
    terminal.hangUp();
    await terminal.stdout.until('Read again: the certificate.\n');
    expect(await nameShown(url)).toBe('second');
  });

  test('changes nothing of keysets and certificate if one of them is not valid', async () => {
    const [first, second] = [files('first'), files('second')];
    const keysets = `${first.cert}.json`;
    writeFileSync(keysets, '[{"subscribeKey":"demo"}]');
    const { terminal, url } = await serve(['--cert', first.cert, '--key', first.key, '--keysets', keysets]);
    copyFileSync(second.cert, first.cert);
    copyFileSync(second.key, first.key);
    writeFileSync(keysets, '[{}]');
    terminal.hangUp();
    await terminal.stderr.until('stays in effect.\n');
    expect(await nameShown(url)).toBe('first');
    writeFileSync(keysets, '[{"subscribeKey":"demo"},{"subscribeKey":"other"}]');
    terminal.hangUp();
    await terminal.stdout.until('Read again: 2 keysets and the certificate.\n');
    expect(await nameShown(url)).toBe('second');
  });

  test.each<[string, readonly string[], number, string]>([
    ['no key', ['--cert', 'CERT'], 2, '--cert needs --key'],
    ['no certificate', ['--key', 'KEY'], 2, '--key needs --cert'],
    [
      'a key that is missing',
      ['--cert', 'CERT', '--key', '/nowhere.key'],
      1,
      'error: --key /nowhere.key cannot be read: there is no such file.\n',
    ],
    ['a certificate that is none', ['--cert', 'KEY', '--key', 'KEY'], 1, 'is not a certificate as PEM'],
    [
      'a key that is none',
      ['--cert', 'CERT', '--key', 'CERT'],
      1,
      'is not a private key as PEM without a passphrase',
    ],
  ])('with %s ends with what to do', async (_name, options, code, problem) => {
    const { cert, key } = files('first');
    const given = options.map((option) => option.replace('CERT', cert).replace('KEY', key));
    const ended = await finish(['serve', '--port', '0', ...given], {});
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(problem);
    expect(ended.stderr).not.toContain('BEGIN');
  });

  test('warns of a certificate whose time is over', async () => {
    const { cert, key } = files('first');
    const clock = new VirtualClock(Date.now() + 3 * 86_400_000);
    const { terminal } = await serve(['--cert', cert, '--key', key], clock);
    await terminal.stderr.until('The certificate has expired on ');
  });
});
