/**
 * Where it is tested that a defect of another SDK is none of ours: files under `test/`, and how the names of the tests in
 * them begin, as they are written there.
 */
export type Places = Readonly<Record<string, readonly string[]>>;

const LISTENERS = 'regressions/listeners.test.ts';
const SUBSCRIPTIONS = 'regressions/subscriptions.test.ts';
const PAYLOADS = 'regressions/payloads.test.ts';
const CALLS = 'regressions/calls.test.ts';
const PLATFORM = 'regressions/platform.test.ts';
const PROMISES = 'client/subscribe/promises.test.ts';
const ISOLATION = 'client/subscribe/promises-of-isolation.test.ts';
const REFUSALS = 'client/subscribe/refusals.test.ts';
const RECOVERY = 'client/subscribe/reduce-recovery.test.ts';
const RETRY = 'client/request/retry.test.ts';
const TOKENS = 'client/features/tokens/token-provider.test.ts';
const POISON = 'integration/poison.test.ts';
const ENGINE = 'client/subscribe/engine.test.ts';

const anEventOfAnyKind: Places = { [LISTENERS]: ['api-surface 9.9 and 9.17: %s'] };
const aListenerThatFails: Places = {
  [LISTENERS]: ['api-surface 9.1 and 9.10'],
  [ISOLATION]: ['one that %s on every event changes nothing'],
};
const subscribingToNothing: Places = {
  [SUBSCRIPTIONS]: ['api-surface 9.3b and 9.11'],
  'types/messages.test.ts': ['pubnub.subscribe().withPresence().execute();'],
};
const whatComesTwice: Places = {
  [LISTENERS]: ['api-surface 9.2'],
  'client/subscribe/delivery.test.ts': ['is not delivered again, in whatever answer it comes'],
  'client/subscribe/dedupe.test.ts': ['looks back five minutes'],
};
const anyPlace: Places = { [PLATFORM]: ['api-surface 9.3d'] };

/** `api-surface.md`, section 9, by number. */
export const API_SURFACE: Readonly<Record<string, Places>> = {
  '1': aListenerThatFails,
  '2': whatComesTwice,
  '3': {
    [PAYLOADS]: ['api-surface 9.3: %j is sent', 'api-surface 9.3: arrives', 'api-surface 9.3: %j may be'],
    'integration/interop.test.ts': ['every JSON value arrives as it was sent'],
  },
  '3a': { [PAYLOADS]: ['api-surface 9.3a: resolves', 'api-surface 9.3a: rejects'] },
  '3b': subscribingToNothing,
  '3c': {
    [PAYLOADS]: ['api-surface 9.3c and pains 29'],
    'client/wire/json.test.ts': ['names the place of %s'],
  },
  '3d': anyPlace,
  '4': { [SUBSCRIPTIONS]: ['api-surface 9.4'], [ENGINE]: ['keep the subscriptions and the cursor'] },
  '5': {
    [SUBSCRIPTIONS]: ['api-surface 9.5'],
    'client/subscribe/engine-floors.test.ts': ['after everything was unsubscribed gets again'],
  },
  '6': { [SUBSCRIPTIONS]: ['api-surface 9.6: of one channel', 'api-surface 9.6: has its suffix once'] },
  '7': { [SUBSCRIPTIONS]: ['api-surface 9.7'] },
  '8': { [SUBSCRIPTIONS]: ['api-surface 9.8'] },
  '9': { ...anEventOfAnyKind, 'client/subscribe/decode.test.ts': ['an App Context event', 'a file'] },
  '10': aListenerThatFails,
  '11': subscribingToNothing,
  '12': { [PAYLOADS]: ['api-surface 9.12'], 'client/builder/validate.test.ts': ['a null channel'] },
  '13': { [CALLS]: ['api-surface 9.13: each %s', 'api-surface 9.13: a call of fire()'] },
  '14': { [PAYLOADS]: ['api-surface 9.14'] },
  '15': {
    'client/features/presence/own-states.test.ts': ['tells the state that was set in later heartbeats'],
  },
  '16': { [CALLS]: ['api-surface 9.16'] },
  '17': { ...anEventOfAnyKind, 'client/listeners/objects-change.test.ts': ['comes as it is: %s'] },
  '18': { [SUBSCRIPTIONS]: ['api-surface 9.18'] },
};

