import type { Clock } from '../../../protocol/clock.ts';
import { Account, type Budget, NO_LIMIT } from '../budget.ts';
import type { FileExcess, FilePage, FileRules, FileStore, StoredFile, Upload } from '../files.ts';

const NO_LIMITS: FileRules = {
  files: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
  uploads: Number.POSITIVE_INFINITY,
};
const POSITION = /^\d{1,15}$/;

interface Kept {
  readonly file: StoredFile;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Sequence number of the upload. */
  readonly position: number;
}

/** The files of one shard, in memory. Each method does its work within one turn of the event loop. */
export class MemoryFiles implements FileStore {
  readonly #clock: Clock;
  /** By id, as they were announced, so that the first expires first. */
  readonly #uploads = new Map<string, Upload>();
  readonly #kept = new Map<string, Kept>();
  /** Ids by channel, in order of upload. */
  readonly #channels = new Map<string, Set<string>>();
  readonly #account: Account;
  readonly #announced: Account;
  #position = 0;

  constructor(clock: Clock, rules: FileRules = NO_LIMITS, budget?: Budget) {
    this.#clock = clock;
    this.#account = new Account({ limits: { entries: rules.files, bytes: rules.bytes }, budget });
    this.#announced = new Account({ limits: { ...NO_LIMIT, entries: rules.uploads }, budget });
  }

  /** Bytes of all files. */
  get bytes(): number {
    return this.#account.bytes;
  }

  /** Files and announced uploads. */
  get size(): number {
    return this.#account.entries + this.#announced.entries;
  }

  /** Gives back all room: the files are used no more. */
  clear(): void {
    this.#account.clear();
    this.#announced.clear();
  }

  async announce(upload: Upload): Promise<FileExcess | undefined> {
    const now = this.#clock.now();
    for (const [id, { expires }] of this.#uploads) {
      if (expires > now) break;
      this.#withdraw(id);
    }
    if (!this.#announced.hasRoom(1, weightOf(upload))) return 'uploads';
    const excess = this.#excess(1, 1);
    if (excess) return excess;
    this.#uploads.set(upload.id, upload);
    this.#announced.add(1, weightOf(upload));
    return undefined;
  }

  async announced(id: string): Promise<Upload | undefined> {
    const upload = this.#uploads.get(id) ?? this.#kept.get(id)?.file;
    return upload && upload.expires > this.#clock.now() ? upload : undefined;
  }

  async keep(upload: Upload, bytes: Uint8Array<ArrayBuffer>): Promise<FileExcess | undefined> {
    const { id, channel } = upload;
    const known = this.#kept.get(id);
    const growth = bytes.length - (known?.bytes.length ?? 0);
    const excess = this.#excess(known ? 0 : 1, growth);
    if (excess) return excess;
    this.#withdraw(id);
    this.#account.add(known ? 0 : 1, growth);
    const position = known?.position ?? ++this.#position;
    const file = { ...upload, size: bytes.length, created: this.#clock.now() };
    this.#kept.set(id, { file, bytes, position });
    this.#channels.set(channel, (this.#channels.get(channel) ?? new Set()).add(id));
    return undefined;
  }

  async list(channel: string, limit: number, after = '0'): Promise<FilePage | undefined> {
    if (!POSITION.test(after)) return undefined;
    const page: Kept[] = [];
    for (const id of this.#channels.get(channel) ?? []) {
      const kept = this.#kept.get(id);
      if (!kept || kept.position <= Number(after)) continue;
      const last = page.at(-1);
      if (page.length === limit && last) return { files: filesOf(page), next: String(last.position) };
      page.push(kept);
    }
    return { files: filesOf(page) };
  }

  async find(id: string): Promise<StoredFile | undefined> {
    return this.#kept.get(id)?.file;
  }

  async read(id: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#kept.get(id)?.bytes;
  }

  async remove(id: string): Promise<void> {
    const kept = this.#kept.get(id);
    if (!kept) return;
    this.#kept.delete(id);
    this.#account.remove(1, kept.bytes.length);
    const ids = this.#channels.get(kept.file.channel);
    ids?.delete(id);
    if (ids?.size === 0) this.#channels.delete(kept.file.channel);
  }

  #excess(files: number, bytes: number): FileExcess | undefined {
    const excess = this.#account.excess(files, bytes);
    return excess === 'entries' ? 'files' : excess && 'bytes';
  }

  #withdraw(id: string): void {
    const upload = this.#uploads.get(id);
    if (!upload) return;
    this.#uploads.delete(id);
    this.#announced.remove(1, weightOf(upload));
  }
}

function weightOf({ id, channel, name, token, readToken }: Upload): number {
  return id.length + channel.length + name.length + token.length + readToken.length;
}

function filesOf(page: readonly Kept[]): StoredFile[] {
  return page.map(({ file }) => file);
}
