// The library speaks of options and parameters; who uses the command line knows flags.
const FLAGS: Readonly<Record<string, string>> = {
  origin: '--origin (or TIMETOKEN_ORIGIN)',
  ssl: '--ssl (or TIMETOKEN_SSL)',
  subscribeKey: '--subscribe-key (or TIMETOKEN_SUBSCRIBE_KEY)',
  publishKey: '--publish-key (or TIMETOKEN_PUBLISH_KEY)',
  userId: '--user-id (or TIMETOKEN_USER_ID)',
  token: '--token (or TIMETOKEN_TOKEN)',
  channels: 'the channel',
  channel: 'the channel',
  channelGroups: '--group',
  withTimetoken: '--timetoken',
  customMessageType: '--type',
  ttl: '--ttl',
  meta: '--meta',
  start: '--before',
  end: '--from',
};

/** What an option may be in a program alone. */
const FOR_PROGRAMS = /, or a function\b/;

const OPTION = /(?:\b[Tt]he option )?["`](\w+)["`]/g;
const PARAMETER = /^PN\w+Operation: (\w+) (?=must|needs|is)/;

/** The message of an error, with flags in place of the names that a program uses. */
export function inFlags(message: string): string {
  return message
    .replace(FOR_PROGRAMS, '')
    .replace(PARAMETER, (whole, name: string) => (flagOf(name) ? `${flagOf(name)} ` : whole))
    .replace(OPTION, (whole, name: string) => flagOf(name) ?? whole);
}

function flagOf(name: string): string | undefined {
  return Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
}

/** A number with its noun, in the plural where it is not one. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Milliseconds as seconds, for people. */
export function secondsOf(milliseconds: number): string {
  return `${(Math.max(0, milliseconds) / 1_000).toFixed(1)} s`;
}
