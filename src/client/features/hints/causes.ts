import type { Failure } from '../../errors/hints.ts';

type Cause = readonly [sign: RegExp, hint: (address: string) => string | undefined];

const isSecure = (address: string) => address.startsWith('https');

/** Likely causes by the codes and texts of Node, Bun, Deno and browsers; the first that fits. */
const CAUSES: readonly Cause[] = [
  [/ECONNREFUSED|ConnectionRefused|connection refused/i, nothingListens],
  [
    /WRONG_VERSION|PACKET_LENGTH|EPROTO\b|corrupt message|TLS handshake failed/,
    () => 'the server there does not speak TLS; set `ssl: false`, or begin `origin` with http://',
  ],
  [/ENOTFOUND|EAI_AGAIN|dns error/, () => 'no such host is known here'],
  [
    /CERT|UNABLE_TO|SELF_SIGNED|certificate/,
    () => 'its certificate is not trusted; Node takes further authorities from NODE_EXTRA_CA_CERTS',
  ],
  [/^HPE_|HTTPParser|Malformed_HTTP|HTTP version|the HTTP\/1/, () => 'what answers there is no HTTP server'],
  [/ETIMEDOUT|CONNECT_TIMEOUT/, () => 'a firewall may drop what is sent there'],
  [/^E?CONN|UND_ERR_SOCKET|reset by peer|SendRequest|tls handshake eof/i, hungUp],
  [
    /Failed to fetch|Load failed|NetworkError when attempting|Network request failed/,
    () =>
      'browsers do not tell why; perhaps nothing listens there, the server does not allow this page (CORS), or an https page asks an http address (mixed content). The console of the browser knows more',
  ],
];

/** The likely cause of a failure. */
export function causeOf({ code, text, address }: Failure): string | undefined {
  const said = `${code ?? ''} ${text}`.trim();
  return CAUSES.find(([sign]) => sign.test(said))?.[1](address);
}

const DEFAULT_PORT = '8090';

function nothingListens(address: string): string {
  const { hostname, port } = new URL(address);
  if (!/^(localhost|127\.|\[::1])/.test(hostname)) return 'nothing listens there';
  const option = port === DEFAULT_PORT || port === '' ? '' : ` --port ${port}`;
  const ssl = isSecure(address) ? ', which needs `ssl: false`' : '';
  return `nothing listens there; start an origin with \`npx timetoken serve${option}\`${ssl}`;
}

function hungUp(address: string): string | undefined {
  return isSecure(address)
    ? undefined
    : 'the server hung up; if it speaks TLS, leave out `ssl: false`, or begin `origin` with https://';
}
