import { expect, test } from 'vitest';
import { originNetwork } from '../../support/origin-network.ts';

test('time is one bare number of seventeen digits in an array', async () => {
  const { send } = originNetwork();
  const reply = await send('/time/0?uuid=me&pnsdk=x');
  expect(reply).toMatchObject({
    status: 200,
    contentType: 'text/javascript; charset="UTF-8"',
    text: '[17000000000000000]',
  });
});
