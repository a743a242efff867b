import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A program of this package that runs in a process of its own; it is killed with the test. */
export class Child {
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  stdout = '';
  stderr = '';
  /** The exit code; a signal's name when one ended it. */
  readonly ended: Promise<number | string | null>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.process = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: 'pipe',
    });
    this.process.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    // A program that has ended reads no more of its input.
    this.process.stdin.on('error', () => undefined);
    this.ended = once(this.process, 'close').then(([code, signal]) => code ?? signal);
    onTestFinished(() => void this.process.kill('SIGKILL'));
  }

  /** Resolves when an output holds a part; rejects when the program ends without it. */
  async until(stream: 'stdout' | 'stderr', part: string): Promise<void> {
    let ended = false;
    const end = this.ended.then(() => {
      ended = true;
    });
    while (!this[stream].includes(part)) {
      if (ended) throw new Error(`It ended without "${part}":\n${this.stdout}${this.stderr}`);
      await Promise.race([once(this.process[stream], 'data'), end]);
    }
  }
}

/** The command line, as it is built. */
export function timetoken(args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  return new Child(['dist/cli/main.js', ...args], env);
}
