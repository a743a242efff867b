// Presence: who comes and who goes.
import { PubNub } from 'timetoken';
import { createOrigin } from 'timetoken/origin';

const origin = createOrigin();
const enter = (userId: string) => new PubNub({ subscribeKey: 'demo', userId, fetch: origin.fetch });
const host = enter('host');
const guest = enter('guest');

const left = new Promise<void>((resolve) => {
  host.on('presence', (event) => {
    console.log(`${event.event}: ${event.uuid}, ${event.occupancy} here`);
    if (event.event === 'leave') resolve();
  });
});

await host.subscribe().channels('lobby').withPresence().execute().connected();
const visit = guest.subscribe().channels('lobby').execute();
await visit.connected();
visit.unsubscribe();
await left;

await Promise.all([host.close(), guest.close()]);
await origin.close();
console.log('closed');
