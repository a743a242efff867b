import type { NotKept } from '../files.ts';
import { StoreUnavailable } from '../store.ts';
import type { Calls } from './calls.ts';
import { type Reply, textOf } from './reply.ts';
import type { RedisRules } from './rules.ts';

// Bytes of one block: what Redis and a reader hold at once.
const BLOCK = 131_072;
// Arguments of one call of a function.
const PART = 8_192;
const NOTHING = new Uint8Array();
const PROBLEMS: readonly NotKept[] = ['removed', 'files', 'bytes'];

/** Where the bytes of an upload go. */
export interface BlockTarget {
  readonly calls: Calls;
  /** The name of the bytes. */
  readonly blob: string;
  /** The limits of files and of their bytes are among them. */
  readonly rules: RedisRules;
}

/**
 * Sends chunks in blocks of one size. The store hears of each chunk when it comes, so that what is coming counts, and gets
 * its bytes when a block is full: chunks of a few bytes would otherwise take many times their size.
 */
export class BlockWriter {
  readonly #target: BlockTarget;
  readonly #block = new Uint8Array(BLOCK);
  #used = 0;
  #count = 0;

  constructor(target: BlockTarget) {
    this.#target = target;
  }

  /** The blocks that were sent. */
  get count(): number {
    return this.#count;
  }

  /** Takes a chunk, which belongs to the caller again then. Resolves to the reason for which it is not taken. */
  async add(chunk: Uint8Array): Promise<NotKept | undefined> {
    let more = chunk.length;
    for (let rest = chunk; rest.length > 0; ) {
      rest = this.#fill(rest);
      if (this.#used < BLOCK) break;
      const problem = await this.#sendBlock(more);
      if (problem) return problem;
      more = 0;
    }
    return more > 0 ? this.#send(more, NOTHING) : undefined;
  }

  /** Sends what is left. */
  async end(): Promise<NotKept | undefined> {
    return this.#used > 0 ? this.#sendBlock(0) : undefined;
  }

  #fill(bytes: Uint8Array): Uint8Array {
    const part = bytes.subarray(0, BLOCK - this.#used);
    this.#block.set(part, this.#used);
    this.#used += part.length;
    return bytes.subarray(part.length);
  }

  async #sendBlock(more: number): Promise<NotKept | undefined> {
    const problem = await this.#send(more, this.#block.subarray(0, this.#used));
    this.#count++;
    this.#used = 0;
    return problem;
  }

  async #send(more: number, bytes: Uint8Array): Promise<NotKept | undefined> {
    const { calls, blob, rules } = this.#target;
    return problemOf(
      await calls.call('files.take', [...rules.texts.files, blob, more, this.#count, textOfBytes(bytes)]),
    );
  }
}

/** Bytes that are kept in blocks. */
export interface KeptBlocks {
  readonly calls: Calls;
  /** The name of the bytes. */
  readonly blob: string;
  /** The number of blocks. */
  readonly count: number;
  /** All bytes. */
  readonly size: number;
}

/** The bytes of a file, one block at a time: all of them, or an error. */
export function blockStream({ calls, blob, count, size }: KeptBlocks): ReadableStream<Uint8Array> {
  let index = 0;
  let left = size;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (index < count) {
          const text = await calls.read('files.block', [blob, index++]);
          if (text === null) throw new Error('The file was removed or replaced while it was read.');
          const block = bytesOfText(textOf(text));
          left -= block.length;
          controller.enqueue(block);
        }
        if (index < count) return;
        if (left !== 0) throw new Error('The store does not have all bytes of the file.');
        controller.close();
      },
    },
    // Nothing is read ahead.
    { highWaterMark: 0 },
  );
}

/** The reason for which a file is not kept, as the store says it. */
export function problemOf(reply: Reply): NotKept | undefined {
  const problem = textOf(reply);
  if (problem === 'gone') {
    throw new StoreUnavailable(
      'The store has given up the upload, which stood still for too long. Send the file again.',
    );
  }
  return PROBLEMS.find((one) => one === problem);
}

// The script and its answers are texts, so blocks are Base64: a third more in Redis.
function textOfBytes(bytes: Uint8Array): string {
  let characters = '';
  for (let start = 0; start < bytes.length; start += PART) {
    characters += String.fromCharCode(...bytes.subarray(start, start + PART));
  }
  return btoa(characters);
}

function bytesOfText(text: string): Uint8Array {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = characters.charCodeAt(index);
  return bytes;
}
