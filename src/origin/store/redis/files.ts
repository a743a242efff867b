import type { FileBytes, FileExcess, FilePage, FileStore, NotKept, StoredFile, Upload } from '../files.ts';
import { BlockWriter, blockStream, problemOf } from './blocks.ts';
import type { Calls } from './calls.ts';
import { listOf, numberOf, type Reply, textOf } from './reply.ts';
import type { RedisRules } from './rules.ts';

const POSITION = /^\d{1,15}$/;
const EXCESSES: readonly FileExcess[] = ['uploads', 'files', 'bytes'];

/** A stored file, and where its bytes are. */
interface Placed {
  readonly file: StoredFile;
  readonly position: string;
  readonly blob: string;
  /** The number of its blocks. */
  readonly count: number;
}

/** The files of one subscribe key, in Redis, with their bytes. */
export class RedisFiles implements FileStore {
  readonly #calls: Calls;
  readonly #rules: RedisRules;

  constructor(calls: Calls, rules: RedisRules) {
    this.#calls = calls;
    this.#rules = rules;
  }

  async announce(upload: Upload, ttlMs: number): Promise<FileExcess | undefined> {
    const { files, uploads } = this.#rules.texts;
    const args = [...files, ...uploads, Math.ceil(ttlMs), upload.id, ...textsOfUpload(upload)];
    const excess = textOf(await this.#calls.call('files.announce', args));
    return EXCESSES.find((one) => one === excess);
  }

  async announced(id: string): Promise<Upload | undefined> {
    const reply = await this.#calls.read('files.announced', [id]);
    return reply === '' ? undefined : uploadIn(id, listOf(reply));
  }

  async keep(upload: Upload, chunks: AsyncIterable<Uint8Array>): Promise<NotKept | undefined> {
    const blob = textOf(await this.#calls.call('files.begin', [upload.id]));
    let problem: NotKept | undefined;
    try {
      problem = await this.#receive(upload, blob, chunks);
    } catch (error) {
      // What cannot be ended now is given up later. If it is complete after all, this changes nothing.
      await this.#end(blob).catch(() => undefined);
      throw error;
    }
    if (problem) await this.#end(blob);
    return problem;
  }

  async list(channel: string, limit: number, after = '0'): Promise<FilePage | undefined> {
    if (!POSITION.test(after)) return undefined;
    const reply = listOf(await this.#calls.read('files.list', [channel, limit + 1, after]));
    const found: Placed[] = [];
    for (let index = 0; index < reply.length; index += 2) {
      found.push(placedIn(textOf(reply[index]), listOf(reply[index + 1])));
    }
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const files = page.map(({ file }) => file);
    return found.length > limit && last ? { files, next: last.position } : { files };
  }

  async find(id: string): Promise<StoredFile | undefined> {
    return (await this.#find(id))?.file;
  }

  async read(id: string): Promise<FileBytes | undefined> {
    const found = await this.#find(id);
    if (!found) return undefined;
    const { blob, count, file } = found;
    return { size: file.size, stream: blockStream({ calls: this.#calls, blob, count, size: file.size }) };
  }

  async remove(id: string): Promise<void> {
    await this.#calls.call('files.remove', [id]);
  }

  async #find(id: string): Promise<Placed | undefined> {
    const reply = await this.#calls.read('files.find', [id]);
    return reply === '' ? undefined : placedIn(id, listOf(reply));
  }

  async #receive(
    upload: Upload,
    blob: string,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<NotKept | undefined> {
    const writer = new BlockWriter({ calls: this.#calls, blob, rules: this.#rules });
    for await (const chunk of chunks) {
      const problem = await writer.add(chunk);
      if (problem) return problem;
    }
    const problem = await writer.end();
    if (problem) return problem;
    const args = [...this.#rules.texts.files, blob, writer.count, ...textsOfUpload(upload)];
    return problemOf(await this.#calls.call('files.complete', args));
  }

  async #end(blob: string): Promise<void> {
    await this.#calls.call('files.end', [blob]);
  }
}

// Names are kept as JSON, which can be sent whatever is in them.
function textsOfUpload({ channel, name, token, readToken }: Upload): readonly string[] {
  return [channel, JSON.stringify([name, token, readToken])];
}

function uploadIn(id: string, [channel, json]: readonly Reply[]): Upload {
  // What `textsOfUpload` has written, and nobody else writes.
  const [name, token, readToken] = JSON.parse(textOf(json)) as [string, string, string];
  return { id, channel: textOf(channel), name, token, readToken };
}

function placedIn(id: string, reply: readonly Reply[]): Placed {
  const [size, created, position, blob, count] = reply.slice(2);
  const file = { ...uploadIn(id, reply), size: numberOf(size), created: numberOf(created) };
  return { file, position: textOf(position), blob: textOf(blob), count: numberOf(count) };
}
