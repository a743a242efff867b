const TIMETOKEN = /^1\d{16}$/;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/**
 * Makes results of different runs comparable. Timetokens and ids get a name by the order in which they are first seen,
 * so that what is the same within one run has the same name; no other value is touched.
 */
export function plainer(): (result: unknown) => unknown {
  const names = new Map<string, string>();
  const nameOf = (kind: string, text: string): string => {
    const name = names.get(text) ?? `${kind} ${names.size + 1}`;
    names.set(text, name);
    return name;
  };
  const plain = (key: string, value: unknown): unknown => {
    const text = typeof value === 'number' || typeof value === 'string' ? String(value) : undefined;
    if (text === undefined) return value;
    if (TIMETOKEN.test(text)) return nameOf('timetoken', text);
    if (TIME.test(text)) return 'a time';
    if (key === 'token') return 'a token';
    return typeof value === 'string' ? value.replace(UUID, (id) => nameOf('id', id)) : value;
  };
  // Text and back: nothing that is undefined, no prototypes.
  return (result) => JSON.parse(JSON.stringify(result, plain) ?? '{}');
}