/** What `peers.md` says of PubNub's SDKs, by section. */
export const PEERS: Readonly<Record<string, Places>> = {
  '1: nothing can be shaken off': { [PLATFORM]: ['peers 1'] },
  '2: hundreds of packages': { [PLATFORM]: ['peers 2'] },
  '3: payloads without types': {
    'types/channel-map.ts': ['A closed map with wildcards'],
    'types/messages.test.ts': ['pubnub.publish().execute();'],
  },
  '3: builders that change': {
    'client/builder/builder.test.ts': ['never changes: two chains from one base'],
  },
  '3: operations without a signal': {
    'client/request/execute.test.ts': ['ends a call under way, and is told'],
  },
  '3: errors without codes': { 'client/errors/classification.test.ts': ['%s says what to do'] },
  '4: the option against copies does nothing': whatComesTwice,
  '4: too many messages, told only by the older loop': { [LISTENERS]: ['peers 4'] },
  '4: recovery that is not told': { [PROMISES]: ['what the origin can no longer supply is named by a gap'] },
  '4: a queue without bounds': {
    'client/subscribe/overflow.test.ts': ['stops the polls, after one more answer', 'forgets its oldest'],
  },
  '4: a size that only the server checks': { 'client/request/plan.test.ts': ['counted in UTF-8: %s'] },
  '4: a publish that is lost or sent twice': { [RETRY]: ['is not made again after %s'] },
  '5: one listener takes another one’s messages': aListenerThatFails,
  '5: errors of listeners that nobody hears of': {
    'client/pubnub.test.ts': ['is told of on listenerError', 'that nobody listens for ends in the log'],
  },
  '5: listeners of one subscription, for half of the events': anEventOfAnyKind,
  '6: no state': { [PROMISES]: ['the states that are announced are the states there are'] },
  '6: no ear for the network': { [ENGINE]: ['news of the network bring a waiting loop on'] },
  '6: sleep that is not noticed': { [PROMISES]: ['after a sleep the connection is proved anew'] },
  '7: tokens renewed by hand': {
    [TOKENS]: ['is made once more with another token', 'is asked once, however'],
  },
  '7: secrets in logs': { 'client/secrets.test.ts': ['in an answer that quotes it in every escape'] },
  '8: no entries, no module': { [PLATFORM]: ['peers 8 and pains 17'] },
  '8: no client in a worker': anyPlace,
  '8: no clock of one’s own': { 'client/runtime/steady-clock.test.ts': ["the runtime's clock is looked up"] },
  '10.20: what cannot be decrypted comes in silence': {
    'client/features/encryption/messages.test.ts': ['gets what can be read in clear, and what cannot'],
  },
};

