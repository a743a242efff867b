import { type Dialect, get, post } from './dialect.ts';

const POLL = '/socket.io/?EIO=4&transport=polling';
const SESSION = /"sid":"([^"]+)"/;

/** Engine.IO on polling, and Socket.IO's default namespace on it. */
export const socketIo: Dialect = {
  greetings: 3,
  next(client, body) {
    if (client.step === 0) return get(POLL);
    if (client.step === 1) client.session = SESSION.exec(body?.toString('latin1') ?? '')?.[1] ?? '';
    const target = `${POLL}&sid=${client.session}`;
    // The namespace is asked for, and what the poll after it gets is that it is granted.
    return client.step === 1 ? post(target, 'text/plain;charset=UTF-8', '40') : get(target);
  },
  broadcast: () => get('/broadcast'),
};
