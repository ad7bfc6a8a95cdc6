import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/**
 * Enough of Redis for counters: speaks its wire protocol and keeps numbers with an expiry, as the limiter's script would.
 * Several clients share it like a real one.
 */
export interface CounterRedis {
  readonly url: string;
  /** Drops every client and stops listening, like a Redis that died. */
  close(): Promise<void>;
}

export async function startCounterRedis(): Promise<CounterRedis> {
  const counters = new Map<string, { value: number; expiresAt: number }>();
  const sockets = new Set<Socket>();

  /** set NX EX, incrby, pttl: the limiter's script, `KEYS[1] ARGV[1]=points ARGV[2]=seconds`. */
  function count(key: string, points: number, seconds: number): string {
    const now = Date.now();
    let counter = counters.get(key);
    if (counter === undefined || counter.expiresAt <= now) counter = { value: 0, expiresAt: now + seconds * 1_000 };
    counter.value += points;
    counters.set(key, counter);
    return `*2\r\n:${counter.value}\r\n:${counter.expiresAt - now}\r\n`;
  }

  function answer([command = '', ...words]: readonly string[]): string {
    switch (command.toLowerCase()) {
      case 'info':
        return bulk('redis_version:7.2.0\r\nloading:0\r\n');
      case 'evalsha':
        return '-NOSCRIPT No matching script.\r\n';
      case 'eval': {
        const [, , key = '', points, seconds] = words;
        return count(key, Number(points), Number(seconds));
      }
      default:
        return '+OK\r\n';
    }
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      text += chunk.toString();
      for (let parsed = parse(text); parsed !== null; parsed = parse(text)) {
        text = parsed.rest;
        socket.write(answer(parsed.words));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** One command: an array of bulk strings. Null while it is not complete. */
function parse(text: string): { words: string[]; rest: string } | null {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return null;
  let at = head[0].length;
  const words: string[] = [];
  for (let index = 0; index < Number(head[1]); index += 1) {
    const length = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (length === null) return null;
    const start = at + length[0].length;
    const end = start + Number(length[1]);
    if (text.length < end + 2) return null;
    words.push(text.slice(start, end));
    at = end + 2;
  }
  return { words, rest: text.slice(at) };
}
