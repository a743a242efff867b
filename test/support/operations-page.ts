import { linkTo } from '../../scripts/docs-operations.ts';
import { code, table } from '../../scripts/docs-page.ts';
import { ROWS, type Row } from './operations-rows.ts';

/** What the other client has beside the operations of the table, and what there is here for it. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  addListener: '`addListener()`',
  removeListener: '`removeListener()`',
  removeAllListeners: '`removeAllListeners()`',
  unsubscribeAll: '`unsubscribeAll()`',
  disconnect: '`disconnect()`',
  reconnect: '`reconnect()`',
  destroy: '`close()`, which is awaited',
  stop: '`close()`',
  getSubscribedChannels: '`subscribedChannels`',
  getSubscribedChannelGroups: '`subscribedChannelGroups`',
  setToken: '`setToken()`, or the option `token` with a function that gets new ones',
  getToken: 'not there: a secret is not handed out again',
  parseToken: '`parseToken()`',
  getFilterExpression: '`filterExpression`',
  setFilterExpression: '`setFilterExpression()`',
  getUUID: 'not there: the program gave it',
  getUserId: 'not there: the program gave it',
  setUUID: 'not there: one client for each user',
  setUserId: 'not there: one client for each user',
  getAuthKey: 'not there: a secret is not handed out again',
  setAuthKey: 'the option `authKey`, or `setToken()`',
  setCipherKey: 'the option `cipherKey`',
  encrypt: '`cryptoModule`, whose modules encrypt and decrypt bytes',
  decrypt: '`cryptoModule`',
  encryptFile: '`sendFile()` does it',
  decryptFile: '`downloadFile()` does it',
  File: 'a `Blob`, a `File`, bytes, text or a stream',
  presence: 'not there: a client is present where it subscribes',
  setHeartbeatInterval: 'the option `heartbeatInterval`',
  setProxy: 'the option `transport` or `fetch`',
  iAmHere: 'not there: a part of its subscribe loop',
  iAmAway: 'not there: a part of its subscribe loop',
  setPresenceState: 'not there: a part of its subscribe loop',
  handshake: 'not there: a part of its subscribe loop',
  receiveMessages: 'not there: a part of its subscribe loop',
  createUser: '`setUuidMetadata()`; the first version of App Context is not served',
  updateUser: '`setUuidMetadata()`',
  removeUser: '`removeUuidMetadata()`',
  fetchUser: '`getUuidMetadata()`',
  fetchUsers: '`getAllUuidMetadata()`',
  createSpace: '`setChannelMetadata()`',
  updateSpace: '`setChannelMetadata()`',
  removeSpace: '`removeChannelMetadata()`',
  fetchSpace: '`getChannelMetadata()`',
  fetchSpaces: '`getAllChannelMetadata()`',
  addMemberships: '`setMemberships()`',
  updateMemberships: '`setMemberships()`',
  removeMemberships: '`removeMemberships()`',
  fetchMemberships: '`getMemberships()`',
};

/** Where the page is, from the root of the project. */
export const PATH = 'docs/reference/operations-by-client.md';

/** The whole page. */
export function page(): string {
  const operations = table(['Operation', 'Ours', 'pubnub 7.3.3', 'Same result?'], ROWS.map(cells));
  const rest = table(
    ['pubnub 7.3.3', 'Here'],
    Object.entries(ELSEWHERE).map(([name, here]) => [code(name), here]),
  );
  return `# Operations by client

Every operation, called by this client and by PubNub's JavaScript client, release 7.3.3. Each line is run: both clients make the same calls against the [origin](origin.md), in this order, with the secret key and again with an access token, and their results are compared. The page is written by the test that does so, \`test/integration/operations-table.test.ts\`, and cannot be out of date.

Only the parameters of that run are shown; all of them are on the page of [operations](operations.md). Differences in the last column are on purpose. Timetokens are strings here, always.

${operations}

## The rest of pubnub

What that client has beside these operations:

${rest}
`;
}

// A parameter that is no object is shown by its name.
const NAMES = { token: 'token' };

function cells({ ours, theirs, given, givenTheirs = given, but }: Row): string[] {
  const link = `[${code(ours)}](${linkTo(ours)})`;
  const here = code(`${ours}(${namesIn(given(NAMES))}).execute()`);
  if (theirs === undefined) return [link, here, 'not there', '–'];
  const same = but ? `yes; ${but.words}` : 'yes';
  return [link, here, code(`${theirs}(${namesIn(givenTheirs(NAMES))})`), same];
}

function namesIn(given: unknown): string {
  if (typeof given === 'string') return given;
  return typeof given === 'object' && given !== null ? `{ ${Object.keys(given).join(', ')} }` : '';
}
