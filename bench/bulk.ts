/**
 * npm run bench:bulk — files of 50,000 and of 1,000,000 phone numbers become coins among a million members, on a real
 * PostgreSQL with fsync on, while the API answers 500 requests a second.
 *
 * Each round measures the idle API, the import, and the limit: COPY and one set-based statement that writes the same rows.
 * The requests go on during all three. Everything shares the machine with whatever else runs: trust the ratios.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { cancelWaiting, seedMembers, settle } from './bulk/database.ts';
import { numbersFile } from './bulk/file.ts';
import { createCampaign, runImport, waitForMessages } from './bulk/import.ts';
import type { Imported, Staff } from './bulk/import.ts';
import { runLimit } from './bulk/limit.ts';
import { measureWhile, percentile, together } from './bulk/load.ts';
import type { Latencies } from './bulk/load.ts';
import { install } from './installation.ts';
import type { Installation } from './installation.ts';
import { median, reportRatios } from './ratios.ts';

const MEMBERS = Number(process.env['BENCH_MEMBERS'] ?? 1_000_000);
const SMALL = { lines: Number(process.env['BENCH_LINES'] ?? 50_000), rounds: Number(process.env['BENCH_ROUNDS'] ?? 5) };
const LARGE = {
  lines: Number(process.env['BENCH_LARGE_LINES'] ?? 1_000_000),
  rounds: Number(process.env['BENCH_LARGE_ROUNDS'] ?? 3),
};
const IDLE_MILLISECONDS = 10_000;

interface Round {
  readonly imported: Imported;
  readonly limit: number;
  readonly idle: Latencies;
  readonly busy: Latencies;
  /** Seconds; only where sending was waited for. */
  readonly messages: number;
  /** Megabytes by which API and worker grew at most. */
  readonly growth: number;
}

const installation = await install();
try {
  await seedMembers(installation.databaseUrl, MEMBERS);
  const staff = {
    url: installation.url,
    token: await installation.logIn('staff@portico.example', 'portico-demo-staff'),
  };
  const user = await installation.logIn('user@portico.example', 'portico-demo-user');
  const small: Round[] = [];
  const large: Round[] = [];
  // Warm: compiled code, prepared statements, pages in memory. Not counted.
  await measureRound(installation, staff, user, SMALL.lines, -1);
  for (let round = 0; round < Math.max(SMALL.rounds, LARGE.rounds); round += 1) {
    if (round < SMALL.rounds) small.push(await measureRound(installation, staff, user, SMALL.lines, round));
    if (round < LARGE.rounds) large.push(await measureRound(installation, staff, user, LARGE.lines, round));
  }
  report(small, large);
} finally {
  await installation.stop();
}

async function measureRound(
  { url, databaseUrl, memory }: Installation,
  staff: Staff,
  user: string,
  lines: number,
  round: number,
): Promise<Round> {
  const file = numbersFile(lines, MEMBERS, round);
  const under = <T>(work: () => Promise<T>) => measureWhile(url, user, work);
  await settle(databaseUrl);
  const { latencies: idle } = await under(() => pause(IDLE_MILLISECONDS));

  const campaign = await createCampaign(staff);
  const { result, latencies: busy } = await under(() => watchMemory(memory, () => runImport(staff, campaign, file)));
  const waits = lines === SMALL.lines;
  if (!waits) await cancelWaiting(databaseUrl);
  const messages = await waitForMessages(staff, result.value);

  await settle(databaseUrl);
  const { result: limit } = await under(() => runLimit(databaseUrl, file.phones));
  await cancelWaiting(databaseUrl);
  const { value: imported, growth } = result;
  console.log(
    `${lines.toLocaleString('en')} lines: ${seconds(imported.seconds)} (staging ${seconds(imported.staging)}), limit ${seconds(limit)}, ` +
      `ratio ${(imported.seconds / limit).toFixed(2)}; p99 ${percentile(idle, 0.99).toFixed(1)} → ${percentile(busy, 0.99).toFixed(1)} ms`,
  );
  return { imported, limit, idle, busy, messages: waits ? messages : Number.NaN, growth };
}

/** @returns what `work` gave, and the megabytes above the beginning at the highest moment */
async function watchMemory<T>(
  memory: () => number,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly growth: number }> {
  const before = memory();
  let highest = before;
  const timer = setInterval(() => (highest = Math.max(highest, memory())), 250);
  try {
    return { value: await work(), growth: Math.max(highest, memory()) - before };
  } finally {
    clearInterval(timer);
  }
}

function report(small: readonly Round[], large: readonly Round[]): void {
  console.log(
    `\n${MEMBERS.toLocaleString('en')} members, fsync on, 500 requests/s all the time; medians, latencies of all rounds together`,
  );
  const sizes = [small, large];
  const row = (label: string, of: (rounds: readonly Round[]) => string) =>
    console.log(`| ${[label, ...sizes.map(of)].join(' | ')} |`);
  const middle = (of: (round: Round) => number, digits: number, unit: string) => (rounds: readonly Round[]) =>
    rounds.some((round) => Number.isNaN(of(round))) ? '–' : `${median(rounds.map(of)).toFixed(digits)}${unit}`;
  const latencies = (key: 'idle' | 'busy') => (rounds: readonly Round[]) =>
    `${[0.5, 0.99, 1].map((share) => percentile(all(rounds, key), share).toFixed(1)).join(' / ')} ms`;
  console.log(
    `| | ${SMALL.lines.toLocaleString('en')} lines | ${LARGE.lines.toLocaleString('en')} lines |\n| --- | --- | --- |`,
  );
  row(
    'last byte received to last credit',
    middle(({ imported }) => imported.seconds, 2, ' s'),
  );
  row(
    'of that until staged and answered',
    middle(({ imported }) => imported.staging, 2, ' s'),
  );
  row(
    'limit: COPY + one statement',
    middle(({ limit }) => limit, 2, ' s'),
  );
  row('API idle: p50 / p99 / worst', latencies('idle'));
  row('API while importing: p50 / p99 / worst', latencies('busy'));
  row(
    'messages sent after the last credit',
    middle(({ messages }) => messages, 2, ' s'),
  );
  row(
    'growth of API and worker',
    middle(({ growth }) => growth, 0, ' MB'),
  );

  const toLimit = (rounds: readonly Round[]) => median(rounds.map(({ imported, limit }) => imported.seconds / limit));
  // A small import is over after a few dozen requests of its slowest hundredth: only all rounds together say what that is.
  const toIdle = (rounds: readonly Round[]) =>
    percentile(all(rounds, 'busy'), 0.99) / percentile(all(rounds, 'idle'), 0.99);
  reportRatios('bulk', {
    '50k_vs_limit': { value: toLimit(small), target: 2, better: 'lower' },
    '1m_vs_limit': { value: toLimit(large), target: 2, better: 'lower' },
    // The worse of both sizes.
    p99_vs_idle: {
      value: Math.max(...sizes.filter(({ length }) => length > 0).map(toIdle)),
      target: 3,
      better: 'lower',
    },
    rss_growth_mb: { value: median(large.map(({ growth }) => growth)), target: 100, better: 'lower' },
  });
}

function all(rounds: readonly Round[], key: 'idle' | 'busy'): Latencies {
  return together(rounds.map((round) => round[key]));
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}
