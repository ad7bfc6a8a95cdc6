import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { AnonymousCaller } from '../contract/caller.ts';
import type { Handlers } from '../contract/handlers.ts';
import { notFound } from '../shared/platform-problems.ts';
import { serverEvent } from '../shared/server-event.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { startTestHttp } from '../testing/http-server.ts';
import type { TestHttp } from '../testing/http-server.ts';
import { openRaw } from '../testing/raw-http.ts';

let database: TestDatabase;
let server: TestHttp;
/** What the handlers yield; each test decides. */
let source: (caller: AnonymousCaller) => AsyncIterable<string>;
let sourceEnded: PromiseWithResolvers<void>;

const handlers: Partial<Handlers> = {
  getBonusImportEvents: async (_, caller) => ({ status: 200, body: watched(source(caller)) }),
  exportBonusImportRejects: async (_, caller) => ({
    status: 200,
    headers: { 'Content-Disposition': 'attachment; filename="rejects.csv"' },
    body: watched(source(caller)),
  }),
};

async function* watched(inner: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* inner;
  } finally {
    sourceEnded.resolve();
  }
}

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.close());

async function start(): Promise<void> {
  sourceEnded = Promise.withResolvers();
  server = await startTestHttp(database.database, handlers, { heartbeatMilliseconds: 20 });
}

afterEach(() => server.close());

const events = '/api/v1/bonus-imports/01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90/events';
const rejects = '/api/v1/bonus-imports/01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90/rejects';

async function open(path: string, expiresAt = new Date(Date.now() + 60_000)): Promise<Response> {
  return server.request('GET', path, { token: server.token(['imports:read'], { expiresAt }) });
}

/** Reads until the text is complete enough, or the stream ends. */
async function readUntil(answer: Response, enough: (text: string) => boolean): Promise<string> {
  if (answer.body === null) throw new Error('there is no body');
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!enough(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  return text;
}

/** Yields its events, then waits for the end of the request. */
async function* thenWait({ signal }: AnonymousCaller, ...first: readonly string[]): AsyncGenerator<string> {
  yield* first;
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

describe('an event stream', () => {
  test('sends events as they come and shows between them that it is alive', async () => {
    await start();
    source = (caller) => thenWait(caller, serverEvent({ id: '1', event: 'progress', data: { percent: 5 } }));
    const answer = await open(events);
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    const text = await readUntil(answer, (seen) => seen.includes(': still here'));
    expect(text).toContain('retry: 2000\n\n');
    expect(text).toContain('id: 1\nevent: progress\ndata: {"percent":5}\n\n');
    await answer.body?.cancel();
  });

  test('ends with its source', async () => {
    await start();
    source = async function* () {
      yield serverEvent({ data: 'done' });
    };
    const text = await readUntil(await open(events), () => false);
    expect(text.endsWith('data: "done"\n\n')).toBe(true);
  });

  test('ends its source when the client leaves', async () => {
    await start();
    source = (caller) => thenWait(caller, serverEvent({ data: 1 }));
    const answer = await open(events);
    await readUntil(answer, (seen) => seen.includes('data: 1'));
    await answer.body?.cancel();
    await sourceEnded.promise;
  });

  test('ends when the process drains', async () => {
    await start();
    source = (caller) => thenWait(caller, serverEvent({ data: 1 }));
    const answer = await open(events);
    await readUntil(answer, (seen) => seen.includes('data: 1'));
    server.http.drain();
    await readUntil(answer, () => false);
    await sourceEnded.promise;
  });

  test('ends when the token expires', async () => {
    await start();
    source = (caller) => thenWait(caller, serverEvent({ data: 1 }));
    await readUntil(await open(events, new Date(Date.now() + 100)), () => false);
    await sourceEnded.promise;
  });

  test('that cannot begin is an ordinary problem', async () => {
    await start();
    source = () => {
      throw notFound();
    };
    const answer = await open(events);
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    });
  });
});

describe('a download', () => {
  test('arrives whole', async () => {
    await start();
    const line = `${'x'.repeat(1_000)}\n`;
    source = async function* () {
      for (let n = 0; n < 2_000; n += 1) yield line;
    };
    const answer = await open(rejects);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="rejects.csv"');
    expect((await answer.text()).length).toBe(2_000 * line.length);
  });

  test('whose first piece fails is a problem', async () => {
    await start();
    // eslint-disable-next-line require-yield -- it fails before it could yield
    source = async function* () {
      throw notFound();
    };
    expect((await open(rejects)).status).toBe(404);
  });

  test('that fails in the middle does not look complete', async () => {
    await start();
    source = async function* () {
      yield 'line,reason,text\n';
      await turn();
      throw new Error('the database went away');
    };
    const answer = await open(rejects);
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
    expect(server.lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'request failed' }));
  });

  test('that its client stops reading is cut', async () => {
    sourceEnded = Promise.withResolvers();
    server = await startTestHttp(database.database, handlers, { timeouts: { stalledMilliseconds: 100 } });
    source = async function* () {
      for (;;) yield 'x'.repeat(65_536);
    };
    const connection = await openRaw(server.port);
    connection.socket.pause();
    connection.write(
      `GET ${rejects} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${server.token(['imports:read'])}\r\n\r\n`,
    );
    await sourceEnded.promise;
    connection.close();
  });

  test('HEAD has no body and asks the source for nothing', async () => {
    await start();
    let asked = false;
    source = async function* () {
      asked = true;
      yield 'line';
    };
    const answer = await server.request('HEAD', rejects, { token: server.token(['imports:read']) });
    expect({ status: answer.status, body: await answer.text(), asked }).toEqual({
      status: 200,
      body: '',
      asked: false,
    });
  });
});
