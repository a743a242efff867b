import { describe, expect, it } from 'vitest';
import { Listening } from '../../src/testing/listening.ts';
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
    const listening = new Listening();
    const handshake = subscribe('a', { tt: '0' });
    listening.reached(handshake);
    expect(listening.names).toEqual([]);
    listening.answered(handshake);
    expect(listening.names).toEqual(['a']);
    listening.reached(subscribe('b', { userId: 'bob' }));
    expect([listening.names, listening.has('b', 'bob'), listening.has('b', 'alice')]).toEqual([
      ...[['a', 'b'], true, false],
    ]);
  });

  it('changes when its user asks for another mix between two polls', () => {
    const listening = new Listening();
    const first = subscribe('a,b');
    listening.reached(first);
    listening.answered(first);
    listening.reached(subscribe('b'));
    expect(listening.names).toEqual(['b']);
  });

  it('does not change when two clients of one user poll at a time', () => {
    const listening = new Listening();
    listening.reached(subscribe('a'));
    listening.reached(subscribe('b'));
    expect(listening.names).toEqual(['a', 'b']);
  });

  it('is forgotten of a poll that fails, and of a name that is left', () => {
    const listening = new Listening();
    const [a, b] = [subscribe('a'), subscribe('b,c')];
    for (const request of [a, b]) listening.reached(request);
    listening.failed(a);
    expect(listening.names).toEqual(['b', 'c']);
    listening.answered(leave('b'));
    expect(listening.names).toEqual(['b', 'c']);
    listening.answered(b);
    listening.answered(leave('b'));
    expect(listening.names).toEqual(['c']);
  });

  it('is forgotten when the next poll of the same mix cannot be sent', () => {
    const listening = new Listening();
    const first = subscribe('a');
    listening.reached(first);
    listening.answered(first);
    listening.failed(subscribe('a'));
    expect(listening.names).toEqual([]);
  });
});