/** What `pains.md` reports of PubNub's SDKs and of others, by number. */
export const PAINS: Readonly<Record<string, Places>> = {
  '1': {
    [PROMISES]: ['after a sleep the connection is proved anew'],
    'client/runtime/surroundings.test.ts': ['calls back once for each sleep'],
    [ENGINE]: ['news of the network bring a waiting loop on'],
  },
  '2': {
    [POISON]: ['an odd answer costs no message and no subscription'],
    'integration/poison-outage.test.ts': ['of fifty failures in a row is outlived'],
    [RECOVERY]: ['there is always something that will bring the loop on'],
  },
  '3': {
    [PROMISES]: [
      'whatever the network, the server and the program do',
      'each poll goes on where the one before',
    ],
    'client/subscribe/receive.test.ts': ['moves with the region that answers, even backwards'],
    'chaos/chaos.test.ts': ['every client gets every message once'],
  },
  '4': {
    ...whatComesTwice,
    [LISTENERS]: ['pains 4: is delivered once', 'pains 4: of a channel that is subscribed again'],
    [SUBSCRIPTIONS]: ['pains 4: one after the other'],
    'client/subscribe/names.test.ts': ['a names is sorted, and holds each name once'],
  },
  '5': { [PAYLOADS]: ['pains 5'], [RETRY]: ['that was refused before it was sent says so'] },
  '6': { [PROMISES]: ['whoever listens to statuses alone knows'] },
  '7': {
    [SUBSCRIPTIONS]: ['pains 7'],
    [CALLS]: ['pains 7 and 35'],
    [TOKENS]: ['is made once more with another token', 'takes the token that has come in the meantime'],
    [REFUSALS]: ['with %i: the names it blames are refused alone'],
    'client/features/files/wire.test.ts': [
      'makes an address without a request, with the token of the moment',
    ],
    'client/access/loop.test.ts': ['gets another one, and repeats the poll with its cursor'],
  },
  '8': {
    'client/runtime/backoff.test.ts': ['lies between the floor and the cap', 'is spread over all of that'],
    [RECOVERY]: ['is asked no more than once in each floor delay', 'each failure in a row counts'],
    [RETRY]: ['is not made again after %s'],
    'client/config/settings.test.ts': ['of a program is kept within its own limits'],
  },
  '9': {
    [LISTENERS]: ['pains 9'],
    [PAYLOADS]: ['pains 9'],
    'client/errors/pubnub-error.test.ts': [
      'is known when it comes from another copy',
      'prints as JSON with all',
    ],
  },
  '10': {
    'client/errors/classification.test.ts': [
      'is classified by the codes in it: %s',
      'is never classified by its text',
    ],
    [CALLS]: ['pains 10 and 28'],
  },
  '11': { ...aListenerThatFails, [LISTENERS]: ['pains 11', 'api-surface 9.1 and 9.10'] },
  '12': { [PROMISES]: ['each request of the loop has ended before 300 seconds'] },
  '13': {
    'client/request/execute.test.ts': ['ends each attempt after the time of the client, even of a transport'],
    [POISON]: ['an odd answer costs no message and no subscription'],
  },
  '14': {
    'integration/exit.test.ts': ['exits by itself when it calls close() %s'],
    [ISOLATION]: ['at any moment of %s: timers, requests, iterators, promises'],
  },
  '15': { [ISOLATION]: ['one that %s on every event changes nothing'], 'support/setup.ts': ['warning'] },
  '16': {
    'types/messages.test.ts': ['pubnub.publish().execute();'],
    'types/json.ts': ['JSON, as programs have it.'],
  },
  '17': { [PLATFORM]: ['peers 8 and pains 17'] },
  '18': {
    [SUBSCRIPTIONS]: ['pains 18'],
    'client/presence/reduce.test.ts': [
      'has one beat under way or one pause',
      'is silent with an interval of 0',
    ],
    'client/presence/presence.test.ts': ['names what was dropped', 'that fail are announced and go on'],
  },
  '19': {
    [SUBSCRIPTIONS]: ['pains 19'],
    [ENGINE]: ['that are ended at once cost no request'],
    'client/presence/presence.test.ts': ['in flight is awaited before a handshake'],
    'client/listeners/registry.test.ts': ['lets go of one handler only, however often'],
  },
  '20': { 'client/runtime/surroundings.test.ts': ['takes no throttled timer of a hidden tab'] },
  '21': {
    'client/wire/exact-integers.test.ts': ['keeps every digit beside any payload'],
    'integration/storage.test.ts': ['keep the digits that the other client loses'],
    'protocol/timetoken.test.ts': ['survive bigint and back with every digit'],
    'client/builder/validate.test.ts': ['a timetoken that is a number'],
  },
  '22': {
    'chaos/leak.test.ts': ['holds after 20 000 polls', 'leaves nothing on signals, sockets and timers'],
  },
  '23': {
    [PLATFORM]: ['pains 23', 'api-surface 9.3d'],
    'client/request/over-fetch.test.ts': ['calls globalThis.fetch as it is'],
  },
  '24': { [PLATFORM]: ['pains 24'], 'integration/msw.test.ts': ['and an origin behind it serves'] },
  '25': { 'client/runtime/steady-clock.test.ts': ["the runtime's clock is looked up"] },
  '26': {
    'client/request/plan.test.ts': ['by GET as long as its path has 16 384 bytes', 'counted in UTF-8: %s'],
    [REFUSALS]: ['with %i to a poll: the loop handshakes and goes on'],
  },
  '27': {
    'integration/presence-calls.test.ts': ['all of 2 501 users are read page by page'],
    'client/features/push/push-channels.test.ts': ['end where the list ends, with %i channels'],
    'client/features/presence/here-now.test.ts': ['a list that is shorter than the occupancy'],
  },
  '28': {
    [CALLS]: ['pains 10 and 28'],
    'client/runtime/backoff.test.ts': [
      'is what the server asks for, and a little more',
      'of any text is no failure',
    ],
    'client/subscribe/poller.test.ts': ['that asks for time gets it, in seconds or as a date'],
  },
  '29': { [PAYLOADS]: ['api-surface 9.3c and pains 29', 'api-surface 9.3: %j is sent'] },
  '30': {
    [CALLS]: ['pains 30: is itself', 'pains 30: is one segment'],
    'client/request/path.test.ts': ['arrives as it is, whatever it is made of'],
    'client/features/files/wire.test.ts': ['is refused before anything is sent: %j'],
    'integration/names.test.ts': ['a path cannot be climbed'],
  },
  '31': {
    [PLATFORM]: ['peers 2'],
    'client/request/over-fetch.test.ts': ['hands a Request with method, address, headers'],
    [POISON]: ['an odd answer costs no message and no subscription'],
  },
  '32': {
    'client/request/execute.test.ts': ['ends each attempt after the time of the client, even of a transport'],
  },
  '33': { [PLATFORM]: ['peers 1'] },
  '34': {
    [PLATFORM]: ['pains 34'],
    'client/secrets.test.ts': ['in an answer that quotes it in every escape'],
  },
  '35': { [CALLS]: ['pains 7 and 35'], 'client/pubnub.test.ts': ['shares nothing with another client'] },
  '36': { 'client/subscribe/engine-floors.test.ts': ['is the handshake that accepted it: nothing older'] },
  '37': { 'client/config/settings.test.ts': ['are a copy: changing the options later', 'are frozen'] },
  '38': { [PLATFORM]: ['peers 2'] },
  '39': {
    'client/features/encryption/messages.test.ts': ['gets what can be read in clear, and what cannot'],
  },
  '40': { [CALLS]: ['pains 40'] },
};
