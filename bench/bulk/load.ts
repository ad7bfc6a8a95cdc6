import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** Latencies in milliseconds, ascending. */
export type Latencies = readonly number[];

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
    return { result, latencies: samples.sort((a, b) => a - b) };
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

/** @returns the latency that so large a share of the requests stayed below; the worst for 1. */
export function percentile(latencies: Latencies, share: number): number {
  return latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
}

/** Requests of several rounds as if they had been sent in one. */
export function together(rounds: readonly Latencies[]): Latencies {
  return rounds.flat().sort((a, b) => a - b);
}
