import type { Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import { sendContinue } from './expectation.ts';

/** The content encodings a request body may come in; every other is refused with 415. */
export type ContentEncoding = 'identity' | 'gzip' | 'deflate';

export interface BodyLimits {
  /** Bytes after decoding: what a gzip bomb is measured by. */
  readonly maxBytes: number;
  /** A body that is read whole must have arrived after this time. */
  readonly deadlineMilliseconds: number;
  /** A streamed body must bring `stallBytes` in each such period, except while its reader is the slower one. */
  readonly stallMilliseconds: number;
}

const stallBytes = 4_096;

/** The client went away before its body was complete; nobody is left to answer. */
export class ClientGone extends Error {
  constructor() {
    super('The client closed the connection before its body was complete.');
    this.name = 'ClientGone';
  }
}

/** True when the request announces a body that is not empty. */
export function hasBody(req: IncomingMessage): boolean {
  if (req.headers['transfer-encoding'] !== undefined) return true;
  const length = req.headers['content-length'];
  return length !== undefined && length !== '0';
}

/** @throws Problem 413 when Content-Length alone shows that the body is too large. Costs no reading. */
export function refuseOversized(req: IncomingMessage, encoding: ContentEncoding, maxBytes: number): void {
  const length = Number(req.headers['content-length'] ?? 0);
  // Incompressible data grows by a few bytes under gzip.
  if (length > (encoding === 'identity' ? maxBytes : maxBytes + 1_024)) throw tooLarge(maxBytes);
}

/**
 * Reads the whole body.
 * @throws Problem 413, 408, or 400 for broken compression; ClientGone.
 */
export async function readBody(req: IncomingMessage, encoding: ContentEncoding, limits: BodyLimits): Promise<Buffer> {
  const source = encoding === 'identity' ? req : openBody(req, encoding, limits);
  sendContinue(req);
  // Small bodies come with their head, in one packet: nothing to wait for, and no timer to set.
  if (source === req && hasArrived(req)) return takeWhole(req, limits.maxBytes);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (error: Error | null) => {
      clearTimeout(timer);
      source.off('data', onData).off('end', onEnd).off('close', onClose);
      if (error === null)
        resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length));
      else reject(error);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > limits.maxBytes) {
        source.pause();
        settle(tooLarge(limits.maxBytes));
      } else chunks.push(chunk);
    };
    const onEnd = () => settle(null);
    const onClose = () => settle(new ClientGone());
    const timer = setTimeout(() => {
      source.pause();
      settle(tooSlow());
    }, limits.deadlineMilliseconds);
    source.on('data', onData).on('end', onEnd).on('close', onClose);
    // Stays: a late error (the socket breaking after the answer) must not be without a listener.
    source.on('error', (error) => settle(error instanceof Problem ? error : new ClientGone()));
  });
}

// Bodies that were taken before Node had marked their request as complete, which it does with the next callback.
const taken = new WeakSet<IncomingMessage>();

/** True when no byte of the request's body is outstanding. */
export function isBodyComplete(req: IncomingMessage): boolean {
  return req.complete || taken.has(req);
}

function hasArrived(req: IncomingMessage): boolean {
  return req.complete || req.readableLength === Number(req.headers['content-length']);
}

/** All of a body that has arrived. @throws Problem 413 */
function takeWhole(req: IncomingMessage, maxBytes: number): Buffer {
  if (!req.complete) taken.add(req);
  const whole = (req.read() as Buffer | null) ?? Buffer.alloc(0);
  if (whole.length > maxBytes) throw tooLarge(maxBytes);
  return whole;
}

/**
 * The body as a stream of decoded bytes, never held whole. It fails with a Problem (413 beyond `maxBytes`, 408 when the
 * client stalls, 400 for broken compression) or with ClientGone when the upload is cut.
 *
 * @param hash sees every byte the reader gets.
 */
export function openBody(req: IncomingMessage, encoding: ContentEncoding, limits: BodyLimits, hash?: Hash): Readable {
  let total = 0;
  let recent = 0;
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total += chunk.length;
      if (total > limits.maxBytes) {
        done(tooLarge(limits.maxBytes));
        return;
      }
      hash?.update(chunk);
      done(null, chunk);
    },
  });
  const decoder = encoding === 'gzip' ? createGunzip() : encoding === 'deflate' ? createInflate() : null;
  decoder?.on('error', () => body.destroy(malformedEncoding(encoding)));

  let stalled: NodeJS.Timeout | undefined;
  const count = (chunk: Buffer) => (recent += chunk.length);
  const cut = () => {
    if (!req.readableEnded) body.destroy(new ClientGone());
  };
  const finish = () => {
    clearInterval(stalled);
    req.off('data', count).off('close', cut).off('end', finish);
  };
  // Begins only when the reader does: a refusal before that leaves a waiting client waiting, and costs nothing.
  const start = () => {
    stalled = setInterval(() => {
      const readerIsSlower = body.writableNeedDrain || decoder?.writableNeedDrain === true;
      if (recent < stallBytes && !readerIsSlower) body.destroy(tooSlow());
      recent = 0;
    }, limits.stallMilliseconds);
    sendContinue(req);
    req.on('data', count);
    if (decoder === null) req.pipe(body);
    else req.pipe(decoder).pipe(body);
  };
  req.on('close', cut).on('error', cut).once('end', finish);
  // The request itself is never destroyed here: its socket is still needed for the answer.
  body.once('close', () => {
    finish();
    req.unpipe();
    decoder?.destroy();
  });
  // A body that nobody reads (the request was refused) may fail too; that must not end the process.
  body.on('error', () => {});
  const read = body._read.bind(body);
  body._read = (size) => {
    body._read = read;
    start();
    read(size);
  };
  return body;
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(platformProblems['payload-too-large'], { detail: `At most ${maxBytes} bytes, after decoding.` });
}

function tooSlow(): Problem {
  return new Problem(platformProblems['request-timeout'], { detail: 'The body arrived too slowly.' });
}

function malformedEncoding(encoding: string): Problem {
  return new Problem(platformProblems['malformed-request'], { detail: `The body is not valid ${encoding}.` });
}
