import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Exchange } from './exchange.ts';
import { answerHeaders } from './respond.ts';
import type { Responder } from './respond.ts';

export interface StreamedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: AsyncIterable<string | Uint8Array>;
}

/**
 * Sends a body as it is produced, at the client's pace. The first chunk is awaited before the head goes out, so that a
 * failure up to there is an ordinary problem; a later one cuts the connection, which every client notices.
 */
export async function sendStream(exchange: Exchange, responder: Responder, answer: StreamedAnswer): Promise<void> {
  const { req, res } = exchange;
  const iterator = answer.chunks[Symbol.asyncIterator]();
  const first = req.method === 'HEAD' ? null : await iterator.next();
  res.writeHead(answer.status, {
    ...answerHeaders(exchange, responder, answer.headers),
    ...(responder.closing() ? { Connection: 'close' } : {}),
  });
  if (first === null || first.done === true) {
    await iterator.return?.();
    res.end();
    return;
  }
  // Ours, Hapi's and those of the pipeline are more than ten, each for one answer: Node would warn of a leak.
  res.setMaxListeners(20);
  await pipeline(Readable.from(resumed(first.value, iterator)), res);
}

async function* resumed(
  first: string | Uint8Array,
  iterator: AsyncIterator<string | Uint8Array>,
): AsyncGenerator<string | Uint8Array> {
  try {
    yield first;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

export interface EventStreamOptions {
  /** Aborts when the client is gone, the token has expired or the process drains: the stream then ends. */
  readonly signal: AbortSignal;
  /** Proxies drop connections that stay silent. Default 15 s. */
  readonly heartbeatMilliseconds: number;
}

/**
 * Sends server-sent events until the source ends or the signal aborts. Clients reconnect by themselves after two seconds
 * and say with Last-Event-ID where they were.
 */
export async function sendEvents(
  exchange: Exchange,
  responder: Responder,
  answer: StreamedAnswer,
  { signal, heartbeatMilliseconds }: EventStreamOptions,
): Promise<void> {
  const { req, res } = exchange;
  const iterator = answer.chunks[Symbol.asyncIterator]();
  res.writeHead(answer.status, {
    ...answerHeaders(exchange, responder, answer.headers),
    // nginx would otherwise collect events into blocks.
    'X-Accel-Buffering': 'no',
    ...(responder.closing() ? { Connection: 'close' } : {}),
  });
  if (req.method !== 'HEAD' && !signal.aborted) {
    res.write('retry: 2000\n\n');
    const heartbeat = setInterval(() => res.write(': still here\n\n'), heartbeatMilliseconds);
    try {
      await forward(iterator, res, signal);
    } finally {
      clearInterval(heartbeat);
    }
  }
  // A source that waits inside next() ends by the signal; waiting for it here could outlast the drain.
  void Promise.resolve(iterator.return?.()).catch(() => {});
  res.end();
}

/** Writes each event, waiting while the client is slow, so that a reader that stopped holds at most one buffer. */
async function forward(
  iterator: AsyncIterator<string | Uint8Array>,
  res: Exchange['res'],
  signal: AbortSignal,
): Promise<void> {
  const { promise: aborted, resolve: abort } = Promise.withResolvers<null>();
  const onAbort = () => abort(null);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next === null || next.done === true) return;
      if (res.write(next.value)) continue;
      const { promise: drained, resolve: drain } = Promise.withResolvers<void>();
      res.once('drain', drain);
      await Promise.race([drained, aborted]);
      res.off('drain', drain);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
