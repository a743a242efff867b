import { PubNubError } from '../../errors/pubnub-error.ts';

/**
 * A file while it is downloaded. It can be read once: as a stream, or by one of the other methods; a second time fails
 * with `PN-1002`, however the first one went. Until it has been read it keeps its connection: one that is not wanted any
 * more is given back by `file.stream().cancel()`.
 */
export class DownloadedFile {
  readonly name: string;
  /** Media type, as sent by the server; encrypted files are `application/octet-stream`. */
  readonly type: string;
  /** Size in bytes, if the server sends it. */
  readonly size: number | undefined;
  #body: ReadableStream<Uint8Array> | undefined;

  constructor(
    { name, type, size }: Pick<DownloadedFile, 'name' | 'type' | 'size'>,
    body: ReadableStream<Uint8Array>,
  ) {
    this.name = name;
    this.type = type;
    this.size = size;
    this.#body = body;
  }

  /** The bytes as they come in. It fails with a `PubNubError`. The stream can be taken once; a second call throws. */
  stream(): ReadableStream<Uint8Array> {
    const body = this.#body;
    if (!body) throw readAlready();
    this.#body = undefined;
    return body;
  }

  /** All bytes, in a new array. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.arrayBuffer());
  }

  /** All bytes. */
  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#response().arrayBuffer();
  }

  /** All bytes, with the file's type. */
  async blob(): Promise<Blob> {
    return this.#response().blob();
  }

  /** All bytes, decoded as UTF-8. */
  async text(): Promise<string> {
    return this.#response().text();
  }

  #response(): Response {
    // A response, since it knows how to read a stream in each of these ways.
    return new Response(this.stream() as BodyInit, { headers: { 'content-type': this.type } });
  }
}

function readAlready(): PubNubError {
  const operation = 'PNDownloadFileOperation';
  const what = `${operation}: the file has been read already, which works once. Keep its bytes, or download it again.`;
  return new PubNubError('PN-1002', what, { operation });
}
