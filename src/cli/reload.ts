import type { Clock } from 'timetoken';
import type { Keyset, Origin } from 'timetoken/origin';
import type { OriginServer, TlsOptions } from 'timetoken/origin/node';
import { CommandError, messageOf } from './failures.ts';
import { type KeysetOptions, keysetsFrom } from './keysets.ts';
import type { Terminal } from './terminal.ts';
import { TimeLimit } from './time-limit.ts';
import { expiryWarning, type TlsFiles, tlsFrom, tlsProblem } from './tls.ts';
import { jsonLine, visible } from './visible.ts';

const READ_SECONDS = 10;

/** The options that name files. */
export interface FileOptions extends KeysetOptions, TlsFiles {
  readonly json?: boolean;
}

/** What is read from files and from the environment. */
export interface Settings {
  readonly keysets: readonly Keyset[] | undefined;
  readonly tls: TlsOptions | undefined;
}

/** What a running command reads again. */
export interface Running {
  readonly origin: Pick<Origin, 'setKeysets'>;
  readonly server: Pick<OriginServer, 'setTls'>;
  readonly terminal: Terminal;
  readonly clock: Clock | undefined;
  now(): Date;
}

/** Reads keysets, certificate and key. Throws a `UsageError` or `CommandError` that names the first mistake. */
export async function readSettings(options: FileOptions, terminal: Terminal): Promise<Settings> {
  return { keysets: await keysetsFrom(options, terminal), tls: await tlsFrom(options) };
}

/**
 * Reads the files again whenever the process gets SIGHUP, and puts them into effect: all of them, or none if one is not valid.
 * Without files SIGHUP ends the process, as ever.
 */
export class Reloads {
  readonly #options: FileOptions;
  #running: Running | undefined;
  #isAsked = false;
  #isReading = false;

  /** From now on SIGHUP does not end the process. */
  constructor(options: FileOptions, terminal: Terminal) {
    this.#options = options;
    if (options.keysets === undefined && options.cert === undefined) return;
    terminal.onHangup(() => {
      this.#isAsked = true;
      void this.#work();
    });
  }

  /** The server listens. The files are read again if this was asked for before. */
  begin(running: Running): void {
    this.#running = running;
    void this.#work();
  }

  /** The server is closed. */
  end(): void {
    this.#running = undefined;
  }

  // Never rejects. However often it is asked while it reads, it reads once more.
  async #work(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#isAsked && this.#running) {
      this.#isAsked = false;
      await this.#reload(this.#running);
    }
    this.#isReading = false;
  }

  async #reload(running: Running): Promise<void> {
    try {
      const settings = await inTime(readSettings(this.#options, running.terminal), running);
      if (this.#running !== running) return;
      // The one of both that has not been checked yet comes first.
      if (settings.tls) running.server.setTls(settings.tls);
      if (settings.keysets && this.#options.keysets !== undefined)
        running.origin.setKeysets(settings.keysets);
      reportReload(settings, this.#options, running);
    } catch (error) {
      reportFailure(tlsProblem(error, this.#options) ?? messageOf(error), this.#options, running);
    }
  }
}

// A disk that is away for ever must not keep later reloads waiting.
async function inTime<Value>(read: Promise<Value>, { clock }: Running): Promise<Value> {
  using limit = new TimeLimit(READ_SECONDS * 1000, clock);
  const late = limit.over.then(() => {
    throw new CommandError(`The files could not be read within ${READ_SECONDS} seconds.`);
  });
  limit.start();
  return await Promise.race([read, late]);
}

function reportReload({ keysets, tls }: Settings, options: FileOptions, { terminal, now }: Running): void {
  const count = options.keysets === undefined ? undefined : keysets?.length;
  const keysetText = count === undefined ? [] : [count === 1 ? '1 keyset' : `${count} keysets`];
  const text = [...keysetText, ...(tls ? ['the certificate'] : [])].join(' and ');
  const fields = {
    type: 'reload',
    level: 'info',
    time: now().toISOString(),
    keysets: count,
    certificate: tls !== undefined,
  };
  terminal.stdout.write(options.json ? jsonLine(fields) : `Read again: ${text}.\n`);
  warnOfExpiry(tls, { terminal, now });
}

/** Warns of a certificate that is not valid now. */
export function warnOfExpiry(
  tls: TlsOptions | undefined,
  { terminal, now }: Pick<Running, 'terminal' | 'now'>,
): void {
  const warning = tls && expiryWarning(tls, now().getTime());
  if (warning !== undefined) terminal.stderr.write(`warning: ${warning}\n`);
}

function reportFailure(problem: string, { json }: FileOptions, { terminal, now }: Running): void {
  const message = `${problem} What was read before stays in effect.`;
  const fields = { type: 'error', time: now().toISOString(), level: 'error', operation: 'reload', message };
  terminal.stderr.write(json ? jsonLine(fields) : `error: ${visible(message)}\n`);
}

/** An error of a server about its certificate and key, as one of the command; others as they are. */
export function asTlsError(cause: unknown, options: FileOptions): unknown {
  const problem = tlsProblem(cause, options);
  return problem === undefined ? cause : new CommandError(problem, { cause });
}
