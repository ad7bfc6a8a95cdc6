import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** Latencies in milliseconds. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  readonly requests: number;
}

const PER_SECOND = 500;

/**
 * Reads a wallet 500 times a second, whatever the answers take: a stall shows as the latency it causes, not as fewer
 * requests.
 */
export async function measureWhile<T>(
  url: string,
  token: string,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly latencies: Latencies }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const samples: number[] = [];
  const open = new Set<Promise<void>>();
  const done = new AbortController();
  const sending = (async () => {
    const began = performance.now();
    for (let n = 0; !done.signal.aborted; n += 1) {
      // Against the plan, not against the last request: lateness does not add up.
      const due = began + (n * 1_000) / PER_SECOND;
      const early = due - performance.now();
      if (early > 0) await pause(early);
      const one = readWallet(agent, url, token, due).then((latency) => void samples.push(latency));
      open.add(one);
      void one.finally(() => open.delete(one));
    }
  })();
  try {
    const result = await work();
    done.abort();
    await sending;
    await Promise.all(open);
    return { result, latencies: summarise(samples) };
  } finally {
    done.abort();
    agent.destroy();
  }
}

function readWallet(agent: Agent, url: string, token: string, due: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}/api/v1/wallet`, { agent, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      answer.resume();
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(performance.now() - due);
        else reject(new Error(`GET /wallet answered ${answer.statusCode ?? 0}`));
      });
    });
    call.on('error', reject);
    call.end();
  });
}

function summarise(samples: readonly number[]): Latencies {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), worst: sorted.at(-1) ?? Number.NaN, requests: sorted.length };
}
