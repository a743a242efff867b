import type { Clock } from '../../../protocol/clock.ts';
import { Account, type Budget, LiveRoom, NO_LIMIT } from '../budget.ts';
import type {
  FileBytes,
  FileExcess,
  FilePage,
  FileRules,
  FileStore,
  NotKept,
  StoredFile,
  Upload,
} from '../files.ts';
import { MemoryBlob } from './blob.ts';

const NO_LIMITS: FileRules = {
  files: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
  uploads: Number.POSITIVE_INFINITY,
};
const POSITION = /^\d{1,15}$/;

interface Announced {
  readonly upload: Upload;
  /** Milliseconds since the Unix epoch. */
  readonly expires: number;
}

interface Kept {
  readonly file: StoredFile;
  /** The end of the upload's validity, in milliseconds since the Unix epoch. */
  readonly expires: number;
  readonly blob: MemoryBlob;
  /** Sequence number of the upload. */
  readonly position: number;
}

/** An upload whose bytes are coming. */
interface Incoming {
  readonly blob: MemoryBlob;
  readonly expires: number;
  isRemoved: boolean;
}

/** The files of one shard, in memory. Each method does its work within one turn of the event loop. */
export class MemoryFiles implements FileStore {
  readonly #clock: Clock;
  /** By id, as they were announced: those of one origin expire in this order. */
  readonly #uploads = new Map<string, Announced>();
  /** By id, in the order in which they began. */
  readonly #incoming = new Map<string, Set<Incoming>>();
  readonly #kept = new Map<string, Kept>();
  /** Ids by channel, in order of upload. */
  readonly #channels = new Map<string, Set<string>>();
  readonly #rules: FileRules;
  readonly #account: Account;
  /** Bytes of uploads that are not complete. They are within the rules together with those of the files. */
  readonly #coming: Account;
  readonly #announced: Account;
  #position = 0;

