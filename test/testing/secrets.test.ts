import { PubNub } from 'timetoken';
import { createTestNetwork, printTranscript, type TestNetwork } from 'timetoken/testing';
import { expect, it } from 'vitest';

const SECRETS = {
  secretKey: 'sec-c-0123456789abcdef',
  publishKey: 'pub-c-0123456789abcdef',
  token: 'qEF2AkF0Gmg_token_0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz',
  message: 'what-alice-wrote',
};
const KEYSET = { subscribeKey: 'sub', publishKey: SECRETS.publishKey, secretKey: SECRETS.secretKey };

/** Everything that the kit says of a test that went wrong. */
async function said(network: TestNetwork): Promise<string> {
  const texts = [printTranscript(network.transcript()), JSON.stringify(network.transcript())];
  const left = await network.close({ test: 'x' }).then(undefined, (error: Error) => error);
  return [...texts, String(left), left?.stack, JSON.stringify(left)].join('\n');
}

it('neither transcripts nor failures tell keys, tokens, signatures and messages', async () => {
  const network = createTestNetwork({ keysets: [KEYSET], operations: ['time'], patience: 20 });
  const { secretKey, token, message } = SECRETS;
  const own = { ...network.options, userId: 'alice' };
  const signed = new PubNub({ ...own, secretKey });
  const asking = new PubNub({ ...own, token });
  network.fail(
    ({ operation }) => {
      if (operation === 'time') throw new Error('no time');
      return false;
    },
    { with: 'reset' },
  );
  const calls = [
    signed.publish({ channel: 'room', message }),
    signed.revokeToken({ token }),
    signed.grantToken({ ttl: 5, channels: { room: { read: true } } }),
    asking.publish({ channel: 'room', message }),
    asking.signal({ channel: 'room', message }),
    asking.downloadFile({ channel: 'room', fileId: 'id', fileName: 'a' }),
    asking.time(),
  ];
  const ends = Promise.all(calls.map((call) => call.envelope()));
  await network.settled(ends);
  await network
    .fetch(`https://ps.pndsn.com/v9/${token}?auth=${token}&signature=v2.abc`)
    .catch(() => undefined);
  await Promise.all([signed.close(), asking.close()]);
  const text = await said(network);
  expect(text).toContain('Unexpected request of alice: publish (GET /publish/{publishKey}/sub/');
  expect(text).toContain('revokeToken (DELETE /v3/pam/sub/grant/{token})');
  expect(text).toContain('The matcher of fault 1');
  expect(text).toContain('GET /v9/…');
  for (const secret of [...Object.values(SECRETS), 'v2.', 'signature=', 'auth='])
    expect(text).not.toContain(secret);
});
