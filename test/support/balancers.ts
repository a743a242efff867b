import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, withParent } from './processes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STARTS_WITHIN_MS = 10_000;

/** A balancer in a process of its own, with the configuration that the project ships. */
export interface Balancer extends AsyncDisposable {
  /** `127.0.0.1:8080` */
  readonly host: string;
  readonly url: string;
}

/** A kind of balancer: `undefined` from `program` where it is not installed. */
export interface BalancerKind {
  readonly name: 'HAProxy' | 'nginx';
  readonly program: string | undefined;
  /** Starts it in front of origins on these ports of this machine, at least two. */
  start(ports: readonly number[]): Promise<Balancer>;
}

/** The balancers that the project ships a configuration for. */
export const BALANCERS: readonly BalancerKind[] = [
  { name: 'HAProxy', program: installed('haproxy'), start: startHaproxy },
  { name: 'nginx', program: installed('nginx'), start: startNginx },
];

function installed(program: string): string | undefined {
  return ['/usr/sbin', '/usr/local/sbin', '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin']
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}

async function startHaproxy(ports: readonly number[]): Promise<Balancer> {
  const port = await freePort();
  const env = {
    TIMETOKEN_ROOTLESS: '1',
    TIMETOKEN_BIND: `127.0.0.1:${port}`,
    TIMETOKEN_ONE: `127.0.0.1:${ports[0]}`,
    TIMETOKEN_TWO: `127.0.0.1:${ports[1]}`,
  };
  // Fewer files than a server of its own may have.
  const folder = mkdtempSync(join(tmpdir(), 'timetoken-haproxy-'));
  const file = join(folder, 'haproxy.cfg');
  const text = readFileSync(join(ROOT, 'deploy/haproxy.cfg'), 'utf8');
  writeFileSync(file, withMore(text, /^ +server two.*\n/gm, ports.slice(2)));
  const args = ['-db', '-n', '4000', '-f', file];
  return running(spawnedOf('haproxy', args, env), port, async () =>
    rmSync(folder, { recursive: true, force: true }),
  );
}

// It has no variables, so ports and paths are put into a copy.
async function startNginx(ports: readonly number[]): Promise<Balancer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'timetoken-nginx-'));
  mkdirSync(join(folder, 'logs'));
  const given = readFileSync(join(ROOT, 'deploy/nginx.conf'), 'utf8');
  const text = replaced(withMore(given, /^ +server 127\.0\.0\.1:8092.*\n/gm, ports.slice(2)), [
    [' listen 80 ', ` listen 127.0.0.1:${port} `],
    ['127.0.0.1:8091', `127.0.0.1:${ports[0]}`],
    ['127.0.0.1:8092', `127.0.0.1:${ports[1]}`],
    ['user www-data', `user ${userInfo().username}`],
    ['/run/nginx.pid', `${folder}/nginx.pid`],
    ['/var/log/nginx/error.log', `${folder}/logs/error.log`],
    ['client_body_temp_path /var/lib/nginx/body;', temporaryPaths(folder)],
    ['/var/lib/nginx/proxy', `${folder}/proxy`],
    ['worker_rlimit_nofile 200000', 'worker_rlimit_nofile 4000'],
    ['worker_connections 100000', 'worker_connections 4000'],
    ['worker_processes auto', 'worker_processes 2'],
  ]);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, text);
  const args = ['-e', join(folder, 'logs/start.log'), '-p', folder, '-g', 'daemon off;', '-c', file];
  return running(spawnedOf('nginx', args, {}), port, async () =>
    rmSync(folder, { recursive: true, force: true }),
  );
}

// The lines of the second origin, once more for each further one.
function withMore(text: string, lines: RegExp, ports: readonly number[]): string {
  return text.replace(lines, (line) => {
    const more = ports.map((port, index) =>
      line
        .replaceAll('two', `more${index}`)
        .replace(/"\$\{TIMETOKEN_TWO[^"]*"|127\.0\.0\.1:8092/, `127.0.0.1:${port}`),
    );
    return [line, ...more].join('');
  });
}

// It makes the folders of all its modules, which may belong to another user.
function temporaryPaths(folder: string): string {
  return ['client_body', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ');
}

function replaced(text: string, pairs: readonly (readonly [from: string, to: string])[]): string {
  return pairs.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`The configuration does not say "${from}".`);
    return changed.replaceAll(from, to);
  }, text);
}

function spawnedOf(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const program = installed(name);
  if (program === undefined) throw new Error(`${name} is not installed.`);
  const [first = '', ...rest] = [...withParent(), program, ...args];
  return spawn(first, rest, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
}

async function running(child: ChildProcess, port: number, clean: () => Promise<void>): Promise<Balancer> {
  const exited = once(child, 'exit');
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await listening(child, port).catch((cause: unknown) => {
    throw new Error(`The balancer did not start: ${said}`, { cause });
  });
  const host = `127.0.0.1:${port}`;
  return {
    host,
    url: `http://${host}`,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await exited;
      await clean();
    },
  };
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  for (const end = Date.now() + STARTS_WITHIN_MS; Date.now() < end; await after(20)) {
    if (child.exitCode !== null) throw new Error(`The balancer has ended with ${child.exitCode}.`);
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
  }
  child.kill('SIGKILL');
  throw new Error(`The balancer does not listen on port ${port}.`);
}
