/**
 * npm run bench:sms — messages a second to a gateway with 20 ms latency: Portico's sending path on PostgreSQL (claimed,
 * attempted, called, recorded) beside a bare undici loop with as many calls in flight. Interleaved rounds.
 */
import { migrate } from '../src/database/migrate.ts';
import { installPeers } from './install-peers.ts';
import { median, reportRatios } from './ratios.ts';
import { startPostgres } from './postgres.ts';
import { order, start } from './talk.ts';
import type { Done } from './talk.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const MESSAGES = Number(process.env['BENCH_MESSAGES'] ?? 20_000);
/** As many as one drain of Portico has under way (src/contexts/notifications/send-messages.ts). */
const IN_FLIGHT = 100;

installPeers();
const postgres = await startPostgres();
try {
  await migrate(postgres.url);
  const [gateway, { url }] = await start<{ readonly url: string }>('sms/gateway.ts', []);
  const [only] = await start('sms/only.ts', [url, String(IN_FLIGHT)]);
  const [portico] = await start('sms/portico.ts', [url, String(IN_FLIGHT), postgres.url]);
  const rounds: { readonly only: Done; readonly portico: Done }[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const measured = {
      only: await order(only, { messages: MESSAGES }),
      portico: await order(portico, { messages: MESSAGES }),
    };
    // The first one compiles and fills caches.
    if (round >= 0) rounds.push(measured);
  }
  for (const child of [gateway, only, portico]) child.disconnect();
  report(rounds);
} finally {
  await postgres.stop();
}

function report(rounds: readonly { readonly only: Done; readonly portico: Done }[]): void {
  console.log(`${MESSAGES.toLocaleString('en')} messages, ${IN_FLIGHT} in flight, median of ${rounds.length} rounds\n`);
  console.log('| sender | messages/s | its own CPU µs/message |\n| --- | --- | --- |');
  for (const [label, key] of [
    ['undici alone', 'only'],
    ['Portico', 'portico'],
  ] as const) {
    const rate = median(rounds.map((round) => MESSAGES / round[key].seconds));
    const cpu = median(rounds.map((round) => (round[key].cpuSeconds * 1e6) / MESSAGES));
    console.log(`| ${label} | ${rate.toFixed(0)} | ${cpu.toFixed(0)} |`);
  }
  const ratio = median(rounds.map(({ only, portico }) => only.seconds / portico.seconds));
  reportRatios('sms', { vs_sender: { value: ratio, target: 0.9, better: 'higher' } });
}
