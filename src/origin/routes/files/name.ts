const MAX_LENGTH = 255;
// Some clients write a name into an address as it is: what would end the name there, or be lost, must not be in it.
const UNSAFE = /[/\\?#%]|\p{Cc}|\p{Cs}/gu;

/** The name that a file gets, which may differ from the one that is asked for; `undefined` when it can get none. */
export function fileName(wanted: unknown): string | undefined {
  if (typeof wanted !== 'string' || wanted === '' || [...wanted].length > MAX_LENGTH) return undefined;
  const name = wanted.replace(UNSAFE, '_');
  // Addresses drop a segment that is one of these.
  return name === '.' || name === '..' ? name.replaceAll('.', '_') : name;
}
