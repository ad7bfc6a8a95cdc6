import { createServer } from 'node:http';
import type { Server as NodeServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Hapi from '@hapi/hapi';
import type { RouteOptions } from '@hapi/hapi';
import type { Route } from '../contract/route.ts';
import { platformProblems, unavailable } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import { answerOperation, answerOther } from './answering.ts';
import type { AnsweringOptions } from './answering.ts';
import type { Cors } from './cors.ts';
import { answerDirectly } from './direct.ts';
import { handleMalformed } from './malformed.ts';
import { answerUndeclaredMethod, undeclaredMethods } from './methods.ts';
import type { Operation } from './operations.ts';
import type { Page } from './pages.ts';

export interface HttpServerOptions extends AnsweringOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly operations: readonly Operation[];
  /** What other processes serve. */
  readonly elsewhere: readonly Route[];
  readonly pages: readonly Page[];
  readonly cors: Cors;
  readonly timeouts: HttpTimeouts;
}

export interface HttpTimeouts {
  /** Above the gateway's own (nginx keeps upstream connections 60 s): the race would give random 502s on POST. */
  readonly keepAliveMilliseconds: number;
  /** Until all headers have arrived; above keep-alive. */
  readonly headersMilliseconds: number;
  /** A connection on which nothing moves for so long is cut: a client that stops reading must not hold a download open. */
  readonly stalledMilliseconds: number;
}

export const defaultTimeouts: HttpTimeouts = {
  keepAliveMilliseconds: 65_000,
  headersMilliseconds: 70_000,
  stalledMilliseconds: 300_000,
};

export interface HttpServer {
  /** Begins to listen. @returns the address, such as `http://127.0.0.1:8080`. */
  start(): Promise<string>;
  /** Stops accepting and waits for requests in progress; after the grace their connections are cut. */
  stop(graceMilliseconds: number): Promise<void>;
}

const maxHeaderBytes = 16_384;

// Everything Hapi would do with a body or an answer is done here instead (measured: 37 instead of 63 µs per request).
const routeOptions: RouteOptions = {
  auth: false,
  timeout: { server: false },
  state: { parse: false, failAction: 'ignore' },
};
const bodyOptions: RouteOptions = {
  ...routeOptions,
  payload: {
    parse: false,
    output: 'stream',
    maxBytes: Number.MAX_SAFE_INTEGER,
    timeout: false,
    override: 'application/octet-stream',
  },
};

/** One Hapi route per operation, and per path one for every method that it does not declare. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { operations, pages, log } = options;
  const listener = createListener(options.timeouts);
  const server = new Hapi.Server({
    listener,
    host: options.host,
    port: options.port,
    compression: false,
    debug: false,
    operations: { cleanStop: false },
    router: { isCaseSensitive: true, stripTrailingSlash: false },
    routes: { cors: false, security: false },
  });
  for (const operation of operations) {
    const { route } = operation;
    server.route({
      method: route.method,
      path: route.path,
      handler: async (request, h) => {
        await answerOperation(options, operation, request.raw, request.params as Record<string, string>);
        return h.abandon;
      },
      options: { ...(route.method === 'GET' ? routeOptions : bodyOptions), id: route.operationId },
    });
  }
  for (const page of pages) {
    server.route({
      method: 'GET',
      path: page.path,
      handler: async (request, h) => {
        await answerOther(options, request.raw, ({ req }) => page.answer(req));
        return h.abandon;
      },
      options: routeOptions,
    });
  }
  const declared = [
    ...operations.map(({ route }) => route),
    ...pages.map(({ path }) => ({ path, method: 'GET' as const })),
  ];
  for (const { path, allow, methods } of undeclaredMethods(declared)) {
    for (const method of methods) {
      server.route({
        method,
        path,
        handler: async (request, h) => {
          await answerOther(options, request.raw, (exchange) => answerUndeclaredMethod(exchange, allow, options.cors));
          return h.abandon;
        },
        options: method === 'GET' ? routeOptions : bodyOptions,
      });
    }
  }
  for (const [path, routes] of Map.groupBy(options.elsewhere, (route) => route.path)) {
    const answer = async (request: Hapi.Request, h: Hapi.ResponseToolkit): Promise<symbol> => {
      await answerOther(options, request.raw, () => {
        // "Not found" would be a lie that callers act upon.
        throw unavailable(5, { detail: `This process does not host ${routes[0]?.context}: ask the public address.` });
      });
      return h.abandon;
    };
    // Methods by name too: a template of this process could catch the path otherwise.
    for (const method of ['*', ...routes.map(({ method: own }) => own)] as const) {
      server.route({ method, path, handler: answer, options: method === 'GET' ? routeOptions : bodyOptions });
    }
  }
  // Only what no route answered gets here: unknown paths and paths that are not percent-encoded UTF-8.
  server.ext('onPreResponse', async (request, h) => {
    const { response } = request;
    if (!('isBoom' in response) || !response.isBoom) return h.continue;
    await answerOther(options, request.raw, () => {
      throw boomProblem(response.output.statusCode, response);
    });
    return h.abandon;
  });

  answerDirectly(listener, server, operations, (operation, raw, path) => {
    void answerOperation(options, operation, raw, path);
  });
  // For every request, whoever answers it: must see them first.
  handleMalformed(listener, log);

  return {
    async start() {
      await server.start();
      const { address, family, port } = listener.address() as AddressInfo;
      return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    },
    async stop(graceMilliseconds) {
      const timer = setTimeout(() => listener.closeAllConnections(), graceMilliseconds);
      await server.stop({ timeout: graceMilliseconds });
      clearTimeout(timer);
    },
  };
}

function createListener({ keepAliveMilliseconds, headersMilliseconds, stalledMilliseconds }: HttpTimeouts): NodeServer {
  const listener = createServer({
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: keepAliveMilliseconds,
    headersTimeout: headersMilliseconds,
    // Uploads may take long; src/http/body.ts has its own limits, by size and by progress.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(5_000, headersMilliseconds / 2),
  });
  listener.timeout = stalledMilliseconds;
  return listener;
}

function boomProblem(status: number, error: Error): Problem {
  if (status === 404) return new Problem(platformProblems['not-found'], { detail: 'There is nothing at this path.' });
  if (status < 500)
    return new Problem(platformProblems['malformed-request'], { detail: 'The request line is malformed.' });
  return new Problem(platformProblems['internal-error'], { cause: error });
}
