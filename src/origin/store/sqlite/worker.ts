import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../system.ts';
import { Host } from './host.ts';
import type { Answer, Request, WorkerSettings } from './messages.ts';

// Other processes are looked after so often: below what a client notices, and next to no work.
const LOOK_MS = 5;
// More than that is several transactions, so that none takes long.
const REQUESTS = 64;

if (!parentPort) throw new Error('This file is for a worker of the SQLite store.');
const port = parentPort;
// The engine that starts this worker sets it.
const host = new Host(workerData as WorkerSettings);
let isLooking = false;

port.on('message', (first: Request | null) => {
  const requests: Request[] = [];
  for (let request: Request | null | undefined = first; request !== undefined; request = next()) {
    if (request === null) {
      answer(requests);
      host.close();
      port.close();
      return;
    }
    requests.push(request);
    if (requests.length >= REQUESTS) break;
  }
  answer(requests);
  look();
});

// Whatever has come meanwhile belongs to the same transaction. The port is written by the engine alone.
function next(): Request | null | undefined {
  return receiveMessageOnPort(port)?.message as Request | null | undefined;
}

function answer(requests: readonly Request[]): void {
  if (requests.length > 0) tell(host.handle(requests));
}

function tell(told: Answer): void {
  if (told.results.length > 0 || told.news.length > 0) port.postMessage(told);
}

function look(): void {
  if (isLooking || !host.isFollowing) return;
  isLooking = true;
  systemClock.setTimeout(() => {
    isLooking = false;
    tell(host.look());
    look();
  }, LOOK_MS);
}
