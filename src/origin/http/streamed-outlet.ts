import type { Lasting, Outlet } from './held.ts';

const encoder = new TextEncoder();

/**
 * An answer that lasts as a `ReadableStream`. It buffers nothing that its reader did not ask for, but one part: the reader is
 * slow from each part until it asks for the next.
 */
export class StreamedOutlet implements Outlet {
  readonly isLast = false;
  readonly stream: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(held: Lasting) {
    this.stream = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => held.resume?.(),
        cancel: () => {
          this.#controller = undefined;
          held.interrupt();
        },
      },
      { highWaterMark: 0 },
    );
  }

  write(text: string): boolean {
    this.#controller?.enqueue(encoder.encode(text));
    return false;
  }

  end(): void {
    const controller = this.#controller;
    this.#controller = undefined;
    controller?.close();
  }
}
