import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What an origin in a process of its own is told. */
export interface OriginChildOptions {
  /** The value of `--store`. */
  readonly store: string;
  /** Default: any free port. */
  readonly port?: number;
  /** It believes that announcements are never lost. */
  readonly isBlind?: boolean;
}

const CHILD = fileURLToPath(new URL('./origin-child.ts', import.meta.url));

/** An origin in a process of its own, which a test kills and starts again on the same port. */
export class OriginProcess implements AsyncDisposable {
  readonly #options: OriginChildOptions;
  #child: ChildProcess | undefined;
  #port = 0;

  private constructor(options: OriginChildOptions) {
    this.#options = options;
  }

  /** Resolves when it listens. */
  static async start(options: OriginChildOptions): Promise<OriginProcess> {
    const process = new OriginProcess(options);
    await process.restart();
    return process;
  }

  get port(): number {
    return this.#port;
  }

  /** Starts it again, after `kill`. */
  async restart(): Promise<void> {
    const port = this.#port || this.#options.port;
    const child = fork(CHILD, [JSON.stringify({ ...this.#options, port })], { stdio: 'inherit' });
    this.#child = child;
    const exit = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`The origin ended with ${signal ?? code} before it listened.`);
    });
    const [listening] = (await Promise.race([once(child, 'message'), exit])) as [number];
    exit.catch(() => undefined);
    this.#port = listening;
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
