import { parentPort, workerData } from 'node:worker_threads';
import { type BackupTask, backUp } from './backup.ts';
import { failureOf } from './failures.ts';

// `sqliteBackup` sets it.
const task = workerData as BackupTask;
try {
  backUp(task);
  parentPort?.postMessage(undefined);
} catch (error) {
  parentPort?.postMessage(failureOf(error, task.path));
}
