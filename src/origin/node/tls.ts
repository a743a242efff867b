import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { createSecureContext, type TLSSocket } from 'node:tls';

/** The certificate and the key of a server. */
export interface TlsOptions {
  /** The certificate, with those between it and a root after it, as PEM. */
  readonly cert: string | Uint8Array;
  /** Its private key, as PEM, not encrypted. */
  readonly key: string | Uint8Array;
}

const PROTOCOLS = ['h2', 'http/1.1'];

/** Throws a `TypeError` if they cannot be used, which says why. No message holds a part of them. */
export function checkTls({ cert, key }: TlsOptions): Required<TlsPair> {
  const pair = { cert: bufferOf('tls.cert', cert), key: bufferOf('tls.key', key) };
  refuseIf('tls.cert is not a certificate as PEM', () => createSecureContext({ cert: pair.cert }));
  refuseIf('tls.key is not a private key as PEM without a passphrase', () => createPrivateKey(pair.key));
  refuseIf('tls.key is not the key of tls.cert', () => checkPair(pair));
  return pair;
}

// A context compares the two only if they are of the same type: an RSA certificate and an EC key would fail each handshake.
function checkPair({ cert, key }: TlsPair): void {
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) throw new Error('They differ.');
  createSecureContext({ cert, key });
}

interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A server that offers HTTP/2 and HTTP/1.1, which it serves itself. */
export function secureServer(tls: TlsOptions, settings: ServerOptions): Server {
  const server = createServer({ ...settings, ...checkTls(tls), ALPNProtocols: PROTOCOLS });
  // Nothing can be answered to a client that does not speak TLS, or not so.
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

/** From now on the server hands over those of its connections whose clients speak HTTP/2. */
export function divert(server: Server, toHttp2: (socket: TLSSocket) => void): void {
  const others = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket) => {
    if (socket.alpnProtocol === 'h2') toHttp2(socket);
    else for (const listener of others) Reflect.apply(listener, server, [socket]);
  });
}

/** The connections of a server whatever they speak, also before they have agreed on it. Returns a function that ends them. */
export function trackSockets(server: Server): () => void {
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  server.on('connection', track).on('secureConnection', track);
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

function refuseIf(problem: string, use: () => unknown): void {
  try {
    use();
  } catch (cause) {
    const { code }: { readonly code?: unknown } = Object(cause);
    throw new TypeError(`${problem}${typeof code === 'string' ? ` (${code})` : ''}.`, { cause });
  }
}

function bufferOf(place: string, pem: unknown): Buffer {
  if (typeof pem === 'string') return Buffer.from(pem);
  if (pem instanceof Uint8Array) return Buffer.from(pem.buffer, pem.byteOffset, pem.byteLength);
  throw new TypeError(`${place} must be PEM, as a string or as bytes.`);
}
