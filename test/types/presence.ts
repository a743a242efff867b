import type {
  Envelope,
  GetStateResult,
  HereNowResult,
  MissingParameter,
  SetStateResult,
  WhereNowResult,
} from 'timetoken';
import { dynamic, loose, shop } from './channel-map.ts';
import { type Equal, type Expect, same } from './expect.ts';

// Nothing is required of hereNow() and whereNow().
same<Promise<HereNowResult>>()(shop.hereNow().execute());
same<Promise<Envelope<HereNowResult>>>()(
  shop.hereNow().channels('orders', 'chat.*').includeState(true).envelope(),
);
same<AsyncGenerator<HereNowResult, void, undefined>>()(
  shop.hereNow({ channels: 'orders', limit: 10 }).pages(),
);
same<Promise<WhereNowResult>>()(shop.whereNow().uuid('bob').execute());
// @ts-expect-error no such channel in the map
shop.hereNow().channels('orderz');
// @ts-expect-error a count is a number
shop.hereNow().limit('10');
// @ts-expect-error only hereNow() has pages
shop.whereNow().pages;

// A state needs a place and an object.
interface Mood {
  readonly mood: string;
}
const mood: Mood = { mood: 'fine' };
same<Promise<SetStateResult>>()(shop.setState().channels('orders').state(mood).execute());
same<Promise<SetStateResult>>()(
  loose
    .setState()
    .channelGroups('g')
    .state({ a: [1] })
    .withHeartbeat()
    .execute(),
);
const placeless = shop.setState().state(mood);
const stateless = shop.setState({ channels: ['orders'] });
export type Missing = Expect<
  [
    Equal<typeof placeless.execute, MissingParameter<'channels' | 'channelGroups'>>,
    Equal<typeof stateless.execute, MissingParameter<'state'>>,
  ]
>;
// @ts-expect-error text is no state
loose.setState().state('away');
// @ts-expect-error not JSON
loose.setState().state({ at: 1n });

same<Promise<GetStateResult>>()(loose.getState().channels(dynamic).uuid('bob').execute());
// @ts-expect-error a place is missing
loose.getState().uuid('bob').execute();
// @ts-expect-error no such parameter
loose.getState({ channels: 'a', user: 'bob' });
