import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for local names with its key, and the files that they are in. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly files: { readonly cert: string; readonly key: string };
}

/**
 * Makes certificates for local names, each signed by itself, with the `openssl` of the machine. `undefined` if there is none.
 * Nothing of it is kept: `remove` deletes the files.
 */
export function certificates(): { next(name?: string): Certificate; remove(): void } | undefined {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'timetoken-tls-'));
  let count = 0;
  const next = (name = 'localhost') => {
    const files = { cert: join(folder, `${++count}.crt`), key: join(folder, `${count}.key`) };
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const output = ['-days', '2', '-keyout', files.key, '-out', files.cert];
    execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...output], { stdio: 'ignore' });
    return { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8'), files };
  };
  return { next, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
