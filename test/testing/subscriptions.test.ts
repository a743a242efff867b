import { describe, expect, it } from 'vitest';
import { Subscriptions } from '../../src/testing/subscriptions.ts';
import { RequestReader } from '../../src/testing/test-request.ts';

const reader = new RequestReader();

function subscribe(names: string, { tt = '1', userId = 'alice' } = {}) {
  return reader.read({ method: 'GET', url: `http://h/v2/subscribe/s/${names}/0?tt=${tt}&uuid=${userId}` });
}

function leave(names: string) {
  const url = `http://h/v2/presence/sub-key/s/channel/${names}/leave?uuid=alice`;
  return reader.read({ method: 'GET', url });
}

describe('who listens to what', () => {
  it('is known when a handshake is answered, or a poll is held', () => {
    const subscriptions = new Subscriptions();
    const handshake = subscribe('a', { tt: '0' });
    subscriptions.reached(handshake);
    expect(subscriptions.names).toEqual([]);
    subscriptions.answered(handshake);
    expect(subscriptions.names).toEqual(['a']);
    subscriptions.reached(subscribe('b', { userId: 'bob' }));
    expect([subscriptions.names, subscriptions.has('b', 'bob'), subscriptions.has('b', 'alice')]).toEqual([
      ...[['a', 'b'], true, false],
    ]);
  });

  it('changes when its user asks for another names between two polls', () => {
    const subscriptions = new Subscriptions();
    const first = subscribe('a,b');
    subscriptions.reached(first);
    subscriptions.answered(first);
    subscriptions.reached(subscribe('b'));
    expect(subscriptions.names).toEqual(['b']);
  });

  it('does not change when two clients of one user poll at a time', () => {
    const subscriptions = new Subscriptions();
    subscriptions.reached(subscribe('a'));
    subscriptions.reached(subscribe('b'));
    expect(subscriptions.names).toEqual(['a', 'b']);
  });

  it('is forgotten of a poll that fails, and of a name that is left', () => {
    const subscriptions = new Subscriptions();
    const [a, b] = [subscribe('a'), subscribe('b,c')];
    for (const request of [a, b]) subscriptions.reached(request);
    subscriptions.failed(a);
    expect(subscriptions.names).toEqual(['b', 'c']);
    subscriptions.answered(leave('b'));
    expect(subscriptions.names).toEqual(['b', 'c']);
    subscriptions.answered(b);
    subscriptions.answered(leave('b'));
    expect(subscriptions.names).toEqual(['c']);
  });

  it('is forgotten when the next poll of the same names cannot be sent', () => {
    const subscriptions = new Subscriptions();
    const first = subscribe('a');
    subscriptions.reached(first);
    subscriptions.answered(first);
    subscriptions.failed(subscribe('a'));
    expect(subscriptions.names).toEqual([]);
  });
});
