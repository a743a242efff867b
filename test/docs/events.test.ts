import { PubNub } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';
import { fieldsOfEvent } from '../../scripts/docs-events.ts';
import { readProjectFile } from '../../scripts/docs-page.ts';
import { EVENT_NAMES, type EventName } from '../../src/client/listeners/events.ts';
import { blocksOf } from './markdown.ts';

type Emitted = Readonly<Record<string, unknown>>;

/** Every event that a client emits which meets each of their reasons. */
async function emitted(): Promise<ReadonlyMap<EventName, readonly Emitted[]>> {
  const events = new Map<EventName, Emitted[]>(EVENT_NAMES.map((name) => [name, []]));
  const network = createTestNetwork({ limits: { queueLength: 10 } });
  const pubnub = new PubNub({ ...network.options, userId: 'alice', fetch: violating(network.fetch) });
  for (const name of EVENT_NAMES) pubnub.on(name, (event) => void events.get(name)?.push({ ...event }));
  pubnub.on('signal', () => {
    throw new Error('of a listener');
  });
  await pubnub.subscribe().channels('room').withPresence().execute().connected();

  const { timetoken } = await pubnub
    .publish()
    .channel('room')
    .message('hello')
    .meta({ lang: 'en' })
    .execute();
  await pubnub.signal().channel('room').message('typing').execute();
  await pubnub.sendFile().channel('room').file('text').fileName('a.txt').execute();
  const action = { type: 'reaction', value: 'smile' };
  await pubnub.addMessageAction({ channel: 'room', messageTimetoken: timetoken, action }).execute();
  await pubnub.setChannelMetadata().channel('room').name('The room').execute();
  await network.join('room', 'bob');
  await network.idle();

  network.offline();
  await network.clock.advance(1_000);
  for (let number = 0; number < 40; number++) await network.publish('room', number);
  network.online();
  await network.clock.advance(60_000);
  await pubnub.close();
  await network.close();
  return events;
}

// A server that adds an entry without a channel to the first answer that has entries.
function violating(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  let isDone = false;
  return async (input, init) => {
    const response = await fetch(input, init);
    const url = input instanceof Request ? input.url : String(input);
    if (isDone || !url.includes('/v2/subscribe/')) return response;
    const text = await response.clone().text();
    if (!text.includes('"m":[{')) return response;
    isDone = true;
    return new Response(text.replace('"m":[{', '"m":[{"d":"nowhere"},{'), response);
  };
}

// `data.type` is the member `type` of the member `data`.
function at(event: unknown, path: string): { readonly has: boolean; readonly value: unknown } {
  const [own = '', ...rest] = path.split('.');
  const has = typeof event === 'object' && event !== null && own in event;
  const value = has ? Reflect.get(event, own) : undefined;
  return rest.length === 0 ? { has, value } : at(value, rest.join('.'));
}

describe('the page of events', async () => {
  const events = await emitted();

  it.each(EVENT_NAMES)('has the fields of %s, as a client emits it', (name) => {
    const all = events.get(name) ?? [];
    expect(all, 'none was emitted').not.toEqual([]);
    const fields = fieldsOfEvent(name);
    const known = new Set(fields.map(({ path }) => path.split('.')[0]));
    for (const event of all) {
      expect(Object.keys(event).filter((key) => !known.has(key))).toEqual([]);
      const absent = fields.filter(({ path, optional }) => !optional && !at(event, path).has);
      expect(absent.map(({ path }) => path)).toEqual([]);
    }
  });

  it('has the members of a change of metadata', () => {
    const page = readProjectFile('docs/reference/events.md');
    for (const { message } of events.get('objects') ?? []) {
      const { event, type, data, ...rest } = Object(message);
      expect(page).toMatch(new RegExp(`\`${type}\`.* \\| \`${event}\` \\|`));
      expect(Object.keys(rest).filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
      expect(data.id).toBe('room');
    }
  });

  it('says nothing in its example that is not so', () => {
    const [example] = blocksOf('events.md', readProjectFile('docs/reference/events.md'));
    for (const words of ['PNConnectedCategory', 'join alice 1', 'alice typing', 'hello'])
      expect(example?.code).toContain(`// ${words}`);
  });
});
