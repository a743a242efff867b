// Draws what `npm start` prints as docs/assets/start.svg. Run it when the demonstration has changed; a test tells.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startPicture } from './picture/start.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const env = { ...process.env, NO_COLOR: undefined, FORCE_COLOR: '1' };
const { stdout } = await promisify(execFile)(process.execPath, ['examples/demo/main.ts'], { cwd: ROOT, env });
mkdirSync(`${ROOT}docs/assets`, { recursive: true });
writeFileSync(`${ROOT}docs/assets/start.svg`, startPicture(stdout));
console.log('docs/assets/start.svg shows what npm start prints.');
