import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Speaks HTTP byte by byte: for what no client library would send. */
export interface RawConnection {
  readonly socket: Socket;
  write(text: string | Buffer): void;
  /**
   * The next complete answer. Rejects when the connection ends before that.
   * @param toHead the answer to HEAD has the length of a body that does not come.
   */
  answer(toHead?: boolean): Promise<RawAnswer>;
  /** Resolves when the other side has closed. */
  closed(): Promise<void>;
  close(): void;
}

export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  let received = Buffer.alloc(0);
  let ended = false;
  let wake = (): void => {};
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  const end = (): void => {
    ended = true;
    wake();
  };
  socket.on('close', end);
  socket.on('end', end);
  // A reset is one way for the other side to close.
  socket.on('error', end);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const change = () => new Promise<void>((resolve) => (wake = resolve));

  return {
    socket,
    write: (text) => void socket.write(text),
    async answer(toHead = false) {
      for (;;) {
        const parsed = parseAnswer(received, toHead);
        if (parsed !== null) {
          received = received.subarray(parsed.length);
          return parsed.answer;
        }
        if (ended) throw new Error(`The connection ended after: ${received.toString('latin1').slice(0, 500)}`);
        await change();
      }
    },
    async closed() {
      while (!ended) await change();
    },
    close: () => socket.destroy(),
  };
}

/** One request, one answer, one connection. */
export async function sendRaw(port: number, text: string): Promise<RawAnswer> {
  const connection = await openRaw(port);
  try {
    connection.write(text);
    return await connection.answer(text.startsWith('HEAD '));
  } finally {
    connection.close();
  }
}

function parseAnswer(bytes: Buffer, toHead: boolean): { answer: RawAnswer; length: number } | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const start = headEnd + 4;
  // 100 Continue is an answer of its own, without a body.
  const bodiless = toHead || status < 200 || status === 204 || status === 304;
  const length = bodiless ? 0 : Number(headers['content-length'] ?? 0);
  if (bytes.length < start + length) return null;
  const body = bytes.subarray(start, start + length).toString();
  return { answer: { status, headers, body }, length: start + length };
}
