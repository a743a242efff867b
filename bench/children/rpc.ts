import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Request {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

type Response = { readonly id: number } & ({ readonly result: unknown } | { readonly error: string });

/** What a child process offers: methods with one argument each, by name. */
export type Methods = Readonly<Record<string, (argument: never) => unknown>>;

/** A child process whose methods can be called. */
export interface Child<M extends Methods> {
  call<Name extends keyof M & string>(
    method: Name,
    ...argument: Parameters<M[Name]>
  ): Promise<Awaited<ReturnType<M[Name]>>>;
  stop(): void;
}

/** In the child: answers calls until the parent hangs up. */
export function offer(methods: Methods): void {
  const answer = async ({ id, method, argument }: Request): Promise<Response> => {
    try {
      return { id, result: await methods[method]?.(argument as never) };
    } catch (error) {
      return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  process.on('message', (request: Request) => {
    void answer(request).then((response) => process.send?.(response));
  });
  process.on('disconnect', () => process.exit());
}

/** In the parent: starts a module of this folder as a process of its own, so that its CPU time is its own too. */
export function start<M extends Methods>(
  file: string,
  { args = [], flags = [] }: { readonly args?: readonly string[]; readonly flags?: readonly string[] } = {},
): Child<M> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: [...flags] });
  const calls = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  child.on('message', (response: Response) => {
    const call = calls.get(response.id);
    calls.delete(response.id);
    if ('error' in response) call?.reject(new Error(response.error));
    else call?.resolve(response.result);
  });
  child.on('exit', (code) => {
    for (const { reject } of calls.values()) reject(new Error(`${file} ended with ${code}.`));
  });
  return { call: caller<M>(child, calls), stop: () => child.disconnect() };
}

function caller<M extends Methods>(
  child: ChildProcess,
  calls: Map<number, { resolve(result: unknown): void; reject(error: Error): void }>,
): Child<M>['call'] {
  let lastId = 0;
  return (method, ...[argument]) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      // What comes back is what the method of that name returned.
      calls.set(lastId, { resolve: (result) => resolve(result as never), reject });
      child.send({ id: lastId, method, argument } satisfies Request);
    });
}
