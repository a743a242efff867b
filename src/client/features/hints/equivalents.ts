/** What takes the place of options and parameters of PubNub's own clients: a name, or words. */
const EQUIVALENTS: Readonly<Record<string, string>> = {
  auth: 'token',
  authorizedUserId: 'authorizedUuid',
  autoNetworkDetection: 'listenToBrowserNetworkEvents',
  connectTimeout: 'transactionalRequestTimeout',
  customDecrypt: 'cryptoModule',
  customEncrypt: 'cryptoModule',
  data: 'each of its members is a parameter: .name(), .custom()',
  device: 'deviceId',
  enableEventEngine: 'leave it out: there is one subscribe loop',
  enableSubscribeBeta: 'leave it out: there is one subscribe loop',
  error: 'pass the callbacks to addListener()',
  fetch: 'for an origin of this process, it is `origin.fetch`',
  headers: 'fetch',
  host: 'origin',
  include: 'each of its members is a parameter: .includeCustom(true)',
  includeToken: 'leave it out: requests carry the token by themselves',
  keepAlive:
    'leave it out: fetch keeps connections, and nodeTransport() of "timetoken/node" has options for it',
  keepAliveSettings: 'give transport: nodeTransport({ … }), of "timetoken/node"',
  logLevel: 'logger',
  logVerbosity: 'logger: console',
  loggers: 'logger',
  nonSubscribeRequestTimeout: 'transactionalRequestTimeout',
  origin: 'for an origin of this process, use `fetch: origin.fetch`; for its server, `origin: server.url`',
  partnerId: 'leave it out',
  proxy: 'fetch, or transport: see docs/how-to/use-a-proxy-or-own-fetch.md',
  pushGateway: 'pushType',
  queryParameters: 'fetch, which may change requests',
  reconnectPolicy: 'reconnectionPolicy',
  region: 'withCursor, which takes what pubnub.cursor gave',
  requestTimeout: 'transactionalRequestTimeout',
  resources: 'channels, groups and uuids',
  retryConfiguration: 'reconnectionPolicy, for the loop, and retries, for calls',
  sdkFamily: 'leave it out',
  sendByPost: 'usePost',
  state: 'withState',
  storeInHistory: 'shouldStore',
  stringifiedTimeToken: 'leave it out: timetokens are strings',
  subscriptionWorkerUrl: 'leave it out: the loop runs in the page',
  timeout: 'transactionalRequestTimeout, in seconds; for one call, execute({ timeout })',
  timetoken: 'withTimetoken',
  url: 'origin',
  useRandomIVs: 'cryptoModule: legacyCryptoModule({ cipherKey, useRandomIVs })',
  useSendBeacon: 'leave it out',
  user: 'userId',
  userID: 'userId',
  verbose: 'logger: console',
  withHeartbeats: 'heartbeatInterval',
};

/** The equivalent of a name, in either spelling: `retryConfiguration`, `retry_configuration`. */
export function equivalentOf(name: string): string | undefined {
  const key = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const words = Object.hasOwn(EQUIVALENTS, key) ? EQUIVALENTS[key] : undefined;
  return words && `${/^(leave|give|pass|each|for)/.test(words) ? '' : 'here it is '}${words}`;
}