  constructor(clock: Clock, rules: FileRules = NO_LIMITS, budget?: Budget) {
    this.#clock = clock;
    this.#rules = rules;
    this.#coming = new Account({ limits: NO_LIMIT, budget });
    const limits = new LiveRoom(rules, 'files', 'bytes');
    this.#account = new Account({ limits, budget });
    this.#announced = new Account({
      limits: new LiveRoom(rules, 'uploads'),
      budget,
    });
  }

  /** Bytes of all files, and of uploads that are not complete. */
  get bytes(): number {
    return this.#account.bytes + this.#coming.bytes;
  }

  /** Files and announced uploads. */
  get size(): number {
    return this.#account.entries + this.#announced.entries;
  }

  /** Gives back all room: the files are used no more. */
  clear(): void {
    this.#account.clear();
    this.#coming.clear();
    this.#announced.clear();
  }

  async announce(upload: Upload, ttlMs: number): Promise<FileExcess | undefined> {
    const now = this.#clock.now();
    for (const [id, { expires }] of this.#uploads) {
      if (expires > now) break;
      this.#withdraw(id);
    }
    const known = this.#uploads.get(upload.id)?.upload;
    const [more, weight] = known ? [0, weightOf(known)] : [1, 0];
    if (!this.#announced.hasRoom(more, weightOf(upload) - weight)) return 'uploads';
    const excess = this.#excess(1, 1);
    if (excess) return excess;
    this.#withdraw(upload.id);
    this.#uploads.set(upload.id, { upload, expires: now + ttlMs });
    this.#announced.add(1, weightOf(upload));
    return undefined;
  }

  async announced(id: string): Promise<Upload | undefined> {
    const { expires } = this.#uploads.get(id) ?? this.#kept.get(id) ?? { expires: 0 };
    if (expires <= this.#clock.now()) return undefined;
    return this.#uploads.get(id)?.upload ?? this.#kept.get(id)?.file;
  }

  async keep(upload: Upload, chunks: AsyncIterable<Uint8Array>): Promise<NotKept | undefined> {
    const { id } = upload;
    const incoming = this.#begin(id);
    let problem: NotKept | undefined;
    try {
      problem = await this.#receive(id, incoming, chunks);
    } finally {
      this.#end(id, incoming);
    }
    problem ??= this.#problem(id, incoming, 0);
    if (!problem) this.#complete(upload, incoming);
    return problem;
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

  async read(id: string): Promise<FileBytes | undefined> {
    const blob = this.#kept.get(id)?.blob;
    return blob && { size: blob.size, stream: blob.stream() };
  }

  async remove(id: string): Promise<void> {
    const kept = this.#kept.get(id);
    if (!kept) return;
    this.#kept.delete(id);
    kept.blob.drop();
    this.#account.remove(1, kept.file.size);
    for (const incoming of this.#incoming.get(id) ?? []) incoming.isRemoved = true;
    const ids = this.#channels.get(kept.file.channel);
    ids?.delete(id);
    if (ids?.size === 0) this.#channels.delete(kept.file.channel);
  }

  #begin(id: string): Incoming {
    const { expires } = this.#uploads.get(id) ?? this.#kept.get(id) ?? { expires: 0 };
    const incoming: Incoming = { blob: new MemoryBlob(), expires, isRemoved: false };
    this.#incoming.set(id, (this.#incoming.get(id) ?? new Set()).add(incoming));
    return incoming;
  }

  async #receive(
    id: string,
    incoming: Incoming,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<NotKept | undefined> {
    for await (const chunk of chunks) {
      const problem = this.#problem(id, incoming, chunk.length);
      if (problem) return problem;
      incoming.blob.add(chunk);
      this.#coming.add(0, chunk.length);
    }
    return undefined;
  }

  #end(id: string, incoming: Incoming): void {
    const all = this.#incoming.get(id);
    all?.delete(incoming);
    if (all?.size === 0) this.#incoming.delete(id);
    this.#coming.remove(0, incoming.blob.size);
  }

  // The file becomes visible, and replaces the one before, within one turn.
  #complete(upload: Upload, { blob, expires }: Incoming): void {
    const { id, channel } = upload;
    const known = this.#kept.get(id);
    known?.blob.drop();
    blob.seal();
    this.#withdraw(id);
    this.#account.add(known ? 0 : 1, blob.size - (known?.file.size ?? 0));
    const position = known?.position ?? ++this.#position;
    const file = { ...upload, size: blob.size, created: this.#clock.now() };
    this.#kept.set(id, { file, expires, blob, position });
    this.#channels.set(channel, (this.#channels.get(channel) ?? new Set()).add(id));
  }

  #problem(id: string, incoming: Incoming, bytes: number): NotKept | undefined {
    if (incoming.isRemoved) return 'removed';
    const known = this.#kept.get(id);
    const [first] = this.#incoming.get(id) ?? [];
    // What will be replaced does not count against the limit; once only, whatever number of uploads would replace it.
    const replaced = incoming === first ? (known?.file.size ?? 0) : 0;
    return this.#excess(known ? 0 : 1, bytes, replaced);
  }

  #excess(files: number, bytes: number, replaced = 0): FileExcess | undefined {
    // Until the end both are in memory, so both count in the budget of all.
    const excess = this.#account.excess(files, 0) ?? this.#coming.excess(0, bytes);
    if (excess) return excess === 'entries' ? 'files' : 'bytes';
    return bytes > 0 && this.bytes + bytes - replaced > this.#rules.bytes ? 'bytes' : undefined;
  }

  #withdraw(id: string): void {
    const announced = this.#uploads.get(id);
    if (!announced) return;
    this.#uploads.delete(id);
    this.#announced.remove(1, weightOf(announced.upload));
  }
}

function weightOf({ id, channel, name, token, readToken }: Upload): number {
  return id.length + channel.length + name.length + token.length + readToken.length;
}

function filesOf(page: readonly Kept[]): StoredFile[] {
  return page.map(({ file }) => file);
}
