import { describe, expect, test } from 'vitest';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';

const ANSWERS = [
  [414, '<html>URI Too Long</html>'],
  [414, ''],
  [414, { error: true, service: 'Balancer', status: 414, message: 'Request URI Too Long' }],
  [431, ''],
  [431, { message: 'Request Header Fields Too Large' }],
] as const;

describe('an addition that makes the address too long', () => {
  test.each(ANSWERS)('by %i %j is refused alone, with the numbers', async (status, body) => {
    await using fed = new HandFedClient();
    const got: unknown[] = [];
    (await fed.subscribed('a', 10)).on('message', ({ message }) => got.push(message));
    const fresh = fed.client.subscribe().channels(['b', 'c']).channelGroups('g').execute();
    const refused = expect(fresh.connected()).rejects.toMatchObject({
      ...{ code: 'PN-3004', statusCode: status },
      errorData: { length: expect.any(Number), channels: 3, channelGroups: 1 },
    });
    await (await fed.next('handshake')).respond(status, body);
    await refused;
    expect(fed.statuses.at(-1)).toMatchObject({ affectedChannels: ['b', 'c'], affectedChannelGroups: ['g'] });
    await (await fed.next('handshake')).answer(20);
    expect((await fed.next('poll')).facts).toMatchObject({ tt: tt(10), channels: ['a'], groups: [] });
    await fed.deliver(30, [entryAt(25)]);
    expect(got).toEqual([25]);
    expect(fed.categories).not.toContain('UnexpectedDisconnect');
  });

  test('names no channel in its words: there may be thousands', async () => {
    await using fed = new HandFedClient();
    const many = Array.from({ length: 500 }, (_, index) => `room-${index}`);
    const fresh = fed.client.subscribe().channels(many).execute();
    const refused = fresh.connected().catch((error: Error) => error);
    await (await fed.next('handshake')).respond(414, '<html>');
    const error = await refused;
    expect(error).toMatchObject({ message: expect.stringContaining('500 channels and 0 channel groups') });
    expect(String(error)).not.toContain('room-');
  });

  test('of everything is asked for again: what stands in between may have another limit then', async () => {
    await using fed = new HandFedClient();
    const fresh = fed.client.subscribe().channels('a').execute();
    const refused = expect(fresh.connected()).rejects.toMatchObject({ statusCode: 414 });
    await (await fed.next('handshake')).respond(414, '<html>');
    await refused;
    await (await fed.retried()).answer(10);
    expect(fed.client.state).toBe('connected');
  });

  test.each([414, 431])('by %i to a poll whose names were accepted is a failure', async (status) => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    await (await fed.next('poll')).respond(status, '<html>');
    expect(fed.categories.at(-1)).toBe('UnexpectedDisconnect');
    const handshake = await fed.retried();
    expect(handshake.facts.channels).toEqual(['a']);
    await handshake.answer(20);
    expect((await fed.next('poll')).facts.tt).toBe(tt(10));
  });
});
