import type { Values } from '../../endpoint.ts';
import { aborted, checkAnswer, malformed } from '../../errors/from-call.ts';
import { lostAt } from '../../errors/from-failure.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import { CRYPTO_MODULE, PROVIDER } from '../../request/call-time.ts';
import type { Executor } from '../../request/execute.ts';
import { addressOf } from '../../request/path.ts';
import type { RequestPlan } from '../../request/plan.ts';
import type { TransportResponse } from '../../request/transport.ts';
import { codecOf } from './codec.ts';
import { DownloadedFile } from './downloaded-file.ts';
import { type DownloadFileParams, downloadFile } from './file.ts';
import { limited } from './limited-stream.ts';
import { type FileOptions, watcherOf } from './progress.ts';

const { operation } = downloadFile;

const MOST_REDIRECTS = 3;

/**
 * Downloads a file: asks the origin where it is, and reads it there. That other address gets nothing of the client's: no
 * token, no user id.
 */
export async function download(
  executor: Executor,
  values: Values<DownloadFileParams>,
  options: FileOptions = {},
): Promise<DownloadedFile> {
  const plan = await executor.plan(downloadFile, values);
  const { fileName: name, cipherKey } = values;
  const codec = codecOf(executor, cipherKey);
  const open = (request: RequestPlan) => openStream(executor, request, options);
  const { fileTimeout: most } = executor.settings;
  const { signal } = options;
  if (signal?.aborted) throw aborted(operation, 'not-sent', signal.reason);
  const { headers, stream } = await executor.repeat(
    { operation, retry: 'safe' },
    async () => {
      const limits = () => executor.time.limits(operation, options, { most, from: PROVIDER });
      let place = plan.url;
      let response = await executor.authorizer.sendAuthorized(plan, { operation, limits }, open);
      refuseUnled(response, place);
      for (let hops = 0; hops < MOST_REDIRECTS; hops++) {
        const next = placeIn(response, place);
        if (next === undefined) break;
        place = next;
        response = await open({ method: 'GET', url: place, headers: {} });
      }
      return streamIn(executor, response, place);
    },
    options,
  );
  const type = headers.get('content-type') ?? OCTETS;
  if (!codec) return new DownloadedFile({ name, type, size: sizeIn(headers) }, stream);
  try {
    const encrypted = new Uint8Array(await new Response(stream as BodyInit).arrayBuffer());
    // Without a limit for the call, a crypto module has as long again as the bytes.
    const plain = await executor.within(
      executor.time.limits(operation, options, { most, from: CRYPTO_MODULE }),
      async () => codec.decryptFile(encrypted),
    );
    const bytes = new Blob([plain as BlobPart]);
    return new DownloadedFile({ name, type: OCTETS, size: bytes.size }, bytes.stream());
  } catch (cause) {
    throw PubNubError.is(cause) ? cause : notDecrypted(cause);
  }
}

const OCTETS = 'application/octet-stream';

/** Sends a request whose limits hold until the last byte of its answer has been read. */
function openStream(
  executor: Executor,
  request: RequestPlan,
  options: FileOptions,
): Promise<TransportResponse> {
  const { settings } = executor;
  const watch = watcherOf(options.onProgress, settings.logger);
  const from = addressOf(request.url);
  const limits = executor.time.limits(operation, options, { most: settings.fileTimeout, from });
  const failure = (thrown: unknown) =>
    executor.failure(operation, thrown, lostAt(request.url, settings.hints));
  return new Promise((resolve, reject) => {
    const work = async (signal: AbortSignal) => {
      const response = checkAnswer(
        operation,
        await settings.transport({ ...request, accept: 'stream', signal }),
      );
      const { stream, headers, status } = response;
      if (!stream) return resolve(response);
      if (!isSuccess(status)) {
        // The bytes of a refusal are no file; a transport gives them as text.
        stream.cancel().catch(() => undefined);
        return resolve({ ...response, stream: undefined });
      }
      const total = sizeIn(headers);
      let loaded = 0;
      const count = (bytes: number) => {
        loaded += bytes;
        watch?.({ loaded, total });
      };
      await new Promise<void>((end) => {
        resolve({ ...response, stream: limited(stream, { failure, signal, count, end }) });
      });
    };
    executor.within(limits, work).catch((error: unknown) => reject(failure(error)));
  });
}

/** An origin leads to the bytes, and never gives them itself: what it answers with is a page of something else. */
function refuseUnled({ status, stream, redirected }: TransportResponse, url: string): void {
  if (!stream || redirected !== false) return;
  stream.cancel().catch(() => undefined);
  const cause = new TypeError('it does not lead to a file');
  throw malformed(operation, { status, cause, from: addressOf(url) });
}

function placeIn({ status, headers }: TransportResponse, from: string): string | undefined {
  const location = status >= 300 && status < 400 ? headers.get('location') : null;
  if (location === null || !URL.canParse(location, from)) return undefined;
  const { href, protocol } = new URL(location, from);
  return /^https?:$/.test(protocol) ? href : undefined;
}

function streamIn(executor: Executor, response: TransportResponse, url: string) {
  const { status, headers, stream } = response;
  if (stream) return { headers, stream };
  if (!isSuccess(status)) throw executor.refusal(operation, response, { status, url });
  throw malformed(operation, { status, cause: new TypeError('the transport gives no stream') });
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

// What is compressed has more bytes than the header says.
function sizeIn(headers: TransportResponse['headers']): number | undefined {
  const length = headers.get('content-length');
  return length === null || headers.get('content-encoding') !== null ? undefined : Number(length);
}

function notDecrypted(cause: unknown): PubNubError {
  return new PubNubError('PN-5001', `${operation}: the file could not be decrypted.`, { operation, cause });
}
