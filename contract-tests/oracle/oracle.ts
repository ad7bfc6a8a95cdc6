/**
 * An independent judge between a test client and Portico: an Express proxy with express-openapi-validator, which reads the
 * same bundle through other code than ours. Messages pass unchanged; where its verdict and Portico's differ, it takes a note.
 */
import { createServer, request as openRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import express from 'express';
import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import * as OpenApiValidator from 'express-openapi-validator';

import { documentPath } from '../document.ts';

/** One message on which the two disagree. */
export interface Disagreement {
  /** `accepted`: Portico took what the oracle refuses; `refused`: the reverse; `answer`: the answer breaks the contract. */
  readonly kind: 'accepted' | 'refused' | 'answer';
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly contentType: string;
  readonly detail: string;
  /** The first 2,000 characters of the body in question. */
  readonly body: string;
}

export interface Oracle {
  /** Where the test client sends its requests. */
  readonly url: string;
  readonly disagreements: readonly Disagreement[];
  /** How many requests and answers were judged. */
  judged(): { readonly requests: number; readonly answers: number };
  close(): Promise<void>;
}

/** What the oracle remembers of a request on its way. */
interface Judgement {
  readonly raw: Buffer;
  /** Why the oracle refuses the request; null when it accepts. */
  refusal: string | null;
  /** Why the oracle refuses the answer. */
  answer: string | null;
}

const judgements = new WeakMap<Request, Judgement>();

/** Portico answered before it looked at the schema: says nothing about it. */
const beforeSchema = new Set([401, 403, 406, 408, 429, 431, 500, 503]);
/** Portico says that the form of the request is wrong. */
const malformed = new Set([400, 405, 413, 415, 428]);

export async function startOracle(target: string): Promise<Oracle> {
  const disagreements: Disagreement[] = [];
  const counts = { requests: 0, answers: 0 };

  const forward = async (request: Request, response: Response): Promise<void> => {
    const { raw } = judgementOf(request);
    const upstream = await send(target, request, raw);
    const status = upstream.statusCode ?? 500;
    if (upstream.headers['content-type']?.startsWith('text/event-stream') === true) {
      response.writeHead(status, rawHeaders(upstream));
      // A client may leave a stream whenever it likes.
      await pipeline(upstream, response).catch(() => upstream.destroy());
      return;
    }
    const body = await bytes(upstream);
    counts.requests += 1;
    const note = (kind: Disagreement['kind'], detail: string, about: Buffer): void =>
      void disagreements.push({
        ...{ kind, method: request.method, url: request.originalUrl, status, detail },
        contentType: request.headers['content-type'] ?? '',
        body: about.toString('utf8').slice(0, 2000),
      });
    const { refusal } = judgementOf(request);
    // Our platform answers OPTIONS for every path; the document doesn't list it.
    if (!beforeSchema.has(status) && request.method !== 'OPTIONS') {
      const code = problemCode(upstream.headers, body);
      const refused = malformed.has(status);
      if (refusal !== null && !refused && !(status === 404 && refusal.startsWith('404')))
        note('accepted', refusal, raw);
      // A made-up cursor has a valid form, which is all that the oracle can see.
      if (refusal === null && refused && code !== 'invalid-cursor') note('refused', code ?? `status ${status}`, raw);
    }
    if (request.method !== 'OPTIONS' && upstream.headers['content-type']?.includes('json') === true) {
      counts.answers += 1;
      response.status(status).setHeader('content-type', upstream.headers['content-type']);
      // Runs the response validator; the stand-in for json() below keeps Express from sending anything itself.
      response.json(JSON.parse(body.toString('utf8')));
      const { answer } = judgementOf(request);
      if (answer !== null) note('answer', answer, body);
      response.removeHeader('content-type');
    }
    response.writeHead(status, rawHeaders(upstream));
    response.end(body);
  };

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(readBody);
  app.use(
    OpenApiValidator.middleware({
      apiSpec: documentPath,
      validateRequests: { allowUnknownQueryParameters: false, coerceTypes: false },
      validateResponses: false,
      validateSecurity: false,
      validateApiSpec: false,
      fileUploader: false,
    }),
  );
  app.use(((error: { status?: number; message: string }, request, _response, next) => {
    judgementOf(request).refusal ??= `${error.status ?? 500} ${error.message}`;
    next();
  }) satisfies ErrorRequestHandler);
  app.use(
    OpenApiValidator.middleware({
      apiSpec: documentPath,
      validateRequests: false,
      validateResponses: {
        onError: (error, _body, request) => {
          judgementOf(request).answer = error.message;
        },
      },
      validateSecurity: false,
      validateApiSpec: false,
      fileUploader: false,
    }),
  );
  // An unknown path or method has no response to validate; the first judge has already said so.
  app.use(((_error, _request, _response, next) => next()) satisfies ErrorRequestHandler);
  app.use((request: Request, response: Response, next: NextFunction) => {
    forward(request, response).catch(next);
  });
  app.use(((error: Error, _request, response, _next) => {
    response.socket?.destroy(error);
  }) satisfies ErrorRequestHandler);

  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    disagreements,
    judged: () => ({ ...counts }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Keeps the bytes for Portico and gives the validator what a body parser would. */
const readBody: RequestHandler = (request, response, next) => {
  bytes(request)
    .then((raw) => {
      const judgement: Judgement = { raw, refusal: null, answer: null };
      judgements.set(request, judgement);
      response.json = () => response;
      request.body = parseBody(request.headers, raw, judgement);
      next();
    })
    .catch(next);
};

function parseBody(headers: IncomingHttpHeaders, raw: Buffer, judgement: Judgement): unknown {
  if (raw.length === 0) return undefined;
  if (headers['content-type']?.includes('json') !== true) return raw.toString('utf8');
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    judgement.refusal = '400 the body is not JSON';
    return undefined;
  }
}

function judgementOf(request: Request): Judgement {
  const judgement = judgements.get(request);
  if (judgement === undefined) throw new Error('the body was not read');
  return judgement;
}

function send(target: string, request: Request, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const upstream = openRequest(
      new URL(target),
      { method: request.method, path: request.originalUrl, headers: request.headers, setHost: false },
      resolve,
    );
    upstream.on('error', reject);
    upstream.end(body);
  });
}

async function bytes(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Names and values by turns, as they came. */
function rawHeaders(message: IncomingMessage): string[] {
  const headers: string[] = [];
  for (let index = 0; index < message.rawHeaders.length; index += 2) {
    const [name, value] = message.rawHeaders.slice(index, index + 2);
    if (name !== undefined && value !== undefined && !/^(connection|keep-alive|transfer-encoding)$/i.test(name)) {
      headers.push(name, value);
    }
  }
  return headers;
}

function problemCode(headers: IncomingHttpHeaders, body: Buffer): string | null {
  if (headers['content-type']?.startsWith('application/problem+json') !== true) return null;
  return (JSON.parse(body.toString('utf8')) as { code?: string }).code ?? null;
}
