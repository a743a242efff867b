const SHORTEST = 8;
const HIDDEN = '[redacted]';

/** The text with every secret taken out. Values of fewer than eight characters, as `demo`, are no secrets. */
export function redact(text: string, secrets: readonly (string | undefined)[]): string {
  let result = text;
  for (const secret of secrets) {
    if (secret === undefined || secret.length < SHORTEST) continue;
    result = result.replaceAll(secret, HIDDEN).replaceAll(encodeURIComponent(secret), HIDDEN);
  }
  return result;
}
