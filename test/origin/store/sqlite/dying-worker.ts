// The worker of a store, which ends where it would tell of an entry on the channel `die`.
import { parentPort } from 'node:worker_threads';
import '../../../../src/origin/store/sqlite/worker.ts';

if (parentPort) {
  const post = parentPort.postMessage.bind(parentPort);
  parentPort.postMessage = (answer: unknown) => {
    if (JSON.stringify(answer).includes('"channel":"die"')) process.exit(1);
    post(answer);
  };
}
