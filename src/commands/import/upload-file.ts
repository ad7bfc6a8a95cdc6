import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { StartupError } from '../../shared/startup-error.ts';
import { problemOf, unreachable } from './api-client.ts';
import type { ApiClient, ApiProblem } from './api-client.ts';

/** A file as the server will know it. */
export interface LocalFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** @throws StartupError when it is not there or not readable */
export async function openFile(path: string): Promise<LocalFile> {
  try {
    const { size } = await stat(path);
    const hash = createHash('sha256');
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
    return { path, bytes: size, sha256: hash.digest('hex') };
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'There is no file' : 'Nobody can read';
    throw new StartupError(`${reason} ${path}.`, { cause: error });
  }
}

export interface Upload {
  readonly file: LocalFile;
  readonly path: string;
  readonly signal: AbortSignal;
  /** Told the bytes handed to the connection. */
  readonly onProgress: (bytes: number) => void;
}

const ATTEMPTS = 5;

/**
 * Sends the file, from the beginning again when the connection breaks: the server keeps nothing of a broken upload, and
 * knows a whole one by its content.
 *
 * @returns the answer's JSON
 * @throws ApiProblem for a refusal; StartupError when the server can't be reached
 */
export async function uploadFile(client: ApiClient, upload: Upload): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { status, body, retryAfter } = await sendOnce(client, upload, await client.authorization(upload.signal));
      if (status === 200 || status === 202) return JSON.parse(body);
      const problem = problemOf(status, body);
      if (attempt === ATTEMPTS || !(await mayRepeat(problem, retryAfter, client, upload.signal))) throw problem;
    } catch (error) {
      upload.signal.throwIfAborted();
      if (!isConnectionError(error)) throw error;
      if (attempt === ATTEMPTS) throw unreachable(client.url, error);
      await pause(500 * 2 ** attempt, undefined, { signal: upload.signal });
    }
  }
}

async function mayRepeat(
  { status }: ApiProblem,
  retryAfter: number,
  client: ApiClient,
  signal: AbortSignal,
): Promise<boolean> {
  if (status === 401) {
    client.renew();
    return true;
  }
  if (status !== 429 && status !== 503) return false;
  await pause(Math.min(retryAfter, 60) * 1_000, undefined, { signal });
  return true;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  /** Seconds. */
  readonly retryAfter: number;
}

/** One attempt. `fetch` would lose an answer that comes before the body has been sent; this hears it. */
function sendOnce(
  { url }: ApiClient,
  { file, path, signal, onProgress }: Upload,
  authorization: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(new URL(path, url), {
      method: 'POST',
      signal,
      headers: {
        Authorization: authorization,
        Accept: 'application/json, application/problem+json',
        'Content-Type': 'text/csv',
        'Content-Length': file.bytes,
      },
    });
    const source = createReadStream(file.path);
    let sent = 0;
    onProgress(0);
    source.on('data', (piece) => onProgress((sent += piece.length)));
    source.on('error', reject);
    request.on('response', (response) => {
      readAnswer(response)
        .then(resolve, reject)
        .finally(() => {
          // An early answer is a refusal: the rest of the file is of no use.
          source.destroy();
          request.destroy();
        });
    });
    // After an answer has begun, a broken connection is what readAnswer sees.
    request.on('error', reject);
    source.pipe(request);
  });
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(pieces).toString(),
    retryAfter: Number(response.headers['retry-after'] ?? 5),
  };
}

function isConnectionError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(code));
}
