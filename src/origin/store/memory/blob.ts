const FIRST_BLOCK = 1_024;
const LARGEST_BLOCK = 65_536;

/**
 * Bytes that come in chunks and are read in blocks. The chunks are copied into blocks, each as large as all before it
 * within bounds: chunks of one byte would otherwise take a hundred times their size, and a single buffer would be copied
 * each time it grows.
 */
export class MemoryBlob {
  #blocks: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;
  /** Bytes of the last block that are not used. */
  #free = 0;
  #isDropped = false;

  get size(): number {
    return this.#size;
  }

  add(chunk: Uint8Array): void {
    for (let rest = chunk; rest.length > 0; ) {
      const block = this.#last();
      const part = rest.subarray(0, this.#free);
      block.set(part, block.length - this.#free);
      this.#free -= part.length;
      this.#size += part.length;
      rest = rest.subarray(part.length);
    }
  }

  /** Gives back the room behind the last byte: there will be no more. */
  seal(): void {
    const last = this.#blocks.pop();
    if (last) this.#blocks.push(this.#free > 0 ? last.slice(0, last.length - this.#free) : last);
    this.#free = 0;
  }

  /** Lets go of the bytes. Streams that are open fail: a reader that stands still would hold them. */
  drop(): void {
    this.#isDropped = true;
    this.#blocks = [];
  }

  /** The bytes of a sealed blob, one block at a time, in copies: the reader may change them. */
  stream(): ReadableStream<Uint8Array> {
    let index = 0;
    return new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          if (this.#isDropped) throw new Error('The file was removed or replaced while it was read.');
          const block = this.#blocks[index++];
          if (block) controller.enqueue(block.slice());
          if (index >= this.#blocks.length) controller.close();
        },
      },
      // Nothing is read ahead.
      { highWaterMark: 0 },
    );
  }

  #last(): Uint8Array<ArrayBuffer> {
    const last = this.#blocks.at(-1);
    if (last && this.#free > 0) return last;
    const block = new Uint8Array(Math.min(LARGEST_BLOCK, Math.max(FIRST_BLOCK, this.#size)));
    this.#blocks.push(block);
    this.#free = block.length;
    return block;
  }
}
