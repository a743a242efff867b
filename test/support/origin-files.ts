import type { OriginLimits, OriginOptions } from '../../src/origin/index.ts';
import { Dice } from './integration-random.ts';
import { originNetwork } from './origin-network.ts';

/** What announces a file. */
export interface Announced {
  readonly data: { readonly id: string; readonly name: string };
  readonly file_upload_request: {
    readonly url: string;
    readonly method: string;
    readonly expiration_date: string;
    readonly form_fields: readonly { readonly key: string; readonly value: string }[];
  };
}

/** An origin on a virtual clock, and short ways to send and to look at files through its fetch. */
export function filesNetwork(limits: Partial<OriginLimits> = {}, options: OriginOptions = {}) {
  const network = originNetwork({ random: new Dice(1).next, limits, ...options });
  const { fetch } = network.origin;
  const call = (path: string, init?: RequestInit) => fetch(`http://files.test:99/v1/files/demo${path}`, init);
  const announce = (name: unknown, channel = 'a') =>
    call(`/channels/${encodeURIComponent(channel)}/generate-upload-url`, {
      method: 'POST',
      body: JSON.stringify({ name }),
    });
  const announced = async (name: unknown, channel?: string) => {
    const response = await announce(name, channel);
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Announced;
  };
  const post = ({ url, form_fields }: Announced['file_upload_request'], bytes: BlobPart, fileName = 'x') => {
    const form = new FormData();
    for (const { key, value } of form_fields) form.append(key, value);
    form.append('file', new Blob([bytes]), fileName);
    return fetch(url, { method: 'POST', body: form });
  };
  /** Sends a file; its id and name. */
  const send = async (name: string, bytes: BlobPart, channel?: string) => {
    const { data, file_upload_request } = await announced(name, channel);
    const response = await post(file_upload_request, bytes);
    if (response.status !== 204) throw new Error(await response.text());
    return data;
  };
  const pathOf = ({ id, name }: Announced['data'], channel = 'a') =>
    `/channels/${encodeURIComponent(channel)}/files/${id}/${encodeURIComponent(name)}`;
  return { ...network, plain: network.send, fetch, call, announce, announced, post, send, pathOf };
}

/** The code in an object store's error. */
export function codeIn(xml: string): string | undefined {
  return /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>(\w+)<\/Code><Message>[^<>&]+<\/Message><\/Error>$/.exec(
    xml,
  )?.[1];
}

/** Status, content type, and the code of an object store's answer, or its text when it is none. */
export async function verdict(response: Response) {
  const text = await response.text();
  return [response.status, response.headers.get('content-type'), codeIn(text) ?? text];
}

/** What `verdict` makes of an error. */
export const xml = (status: number, code: string) => [status, 'application/xml', code];
