/**
 * npm run bench:bulk — 50,000 phone numbers become coins among a million members, on a real PostgreSQL with fsync on.
 *
 * Each round measures the idle API, the import over HTTP with the API measured meanwhile, and the limit: COPY and one
 * set-based statement that writes the same rows. All share the machine with whatever else runs: trust the ratios.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/database/embedded.ts';
import { demoPhone } from '../src/shared/demo-phone.ts';
import { runLimit } from './bulk/limit.ts';
import { measureWhile } from './bulk/load.ts';
import type { Latencies } from './bulk/load.ts';
import { startServer } from './bulk/server.ts';
import type { BenchServer } from './bulk/server.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
const MEMBERS = Number(process.env['BENCH_MEMBERS'] ?? 1_000_000);
const LINES = Number(process.env['BENCH_LINES'] ?? 50_000);
const IDLE_MILLISECONDS = 5_000;

interface ImportState {
  readonly id: string;
  readonly status: string;
  readonly createdAt: string;
  readonly finishedAt?: string;
  readonly counts: { readonly credited: number };
  readonly messages: { readonly waiting: number; readonly total: number };
}

interface Round {
  readonly upload: number;
  readonly credit: number;
  readonly credited: number;
  readonly messages: number;
  readonly limit: number;
  readonly idle: Latencies;
  readonly busy: Latencies;
}

const folder = await mkdtemp(path.join(tmpdir(), 'portico-bench-'));
// As root the server runs as another account, which must be able to enter.
await chmod(folder, 0o711);
const postgres = await startEmbeddedPostgres({ directory: folder });
try {
  const server = await startServer(postgres.url);
  try {
    await seed(postgres.url);
    const staff = await server.logIn('staff@portico.example', 'portico-demo-staff');
    const user = await server.logIn('user@portico.example', 'portico-demo-user');
    await runImport(server, staff, -1, user);
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measureRound(server, staff, user, round));
    report(rounds);
  } finally {
    await server.stop();
  }
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

/** A million members with wallets; ids are random, so neighbours in a file are strangers in the tables. */
async function seed(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `with fresh as (
       insert into rewards.accounts (id, kind) select gen_random_uuid(), 'wallet' from generate_series(1, $1::int) returning id)
     insert into rewards.members (user_id, phone, verified_at)
     select id, '+98912' || lpad((row_number() over () - 1)::text, 7, '0'), now() from fresh on conflict do nothing`,
    [MEMBERS],
  );
  await client.query('vacuum analyze rewards.accounts');
  await client.query('vacuum analyze rewards.members');
  await client.query('checkpoint');
  await client.end();
}

/** One number in twenty has no account. */
function phonesOf(round: number): string[] {
  return Array.from({ length: LINES }, (_, n) => {
    const stranger = n % 20 === 3;
    return demoPhone((stranger ? MEMBERS : 0) + (((n + (round + 2) * LINES) * 7_919) % MEMBERS));
  });
}

async function measureRound(server: BenchServer, staff: string, user: string, round: number): Promise<Round> {
  const idle = await measureWhile(server.url, user, () => pause(IDLE_MILLISECONDS));
  const imported = await runImport(server, staff, round, user);
  const limit = await runLimit(postgres.url, phonesOf(round));
  const measured = { ...imported, idle: idle.latencies, limit };
  console.log(
    `round ${round + 1}: credited ${imported.credited} in ${seconds(imported.upload + imported.credit)}, limit ${seconds(limit)}`,
  );
  return measured;
}

type Imported = Omit<Round, 'limit' | 'idle'>;

/** Uploads and waits: for the coins with the API measured meanwhile, then for the messages. */
async function runImport(server: BenchServer, staff: string, round: number, user: string): Promise<Imported> {
  const headers = { authorization: `Bearer ${staff}` };
  const campaign = (await post(`${server.url}/api/v1/bonus-campaigns`, headers, {
    name: 'Bench',
    coins: 50,
    periodPolicy: 'once',
    messageTemplate: 'You got {coins} coins from {campaign}.',
    defaultRegion: 'IR',
  })) as { readonly id: string };
  const file = phonesOf(round)
    .map((phone) => `0${phone.slice(3)}\n`)
    .join('');
  const { result, latencies } = await measureWhile(server.url, user, async () => {
    const began = performance.now();
    const answer = await fetch(`${server.url}/api/v1/bonus-campaigns/${campaign.id}/imports`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/csv' },
      body: file,
    });
    const upload = (performance.now() - began) / 1_000;
    const accepted = (await answer.json()) as ImportState;
    if (answer.status !== 202) throw new Error(`The upload was answered with ${answer.status}.`);
    return { upload, state: await waitFor(server, headers, accepted.id, ({ status }) => status === 'finished') };
  });
  const { upload, state } = result;
  const sent = await waitFor(server, headers, state.id, ({ messages }) => messages.total > 0 && messages.waiting === 0);
  if (sent.messages.total !== state.counts.credited) throw new Error('Not every credited user was told.');
  const finishedAt = Date.parse(state.finishedAt ?? '');
  return {
    upload,
    credit: (finishedAt - Date.parse(state.createdAt)) / 1_000,
    credited: state.counts.credited,
    messages: (Date.now() - finishedAt) / 1_000,
    busy: latencies,
  };
}

async function post(url: string, headers: Record<string, string>, body: object): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

async function waitFor(
  server: BenchServer,
  headers: Record<string, string>,
  importId: string,
  reached: (state: ImportState) => boolean,
): Promise<ImportState> {
  for (;;) {
    const answer = await fetch(`${server.url}/api/v1/bonus-imports/${importId}`, { headers });
    const state = (await answer.json()) as ImportState;
    if (reached(state)) return state;
    await pause(100);
  }
}

function report(rounds: readonly Round[]): void {
  const median = (of: (round: Round) => number) => {
    const sorted = rounds.map(of).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  const total = (round: Round) => round.upload + round.credit;
  const row = (label: string, text: string) => console.log(`  ${label.padEnd(38)} ${text}`);
  console.log(
    `\n${LINES.toLocaleString('en')} numbers, ${MEMBERS.toLocaleString('en')} members, fsync on; medians of ${rounds.length}`,
  );
  row('upload (received, normalised, staged)', seconds(median(({ upload }) => upload)));
  row('crediting', seconds(median(({ credit }) => credit)));
  row('upload to last credit', seconds(median(total)));
  row('limit: COPY + one statement', seconds(median(({ limit }) => limit)));
  row('ratio to the limit', median((round) => total(round) / round.limit).toFixed(2));
  row('messages after the last credit', seconds(median(({ messages }) => messages)));
  for (const [label, key] of [
    ['idle', 'idle'],
    ['while importing', 'busy'],
  ] as const) {
    const of = (name: keyof Latencies) => median((round) => round[key][name]).toFixed(1);
    row(`API ${label}: p50 / p99 / worst`, `${of('p50')} / ${of('p99')} / ${of('worst')} ms`);
  }
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}
