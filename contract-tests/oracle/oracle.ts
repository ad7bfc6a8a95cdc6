/**
 * An independent judge between a test client and Portico: an Express proxy with express-openapi-validator, which reads the
 * same bundle through other code than ours. Messages pass unchanged; where its verdict and Portico's differ, it takes a note.
 */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse as parseForm } from 'node:querystring';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import express from 'express';
import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import type { OpenAPIV3 } from 'express-openapi-validator/dist/framework/types.js';

import { readDocument } from '../document.ts';
import type { OpenApiDocument } from '../document.ts';
import { bytes, createTarget, passedHeaders } from '../front/wire.ts';
import type { Target } from '../front/wire.ts';
import { partKey, partsOf } from './parts.ts';

/** One message on which the two disagree. */
export interface Disagreement {
  /** `accepted`: Portico took what the oracle refuses; `refused`: the reverse; `answer`: the answer breaks the contract. */
  readonly kind: 'accepted' | 'refused' | 'answer';
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly contentType: string;
  /** The request's Content-Encoding. */
  readonly encoding: string;
  readonly detail: string;
  /** The first 2,000 characters of the body in question. */
  readonly body: string;
  /** Who sent it: a test file, or schemathesis. */
  readonly sender: string;
}

export interface Oracle {
  /** Stands before the Portico at `url`, and judges what passes. */
  standBefore(url: string, sender: string): Promise<Post>;
  readonly disagreements: readonly Disagreement[];
  judged(): Judged;
  close(): Promise<void>;
}

/** Where an oracle stands. */
export interface Post {
  /** Where the test client sends its requests. */
  readonly url: string;
  /** @param served ids of the requests that Portico has seen: those that did not pass here went past the oracle. */
  close(served?: readonly string[]): Promise<void>;
}

