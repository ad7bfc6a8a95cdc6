import { setTimeout as pause } from 'node:timers/promises';
import { writeWhile } from './writers.ts';

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 15);
const WRITES_A_SECOND = 2_000;

/**
 * @returns seconds by which the figures were behind at most while others wrote
 * @throws when the machine did not reach the writes: the lag beside fewer is not the figure
 */
export async function measureLag(databaseUrl: string, get: (path: string) => Promise<Response>): Promise<number> {
  const { result: worst, perSecond } = await writeWhile(databaseUrl, WRITES_A_SECOND, async () => {
    // The first seconds are the ramp.
    await pause(3_000);
    let behind = 0;
    const ends = performance.now() + SECONDS * 1_000;
    while (performance.now() < ends) {
      await pause(200);
      const { asOf } = (await (await get('live-counters')).json()) as { readonly asOf: string };
      behind = Math.max(behind, (Date.now() - Date.parse(asOf)) / 1_000);
    }
    return behind;
  });
  console.log(`\n${perSecond.toFixed(0)} writes a second: figures at most ${worst.toFixed(1)} s behind`);
  if (perSecond < WRITES_A_SECOND * 0.95) {
    throw new Error(`This machine did not reach ${WRITES_A_SECOND} writes a second.`);
  }
  return worst;
}
