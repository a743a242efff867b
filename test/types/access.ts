// Compiled, never run: what a client with tokens takes, and what a server grants.
import { type MissingParameter, PubNub, type TokenProvider } from 'timetoken';
import { same } from './expect.ts';

declare const server: PubNub;

// A token allows something, in whatever way.
const nothing = server.grantToken().ttl(1);
same<MissingParameter<'channels' | 'groups' | 'uuids' | 'patterns'>>()(nothing.execute);
// @ts-expect-error it would allow nothing
nothing.execute();
// @ts-expect-error neither from an object
server.grantToken({ ttl: 1 }).execute();
same<Promise<string>>()(nothing.channels({ room: ['read'] }).execute());
same<Promise<string>>()(nothing.groups({ rooms: ['read'] }).execute());
same<Promise<string>>()(nothing.uuids({ bob: ['get'] }).execute());
same<Promise<string>>()(
  server.grantToken({ ttl: 1, patterns: { channels: { '^room$': ['read'] } } }).execute(),
);

// A token provider gives a token, at once or later, with or without an origin.
const keys = { subscribeKey: 'demo', userId: 'alice' };
void new PubNub({ ...keys, token: () => 'x' });
void new PubNub({ ...keys, token: async () => 'x' });
void new PubNub({ ...keys, token: () => ({ token: 'x', origin: 'eu.example.com' }) });
const provider: TokenProvider = ({ reason }) => (reason === 'first' ? 'x' : Promise.resolve('y'));
void new PubNub({ ...keys, token: provider });
// @ts-expect-error a number is no token
void new PubNub({ ...keys, token: () => 1 });
