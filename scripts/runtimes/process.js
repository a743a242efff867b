// The program for runtimes with processes: Node, Bun and Deno. It has to end by itself.
import process from 'node:process';
import { nodeTransport } from 'timetoken/node';
import { smoke } from './smoke.js';

console.log(JSON.stringify(await smoke(JSON.parse(process.argv[2] ?? '{}'), nodeTransport)));
