/**
 * npm run bench:dashboard — every operation of the dashboard over 20,000,000 ledger entries and 10,000,000 messages of a year,
 * how far the figures lag behind 2,000 writes a second, and what ten heavy reports at once do to everybody else.
 *
 * BENCH_CLUSTER names a folder in which the generated database stays, so that it is made once and measured often;
 * BENCH_PHASES says what of `operations,lag,neighbours,settings` to do, `generate` alone being nothing but the generation.
 * Figures are written when all three were measured.
 */
import { measureLag } from './dashboard/lag.ts';
import { measureNeighbours } from './dashboard/neighbours.ts';
import { measureOperations } from './dashboard/operations.ts';
import { prepare } from './dashboard/prepare.ts';
import { measureSettings } from './dashboard/settings.ts';
import { install } from './installation.ts';
import { reportRatios } from './ratios.ts';

const LEDGER = Number(process.env['BENCH_LEDGER'] ?? 20_000_000);
const MESSAGES = Number(process.env['BENCH_MESSAGES'] ?? 10_000_000);
const PHASES = (process.env['BENCH_PHASES'] ?? 'operations,lag,neighbours').split(',');
const CLUSTER = process.env['BENCH_CLUSTER'];

const installation = await install({
  postgres: { max_wal_size: '4GB', shared_buffers: '512MB' },
  ...(CLUSTER === undefined ? {} : { directory: CLUSTER }),
});
try {
  const { url, databaseUrl, logIn } = installation;
  await prepare(databaseUrl, { ledger: LEDGER, messages: MESSAGES });
  if (PHASES.includes('settings')) await measureSettings(databaseUrl);
  const admin = await logIn('admin@portico.example', 'portico-demo-admin');
  const get = async (path: string): Promise<Response> => {
    const answer = await fetch(`${url}/api/v1/analytics/${path}`, { headers: { authorization: `Bearer ${admin}` } });
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  const asked = (phase: string) => PHASES.includes(phase);
  const slowest = asked('operations') ? await measureOperations(get) : undefined;
  const lag = asked('lag') ? await measureLag(databaseUrl, get) : undefined;
  const ratio = asked('neighbours')
    ? await measureNeighbours(url, await logIn('user@portico.example', 'portico-demo-user'), get)
    : undefined;
  if (slowest !== undefined && lag !== undefined && ratio !== undefined) {
    reportRatios('dashboard', {
      // The worst operation's.
      p95_ms: { value: slowest, target: 50, better: 'lower' },
      rollup_lag_s: { value: lag, target: 5, better: 'lower' },
      api_p99_vs_idle: { value: ratio, target: 1.5, better: 'lower' },
    });
  }
} finally {
  await installation.stop();
}
