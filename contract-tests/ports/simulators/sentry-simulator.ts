import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** How the server treats the envelopes to come. */
export type SentryTrouble = 'none' | 'fail' | 'throttle' | 'fall-silent' | 'refuse-connections';

/** The part of an event that is looked at (https://develop.sentry.dev/sdk/data-model/event-payloads/). */
export interface SentryEvent {
  readonly event_id: string;
  readonly timestamp: number;
  readonly level: string;
  readonly release: string;
  readonly transaction?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly user?: Readonly<Record<string, string>>;
  readonly contexts: { readonly trace?: Readonly<Record<string, string>> };
  readonly exception: {
    readonly values: readonly {
      readonly type: string;
      readonly value: string;
      readonly stacktrace?: { readonly frames: readonly { readonly function?: string; readonly filename?: string }[] };
    }[];
  };
}

/** Speaks Sentry's envelope protocol over real HTTP and judges what it is sent as the real one does. */
export interface SentrySimulator {
  readonly dsn: string;
  readonly events: readonly SentryEvent[];
  /** Requests answered 400 or 403, with the reason. */
  readonly refused: readonly string[];
  /** Requests so far, whatever became of them. */
  readonly requests: number;
  /** Requests whose answers have left. */
  readonly answered: number;
  /** As they came, for looking for what must not be in them. */
  readonly raw: string;
  trouble: SentryTrouble;
  close(): Promise<void>;
}

const key = 'c0ffee00c0ffee00c0ffee00c0ffee00';
const project = '42';

export async function startSentrySimulator(): Promise<SentrySimulator> {
  const events: SentryEvent[] = [];
  const refused: string[] = [];
  let trouble: SentryTrouble = 'none';
  let requests = 0;
  let answered = 0;
  let raw = '';

  const server = createServer((req, res) => {
    requests += 1;
    res.once('finish', () => (answered += 1));
    if (trouble === 'refuse-connections') return void req.socket.destroy();
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      if (trouble === 'fall-silent') return;
      if (trouble === 'fail') return answer(res, 503, {});
      // "60:error:organization": errors are not taken for a minute.
      if (trouble === 'throttle') return answer(res, 429, {}, { 'x-sentry-rate-limits': '60:error:organization' });
      try {
        const text = bodyOf(req, Buffer.concat(chunks)).toString();
        authorize(req);
        raw += text;
        const event = readEnvelope(text);
        events.push(event);
        answer(res, 200, { id: event.event_id });
      } catch (error) {
        refused.push(String(error));
        answer(res, 400, { detail: String(error) });
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    dsn: `http://${key}@127.0.0.1:${port}/${project}`,
    events,
    refused,
    get requests() {
      return requests;
    },
    get answered() {
      return answered;
    },
    get raw() {
      return raw;
    },
    get trouble() {
      return trouble;
    },
    set trouble(next) {
      trouble = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(res: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function bodyOf(req: IncomingMessage, body: Buffer): Buffer {
  return req.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

/** The key comes in the query or in X-Sentry-Auth, and the path names the project. */
function authorize(req: IncomingMessage): void {
  const url = new URL(req.url ?? '/', 'http://sentry');
  if (req.method !== 'POST' || url.pathname !== `/api/${project}/envelope/`)
    throw new Error(`no such path ${url.pathname}`);
  const header = /sentry_key=(\w+)/.exec(String(req.headers['x-sentry-auth'] ?? ''))?.[1];
  if ((url.searchParams.get('sentry_key') ?? header) !== key) throw new Error('bad sentry key');
  if ((url.searchParams.get('sentry_version') ?? '7') !== '7') throw new Error('unknown protocol version');
}

/** Headers, then per item its headers and its payload of the length they tell, each on a line of its own. */
function readEnvelope(text: string): SentryEvent {
  const lines = text.split('\n');
  const head = JSON.parse(lines[0] ?? '') as { event_id?: string; sent_at?: string };
  const item = JSON.parse(lines[1] ?? '') as { type?: string; length?: number };
  if (item.type !== 'event') throw new Error(`unexpected item ${String(item.type)}`);
  const payload = lines.slice(2).join('\n').replace(/\n$/, '');
  if (item.length !== undefined && item.length !== Buffer.byteLength(payload)) throw new Error('wrong length');
  const event = JSON.parse(payload) as SentryEvent;
  if (!/^[0-9a-f]{32}$/.test(event.event_id) || head.event_id !== event.event_id) throw new Error('wrong event_id');
  if (!Number.isFinite(event.timestamp)) throw new Error('no timestamp');
  return event;
}