/** How many messages were judged. */
export interface Judged {
  readonly requests: number;
  readonly answers: number;
  /** Requests that went past the oracle: sent over sockets that a test opened itself. */
  readonly past: number;
  /** Requests judged, by sender. */
  readonly bySender: ReadonlyMap<string, number>;
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

/** The Portico behind one listening port of ours, and what is known of its traffic. */
interface Standing {
  readonly target: Target;
  readonly sender: string;
  /** X-Request-Id of every answer that passed. */
  readonly passed: Set<string>;
}

/** One value of JSON, not lines of it. */
function isJson(contentType: string | undefined): contentType is string {
  return contentType !== undefined && /^application\/(?:[\w.-]+\+)?json\b/.test(contentType);
}

export function createOracle(): Oracle {
  const disagreements: Disagreement[] = [];
  const counts = { requests: 0, answers: 0, past: 0 };
  const bySender = new Map<string, number>();
  const standings = new Map<number, Standing>();
  const posts = new Set<Post>();

  const forward = async (request: Request, response: Response): Promise<void> => {
    const standing = standings.get(request.socket.localPort ?? 0);
    if (standing === undefined) throw new Error('nobody stands here any more');
    const { raw } = judgementOf(request);
    const left = new AbortController();
    response.once('close', () => left.abort());
    const passedOn = { method: request.method, url: request.originalUrl, headers: request.rawHeaders, body: raw };
    const upstream = await standing.target.send(passedOn, left.signal);
    const status = upstream.statusCode ?? 500;
    standing.passed.add(String(upstream.headers['x-request-id']));
    bySender.set(standing.sender, (bySender.get(standing.sender) ?? 0) + 1);
    if (upstream.headers['content-type']?.startsWith('text/event-stream') === true) {
      response.writeHead(status, passedHeaders(upstream));
      // A client may leave a stream whenever it likes.
      await pipeline(upstream, response).catch(() => upstream.destroy());
      return;
    }
    const sent = await bytes(upstream);
    const body = upstream.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    counts.requests += 1;
    const note = (kind: Disagreement['kind'], detail: string, about: Buffer): void =>
      void disagreements.push({
        ...{ kind, method: request.method, url: request.originalUrl, status, detail, sender: standing.sender },
        contentType: request.headers['content-type'] ?? '',
        encoding: request.headers['content-encoding'] ?? '',
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
    if (request.method !== 'OPTIONS' && isJson(upstream.headers['content-type'])) {
      counts.answers += 1;
      response.status(status).setHeader('content-type', upstream.headers['content-type']);
      // Runs the response validator; the stand-in for json() below keeps Express from sending anything itself.
      response.json(JSON.parse(body.toString('utf8')));
      const { answer } = judgementOf(request);
      if (answer !== null) note('answer', answer, body);
      response.removeHeader('content-type');
    }
    response.writeHead(status, passedHeaders(upstream));
    response.end(sent);
  };

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(readBody);
  app.use(createJudges());
  app.use((request: Request, response: Response, next: NextFunction) => {
    forward(request, response).catch(next);
  });
  app.use(((error: Error, _request, response, _next) => {
    response.socket?.destroy(error);
  }) satisfies ErrorRequestHandler);

  return {
    async standBefore(url, sender) {
      // What Portico refuses as too large must get there.
      const server = createServer({ maxHeaderSize: 65_536 }, app);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const standing: Standing = { target: createTarget(url), sender, passed: new Set() };
      standings.set(port, standing);
      const post: Post = {
        url: `http://127.0.0.1:${port}`,
        close: async (served = []) => {
          counts.past += served.filter((id) => !standing.passed.has(id)).length;
          posts.delete(post);
          await new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          });
          standings.delete(port);
          standing.target.close();
        },
      };
      posts.add(post);
      return post;
    },
    disagreements,
    judged: () => ({ ...counts, bySender }),
    close: async () => {
      await Promise.all([...posts].map((post) => post.close()));
    },
  };
}

/** Judges each request, and readies the judgement of its answer, by the part of the document that it concerns. */
function createJudges(): RequestHandler {
  const document = readDocument();
  const parts = partsOf(document);
  const judges = new Map<string, RequestHandler>();
  return (request, response, next) => {
    const key = parts.has(partKey(request.path)) ? partKey(request.path) : '';
    // Whether a path of no part is none of ours, or one of ours in another spelling, is for the validator to say.
    const judge = judges.get(key) ?? createJudge(parts.get(key) ?? document);
    judges.set(key, judge);
    judge(request, response, next);
  };
}

function createJudge(document: OpenApiDocument): RequestHandler {
  const shared = { validateSecurity: false, validateApiSpec: false, fileUploader: false } as const;
  // The validator writes into what it is given.
  const apiSpec = (): OpenAPIV3.DocumentV3_1 => structuredClone(document) as unknown as OpenAPIV3.DocumentV3_1;
  const judge = express.Router();
  judge.use(
    OpenApiValidator.middleware({
      ...shared,
      apiSpec: apiSpec(),
      validateRequests: { allowUnknownQueryParameters: false, coerceTypes: false },
      validateResponses: false,
    }),
  );
  judge.use(((error: { status?: number; message: string }, request, _response, next) => {
    judgementOf(request).refusal ??= `${error.status ?? 500} ${error.message}`;
    next();
  }) satisfies ErrorRequestHandler);
  judge.use(
    OpenApiValidator.middleware({
      ...shared,
      apiSpec: apiSpec(),
      validateRequests: false,
      validateResponses: {
        onError: (error, _body, request) => {
          judgementOf(request).answer = error.message;
        },
      },
    }),
  );
  // An unknown path or method has no response to validate; the first validator has already said so.
  judge.use(((_error, _request, _response, next) => next()) satisfies ErrorRequestHandler);
  return judge;
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
  // A repeated name becomes a list, so that it fails where one value is wanted.
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true) {
    return parseForm(raw.toString('utf8'));
  }
  if (!isJson(headers['content-type'])) return raw.toString('utf8');
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

function problemCode(headers: IncomingHttpHeaders, body: Buffer): string | null {
  if (headers['content-type']?.startsWith('application/problem+json') !== true) return null;
  return (JSON.parse(body.toString('utf8')) as { code?: string }).code ?? null;
}
