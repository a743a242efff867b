import type { RequestHandler } from 'msw';

/** PubNub's own origins. */
const PUBNUB = /^https?:\/\/ps\d*\.pndsn\.com(?::\d+)?\//;

/**
 * Makes msw handlers that lead to the network. Loads the package `msw` only now, and throws when it is missing.
 */
export function handlersFor(
  answer: (request: Request) => Promise<Response>,
  origins: readonly string[],
): readonly RequestHandler[] {
  const { http } = loadMsw();
  const resolve = async ({ request }: { readonly request: Request }): Promise<Response> => {
    try {
      return await answer(request);
    } catch {
      // A failed fetch. msw prints an error of its own if it is given the reason.
      return Response.error();
    }
  };
  return [PUBNUB, ...origins.map(patternOf)].map((pattern) => http.all(pattern, resolve));
}

// Without a scheme, both match, as for the option `origin` of a client.
function patternOf(origin: string): RegExp {
  const [, scheme, authority = ''] = /^(?:(https?):\/\/)?([^/]*)\/?$/i.exec(origin) ?? [];
  if (authority === '')
    throw new TypeError(
      `"${origin}" is not an origin: give a host or an address such as http://localhost:8090.`,
    );
  return new RegExp(`^${scheme ?? 'https?'}://${escaped(authority)}/`, 'i');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function loadMsw(): typeof import('msw') {
  const { process } = globalThis as { process?: Partial<Pick<NodeJS.Process, 'getBuiltinModule'>> };
  const nodeModule = process?.getBuiltinModule?.('node:module');
  if (!nodeModule)
    throw new Error(
      'network.handlers needs Node. In a browser, forward to network.fetch: http.all(pattern, ({ request }) => network.fetch(request)).',
    );
  try {
    // msw is an ES module: `require` returns the same instance that the test imports.
    return nodeModule.createRequire(import.meta.url)('msw');
  } catch (cause) {
    throw new Error(
      'network.handlers needs the package "msw", version 3 or later: npm install --save-dev msw.',
      { cause },
    );
  }
}
