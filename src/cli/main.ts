#!/usr/bin/env node
// This file also runs on versions of Node that are too old, and reports that: it uses nothing modern.
import process from 'node:process';

const version = process.versions.node;
const [major = 0, minor = 0] = version.split('.').map(Number);

// With files to read again SIGHUP does not end the process, nor while it loads: they are read after that.
if (process.argv.some((argument) => /^--(keysets|cert)(=|$)/.test(argument)))
  process.on('SIGHUP', () => undefined);

if (major > 22 || (major === 22 && minor >= 13)) {
  import('./start.ts')
    .then(({ start }) => start())
    .catch((error: unknown) => {
      process.stderr.write(`timetoken: ${String(error)}\n`);
      process.exitCode = 1;
    });
} else {
  process.stderr.write(`timetoken needs Node 22.13 or newer; this is Node ${version}.\n`);
  process.exitCode = 1;
}
