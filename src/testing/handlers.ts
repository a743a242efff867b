import type { RequestHandler } from 'msw';

/** PubNub's own origins. */
const PUBNUB = /^https?:\/\/ps\d*\.pndsn\.com(?::\d+)?\//;

/**
 * Handlers of msw that lead to the network. Throws when the package `msw` is missing: it is not loaded before somebody
 * asks for handlers.
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
      // A failed fetch: msw has no way to say why that does not print an error of its own.
      return Response.error();
    }
  };
  return [PUBNUB, ...origins.map(placeOf)].map((place) => http.all(place, resolve));
}

// Without a scheme, either will do, as for the option `origin` of a client.
function placeOf(origin: string): RegExp {
  const [, scheme, authority = ''] = /^(?:(https?):\/\/)?([^/]*)\/?$/i.exec(origin) ?? [];
  if (authority === '')
    throw new TypeError(`"${origin}" is no origin: give a host, or as http://localhost:8090.`);
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
      'network.handlers needs Node. In a browser, forward to network.fetch: http.all(place, ({ request }) => network.fetch(request)).',
    );
  try {
    // msw is an ES module: what is required here is what the test imports.
    return nodeModule.createRequire(import.meta.url)('msw');
  } catch (cause) {
    throw new Error(
      'network.handlers needs the package "msw", version 3 or later: npm install --save-dev msw.',
      { cause },
    );
  }
}
