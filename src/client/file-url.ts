import type { Values } from './endpoint.ts';
import { type GetFileUrlParams, getFileUrl } from './features/files/get-file-url.ts';
import type { Executor } from './request/execute.ts';
import { planRequest } from './request/plan.ts';

/** The address of a file as far as it can be told at once: with the token that there is, and without a signature. */
export function fileUrlOf(
  { settings, identity, authorizer }: Pick<Executor, 'settings' | 'identity' | 'authorizer'>,
  file: Values<GetFileUrlParams>,
): string {
  const plan = planRequest(getFileUrl, file, { keys: settings, baseUrl: settings.baseUrl, identity });
  return authorizer.withToken(plan).url;
}
