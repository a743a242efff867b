import { PubNubError } from 'timetoken';

/** Where a command wanted to go, and how its user starts this program. */
export interface Whereabouts {
  /** The URL of the origin. */
  readonly address: string;
  readonly self: string;
}

type Advice = (where: Whereabouts, operation: PubNubError['operation']) => string;

// An origin of `serve` speaks HTTP unless it has a certificate.
const LOCAL = /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;
const DEFAULT_PORT = '8090';
const DEEPEST = 8;

const unknownHost: Advice = ({ address }) =>
  `The host of ${address} is not known here. Check its spelling, or name another with --origin.`;
const noTls: Advice = ({ address }) =>
  `${address} does not answer in HTTPS. An origin of \`serve\` speaks HTTP unless it has --cert: leave out --ssl and TIMETOKEN_SSL, or begin --origin with http://.`;
const notAnOrigin: Advice = ({ address }) =>
  `Something else than an origin answers at ${address}. Check the host and port of --origin.`;

// By the code of the error, or of one of its causes.
const ADVICE: Readonly<Record<string, Advice>> = {
  ECONNREFUSED: nothingListens,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  EPROTO: noTls,
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
  HPE_INVALID_CONSTANT: ({ address }) =>
    `${address} does not answer in HTTP. If it speaks HTTPS, give --ssl; else check --origin.`,
  'PN-2002': ({ address }) => `${address} did not answer in time. Check the host and port of --origin.`,
  'PN-3002': (_where, operation) =>
    operation === 'PNAccessManagerGrantToken'
      ? 'Check that the secret key and the publish key are those of the keyset.'
      : 'Give a token that allows it with --token or TIMETOKEN_TOKEN.',
  // An origin answers all that this program asks for.
  'PN-3003': notAnOrigin,
  'PN-4001': notAnOrigin,
  'PN-4002': notAnOrigin,
};

/** The likely cause of a failure and what to do, for people; `undefined` if the error says it all. */
export function likelyCause(error: unknown, where: Whereabouts): string | undefined {
  const failure = clientFailure(error);
  const codes = codesOf(failure);
  // What is deepest is closest to the cause.
  const code = codes.findLast((each) => Object.hasOwn(ADVICE, each));
  return code === undefined
    ? undefined
    : ADVICE[code]?.(where, PubNubError.is(failure) ? failure.operation : undefined);
}

function nothingListens({ address, self }: Whereabouts): string {
  const [, , port = ''] = LOCAL.exec(address) ?? [];
  if (!LOCAL.test(address)) return `Nothing listens at ${address}. Check the host and port of --origin.`;
  const number = port.slice(1);
  const start = `${self} serve${number === DEFAULT_PORT || number === '' ? '' : ` --port ${number}`}`;
  return `Nothing listens at ${address}. Start an origin there with \`${start}\`, or name another with --origin.`;
}

// Other failures, such as of a server that cannot listen, have codes of the same names and other causes.
function clientFailure(error: unknown): unknown {
  if (!(error instanceof Error) || PubNubError.is(error)) return error;
  return PubNubError.is(error.cause) ? error.cause : undefined;
}

// From the error inwards; attempts at several addresses count as causes.
function codesOf(error: unknown, depth = 0): readonly string[] {
  if (!(error instanceof Error) || depth > DEEPEST) return [];
  const { code, errors }: Readonly<Record<string, unknown>> = Object(error);
  const inner = [...(Array.isArray(errors) ? errors : []), error.cause];
  const own = PubNubError.is(error) || typeof code === 'string' ? [String(code)] : [];
  return [...own, ...inner.flatMap((each) => codesOf(each, depth + 1))];
}
