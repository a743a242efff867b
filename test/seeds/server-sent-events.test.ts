// The rows of the server-sent-events library, in its words: what its users expect, and how it is done here.
import { Publisher, readEvents } from 'timetoken/sse';
import { describe, expect, test } from 'vitest';
import { finish, start } from '../cli/fake-terminal.ts';
import { dataOf, StreamReader } from '../sse/support.ts';

describe('server-sent-events Publisher', () => {
  test('`Publisher()` with no subscribers', () => {
    const publisher = new Publisher();
    expect([...publisher.subscribers()]).toEqual([]);
    publisher.publish('to nobody');
    publisher.close();
  });

  test("`subscribe(channel='default channel', properties, initial_data=[])` → infinite generator of SSE frames", async () => {
    const publisher = new Publisher<{ name: string } | undefined>();
    const subscriber = publisher.subscribe();
    const stream = new StreamReader(publisher.subscribe({ channels: ['default channel'] }).stream());
    const response = publisher.subscribe({ properties: { name: 'ann' }, initialData: [1] }).response();
    publisher.publish('a');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const iterator = subscriber[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: { data: 'a' } });
    const waiting = iterator.next();
    publisher.publish('b');
    expect(await waiting).toEqual({ done: false, value: { data: 'b' } });
    expect(await stream.until('b')).toBe('data: a\n\ndata: b\n\n');
    publisher.close();
    expect(await response.text()).toBe('data: 1\n\ndata: a\n\ndata: b\n\n');
  });

  test("`publish(data, channel='default channel')`", async () => {
    const publisher = new Publisher();
    const [usual, secret, both] = [
      publisher.subscribe(),
      publisher.subscribe({ channels: 'secret room' }),
      publisher.subscribe({ channels: ['secret room', 'default channel'] }),
    ];
    publisher.publish('one');
    publisher.publish('two', { channels: 'secret room' });
    publisher.publish('three', { channels: ['secret room', 'default channel', 'other'] });
    publisher.close();
    expect(await Promise.all([usual, secret, both].map(dataOf))).toEqual([
      ['one', 'three'],
      ['two', 'three'],
      ['one', 'two', 'three'],
    ]);
  });

  test('callable data: `data(properties)` evaluated per subscriber; falsy result skips', async () => {
    const publisher = new Publisher<{ age: number }>();
    const subscribers = [15, 18, 40].map((age) => publisher.subscribe({ properties: { age } }));
    publisher.publish(({ age }) => (age < 18 ? undefined : { text: `You are ${age}` }));
    publisher.close();
    // Only undefined skips: 0, false and an empty text are data.
    expect(await Promise.all(subscribers.map(dataOf))).toEqual([
      [],
      ['{"text":"You are 18"}'],
      ['{"text":"You are 40"}'],
    ]);
  });

  test('`initial_data` delivered before live data', async () => {
    const publisher = new Publisher();
    const subscriber = publisher.subscribe({ initialData: ['first', { n: 2 }] });
    publisher.publish('live');
    publisher.close();
    expect(await dataOf(subscriber)).toEqual(['first', '{"n":2}', 'live']);
  });

  test('`get_subscribers(channel)` generator over one or many channels', () => {
    const publisher = new Publisher<string>();
    publisher.subscribe({ properties: 'ann' });
    publisher.subscribe({ properties: 'bob', channels: ['chat', 'news'] });
    publisher.subscribe({ properties: 'cy', channels: 'news' });
    const names = (channels?: string | string[]) =>
      [...publisher.subscribers(channels)].map(({ properties }) => properties);
    expect([names(), names('chat'), names(['chat', 'news', 'empty'])]).toEqual([
      ['ann'],
      ['bob'],
      ['bob', 'cy'],
    ]);
    for (const subscriber of publisher.subscribers('news')) subscriber.close();
    expect(names(['chat', 'news'])).toEqual([]);
  });

  test('server agnostic (Flask example), run module for an example chat at :5000', async () => {
    // A server is a function from a request to a response: every viewer hears of new ones.
    const publisher = new Publisher();
    const server = (request: Request) => {
      if (new URL(request.url).pathname === '/subscribe')
        return publisher.subscribe({ signal: request.signal }).response();
      publisher.publish('New visit!');
      return new Response('<script>new EventSource("/subscribe")</script>');
    };
    const events = readEvents(server(new Request('http://localhost/subscribe')));
    server(new Request('http://localhost/'));
    expect((await events[Symbol.asyncIterator]().next()).value).toEqual({ data: 'New visit!' });

    const { stdout } = await finish(['chat', '--help'], {});
    expect(stdout).toMatch(/--port <number>.*\(default: 5000\)/);
    const { terminal, code } = start(['chat', '--port', '0'], {});
    await terminal.stdout.until('\n');
    const url = /http:\S+?:\d+/.exec(terminal.stdout.text)?.[0] ?? '';
    const chat = readEvents(await fetch(`${url}/stream`));
    const message = JSON.stringify({ name: 'ann', text: 'hello' });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${url}/messages`, { method: 'POST', headers, body: message });
    for await (const { data } of chat) {
      expect(data).toBe(message);
      break;
    }
    terminal.end();
    expect(await code).toBe(0);
  });

  describe('improve on (read in source)', () => {
    test('multi-line data is one event', async () => {
      const publisher = new Publisher();
      const response = publisher.subscribe().response();
      publisher.publish('a\nb\r\nc');
      publisher.close();
      expect(await response.text()).toBe('data: a\ndata: b\ndata: c\n\n');
    });

    test('subscribers are removed when they go away', async () => {
      const publisher = new Publisher();
      const gone = new AbortController();
      publisher.subscribe({ signal: gone.signal });
      const reader = new StreamReader(publisher.subscribe().stream());
      gone.abort();
      await reader.cancel();
      expect([...publisher.subscribers()]).toEqual([]);
    });

    test('the queue is bounded', async () => {
      const publisher = new Publisher({ queue: 2 });
      const subscriber = publisher.subscribe();
      for (let n = 0; n < 3; n++) publisher.publish(n);
      expect([...publisher.subscribers()]).toEqual([]);
      await expect(dataOf(subscriber)).rejects.toThrow('too slow');
    });

    test('id, event name, retry, keepalive, Last-Event-ID', async () => {
      const publisher = new Publisher({ backlog: 10, retry: 2_000, keepAlive: 15_000 });
      for (const id of ['1', '2', '3']) publisher.publish(`n${id}`, { id, event: 'news' });
      const response = publisher.subscribe({ lastEventId: '2' }).response();
      publisher.close();
      expect(await response.text()).toBe('retry: 2000\n\nid: 3\nevent: news\ndata: n3\n\n');
    });
  });
});
