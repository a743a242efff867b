import { describe, expect, test } from 'vitest';
import { Acceptance } from '../../../src/client/subscribe/acceptance.ts';
import { PubNubError } from '../../../src/index.ts';
import { names } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';

const refusal = new PubNubError('PN-3002', 'No.');

describe('the acceptance of names', () => {
  test('is waited for until the last name is accepted', async () => {
    const acceptance = new Acceptance(names('a b @g'));
    const waiting = acceptance.wait(undefined);
    expect(acceptance.accept(names('a c'))).toEqual(names('a'));
    expect(acceptance.pending).toEqual(names('b @g'));
    acceptance.accept(names('b'));
    acceptance.accept(names('@g'));
    await expect(waiting).resolves.toBe(undefined);
    await expect(acceptance.wait(undefined)).resolves.toBe(undefined);
  });

  test('is refused with the server’s error, to those who wait and to those who come later', async () => {
    const acceptance = new Acceptance(names('a b'));
    const waiting = acceptance.wait(undefined);
    acceptance.refuse(names('b'), refusal);
    await expect(waiting).rejects.toBe(refusal);
    await expect(acceptance.wait(undefined)).rejects.toBe(refusal);
  });

  test('is not refused for names that are accepted or that it never had', async () => {
    const acceptance = new Acceptance(names('a'));
    acceptance.refuse(names('b'), refusal);
    acceptance.accept(names('a'));
    acceptance.refuse(names('a'), refusal);
    await expect(acceptance.wait(undefined)).resolves.toBe(undefined);
  });

  test('is open again when the names are asked for again', async () => {
    const acceptance = new Acceptance(names('a'));
    acceptance.refuse(names('a'), refusal);
    acceptance.askAgain();
    const waiting = acceptance.wait(undefined);
    acceptance.accept(names('a'));
    await expect(waiting).resolves.toBe(undefined);
  });

  test('ends with the subscription and with the signal, and leaves no listener behind', async () => {
    const acceptance = new Acceptance(names('a'));
    const controller = new AbortController();
    const aborted = acceptance.wait(controller.signal);
    const ended = acceptance.wait(undefined);
    controller.abort('enough');
    await expect(aborted).rejects.toMatchObject({ code: 'PN-2003', cause: 'enough' });
    acceptance.end();
    await expect(ended).rejects.toMatchObject({ code: 'PN-2003' });
  });
});

describe('connected()', () => {
  test('waits for the answer to a new token, after a refusal of the old one', async () => {
    await using fed = new HandFedClient();
    const subscription = fed.client.subscribe().channels('a').execute();
    await (await fed.next('handshake')).refuse(403, { channels: ['a'] });
    await expect(subscription.connected()).rejects.toMatchObject({ statusCode: 403 });
    await fed.clock.advance(10_000);
    fed.client.setToken('new');
    const connected = subscription.connected();
    await (await fed.next('handshake')).answer(10);
    await expect(connected).resolves.toBe(undefined);
  });
});
