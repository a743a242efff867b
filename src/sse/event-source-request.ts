/** The last two segments of a path, `/ACTION/TOKEN`, decoded; `undefined` if it has none. */
export function targetOf(url: string): { readonly action: string; readonly token: string } | undefined {
  // Split before it is decoded: a token may hold a slash.
  const segments = new URL(url).pathname.split('/').slice(1);
  if (segments.length < 2) return undefined;
  try {
    const [action = '', token = ''] = segments.slice(-2).map(decodeURIComponent);
    return action === '' || token === '' ? undefined : { action, token };
  } catch {
    // A percent sign without two digits, or bytes that are not UTF-8.
    return undefined;
  }
}

/** An answer that says why not, as text that no browser takes for a page. */
export function refusal(
  status: number,
  why: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${why}\n`, {
    status,
    headers: { ...headers, 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  });
}

/** A text, or the status and reason of its refusal. */
export type BodyText = { readonly text: string } | { readonly status: number; readonly why: string };

/** Reads the text of a request, up to a limit. */
export async function readText(request: Request, maxBytes: number): Promise<BodyText> {
  const tooLarge = { status: 413, why: `The text has more than ${maxBytes} bytes.` };
  if (Number(request.headers.get('content-length')) > maxBytes) return tooLarge;
  try {
    const bytes = request.body === null ? new Uint8Array() : await readUpTo(request.body, maxBytes);
    if (bytes === undefined) return tooLarge;
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { status: 400, why: 'The text did not come whole, or is not UTF-8.' };
  }
}

async function readUpTo(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the rest.
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
