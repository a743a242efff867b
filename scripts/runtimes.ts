// Runs one program, scripts/runtimes/smoke.js, from the packed package in every runtime that is there, and prints the
// table of docs/reference/runtimes.md. dist must be built. Runtimes are looked for on PATH and in the folders that are
// given: `npx node scripts/runtimes.ts /tmp/runtimes/node_modules/.bin`.
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { createOrigin } from 'timetoken/origin';
import { serve } from 'timetoken/origin/node';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const FOLDERS = [...process.argv.slice(2), ...(process.env['PATH'] ?? '').split(delimiter)];
const PATIENCE = 60_000;
const execute = promisify(execFile);

type Answers = Readonly<Record<string, string>>;
type Addresses = Readonly<Record<'origin' | 'closed' | 'flaky', string>>;
type Run = (executable: string, addresses: Addresses, folder: string) => Answers | Promise<Answers>;

// Not in one go: this process has to answer what the program asks.
function inProcess(...args: readonly string[]): Run {
  return async (executable, addresses, folder) => {
    const all = [...args, join(folder, 'process.js'), JSON.stringify(addresses)];
    const { stdout } = await execute(executable, all, { cwd: folder, encoding: 'utf8', timeout: PATIENCE });
    return JSON.parse(stdout);
  };
}

async function bundle(folder: string, entry: string, conditions: string[]): Promise<string> {
  const { outputFiles } = await build({
    ...{ bundle: true, format: 'esm', write: false, absWorkingDir: folder, conditions },
    entryPoints: [join(folder, entry)],
  });
  return outputFiles?.[0]?.text ?? '';
}

const inWorkerd: Run = async (executable, addresses, folder) => {
  writeFileSync(
    join(folder, 'bundle.js'),
    await bundle(folder, 'worker.js', ['workerd', 'worker', 'module']),
  );
  const config = join(folder, 'config.capnp');
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "bundle.js", esModule = embed "bundle.js")],
      compatibilityDate = "2026-01-01",
    )),
    (name = "internet", network = (allow = ["private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  );
  const worker = spawn(executable, ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  try {
    const answer = await fetch(`http://127.0.0.1:${await portOf(worker)}/`, {
      method: 'POST',
      body: JSON.stringify(addresses),
      signal: AbortSignal.timeout(PATIENCE),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return JSON.parse(text);
  } finally {
    worker.kill();
  }
};

async function portOf(worker: ChildProcess): Promise<number> {
  const [, , , control] = worker.stdio;
  if (!control) throw new Error('workerd has no control stream.');
  const [line] = await once(control, 'data');
  return JSON.parse(String(line).split('\n')[0] ?? '').port;
}

const inChromium: Run = async (executablePath, addresses, folder) => {
  const script = await bundle(folder, 'page.js', ['module']);
  const web = http.createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html>');
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(web.address() as AddressInfo).port}/`); // It listens.
    await page.addScriptTag({ type: 'module', content: script });
    await page.waitForFunction('globalThis.smoke');
    return await page.evaluate(`smoke(${JSON.stringify(addresses)})`);
  } finally {
    await browser.close();
    web.closeAllConnections();
    web.close();
  }
};

const RUNTIMES: readonly (readonly [name: string, version: readonly string[], run: Run])[] = [
  ['node', ['--version'], inProcess()],
  ['bun', ['--version'], inProcess()],
  ['deno', ['--version'], inProcess('run', '-A')],
  ['workerd', ['--version'], inWorkerd],
  ['chromium', ['--version'], inChromium],
];

function install(folder: string): void {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'timetoken'), { recursive: true });
  const npm = { cwd: ROOT, encoding: 'utf8' } as const;
  const packed = execFileSync(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder],
    npm,
  );
  const tarball = join(folder, packed.trim());
  execFileSync('tar', ['-xzf', tarball, '-C', join(modules, 'timetoken'), '--strip-components=1']);
  const from = join(ROOT, 'node_modules');
  for (const name of readdirSync(from))
    if (name !== 'timetoken') symlinkSync(join(from, name), join(modules, name));
  cpSync(join(ROOT, 'scripts/runtimes'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
}

/** A server that keeps connections, and breaks one when it has received a publish to `breaks` for the first time. */
function flakyServer(): http.Server {
  const received = new Set<string>();
  return http.createServer(({ url = '', socket }, response) => {
    const breaks = url.includes('/breaks/') && !received.has(url);
    received.add(url);
    response.setHeader('access-control-allow-origin', '*');
    if (breaks) socket.resetAndDestroy();
    else response.end('[1,"Sent","17000000000000000"]');
  });
}

async function tryAll(folder: string): Promise<void> {
  install(folder);
  const origin = createOrigin();
  const server = await serve(origin);
  const rows = new Map<string, Answers>();
  const names: string[] = [];
  for (const [name, version, run] of RUNTIMES) {
    for (const executable of FOLDERS.map((path) => join(path, name)).filter(existsSync)) {
      const flaky = flakyServer();
      await new Promise<void>((resolve) => flaky.listen(0, '127.0.0.1', resolve));
      const { port } = flaky.address() as AddressInfo; // It listens.
      const addresses = {
        origin: server.url,
        closed: 'http://127.0.0.1:47123',
        flaky: `http://127.0.0.1:${port}`,
      };
      const label = execFileSync(executable, version, { encoding: 'utf8' }).split('\n')[0] ?? name;
      try {
        const answers = await run(executable, addresses, folder);
        names.push(label);
        for (const [check, answer] of Object.entries(answers))
          rows.set(check, { ...rows.get(check), [label]: answer });
      } catch (error) {
        console.log(`${label} did not run the program: ${String(error).split('\n').slice(0, 3).join(' ')}`);
      }
      flaky.closeAllConnections();
      flaky.close();
    }
  }
  console.log(`| | ${names.join(' | ')} |\n|---|${names.map(() => '---|').join('')}`);
  for (const [check, answers] of rows)
    console.log(`| ${check} | ${names.map((name) => answers[name] ?? '').join(' | ')} |`);
  await server.close();
  await origin.close();
}

const folder = mkdtempSync(join(tmpdir(), 'timetoken-runtimes-'));
try {
  await tryAll(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
