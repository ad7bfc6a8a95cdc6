import { setTimeout as pause } from 'node:timers/promises';
import { measureWhile, percentile, together } from '../bulk/load.ts';
import type { Latencies } from '../bulk/load.ts';
import { heavyReport } from './reports.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
const HEAVY_AT_ONCE = 10;
const MILLISECONDS = 6_000;

/** @returns by which factor others' p99 grows while ten heavy reports run all the time */
export async function measureNeighbours(
  url: string,
  user: string,
  get: (path: string) => Promise<Response>,
): Promise<number> {
  const measured: { readonly idle: Latencies; readonly busy: Latencies }[] = [];
  let asked = 0;
  for (let round = -1; round < ROUNDS; round += 1) {
    const { latencies: idle } = await measureWhile(url, user, () => pause(MILLISECONDS));
    let reports = 0;
    const { latencies: busy } = await measureWhile(url, user, async () => {
      const ends = performance.now() + MILLISECONDS;
      const asking = Array.from({ length: HEAVY_AT_ONCE }, async () => {
        while (performance.now() < ends) {
          // No two are the same: nothing can be answered from what was read before.
          await (await get(heavyReport((asked += 1)))).arrayBuffer();
          reports += 1;
        }
      });
      await Promise.all(asking);
    });
    // The first round is warm-up.
    if (round < 0) continue;
    console.log(
      `p99 ${percentile(idle, 0.99).toFixed(1)} → ${percentile(busy, 0.99).toFixed(1)} ms beside ${reports} heavy reports in ${MILLISECONDS / 1_000} s`,
    );
    measured.push({ idle, busy });
  }
  const p99 = (key: 'idle' | 'busy'): number => percentile(together(measured.map((round) => round[key])), 0.99);
  return p99('busy') / p99('idle');
}
