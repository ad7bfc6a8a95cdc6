/**
 * npm run bench:users — 1,000 people on a connection each, for a minute: reading wallet, profile and lists, changing
 * profiles, renewing tokens, now and then logging in; every tenth is staff that reads and creates campaigns. Each thinks for
 * 0.5 to 2 s between two calls. Against `portico api` and `portico worker` on a real PostgreSQL, all on this machine.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { install } from './installation.ts';
import { reportRatios } from './ratios.ts';
import { openSessions } from './users/people.ts';
import { ARRIVAL_MILLISECONDS, visit } from './users/visitor.ts';
import type { Listener } from './users/visitor.ts';

const PEOPLE = Number(process.env['BENCH_PEOPLE'] ?? 1_000);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 60);

const samples = new Map<string, number[]>();
const failures = new Map<string, number>();
let measuring = false;

const heard: Listener = (kind, failure, milliseconds) => {
  if (!measuring) return;
  const own = samples.get(kind) ?? [];
  own.push(milliseconds);
  samples.set(kind, own);
  if (failure !== undefined) failures.set(`${kind}: ${failure}`, (failures.get(`${kind}: ${failure}`) ?? 0) + 1);
};

const installation = await install();
try {
  const people = await openSessions(installation.databaseUrl, PEOPLE, PEOPLE / 10);
  const end = new AbortController();
  const visits = people.map((person) => visit(installation.url, person, heard, end.signal));
  // The time of arriving warms the servers, too.
  await pause(1.5 * ARRIVAL_MILLISECONDS);
  measuring = true;
  const began = performance.now();
  await pause(SECONDS * 1_000);
  measuring = false;
  const seconds = (performance.now() - began) / 1_000;
  end.abort();
  await Promise.all(visits);
  report(seconds);
} finally {
  await installation.stop();
}

function report(seconds: number): void {
  const all = [...samples.values()].flat();
  const row = (kind: string, values: readonly number[]): void => {
    const sorted = values.toSorted((a, b) => a - b);
    const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(1);
    console.log(`| ${kind} | ${(values.length / seconds).toFixed(1)} | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} |`);
  };
  console.log(`${PEOPLE} connections, ${SECONDS} s, thinking 0.5 to 2 s between calls\n`);
  console.log('| call | a second | p50 ms | p95 ms | p99 ms |\n| --- | --- | --- | --- | --- |');
  for (const [kind, values] of [...samples].sort(([, a], [, b]) => b.length - a.length)) row(kind, values);
  row('all', all);
  for (const [failure, count] of failures) console.log(`failed: ${failure}, ${count} times`);
  const errors = [...failures.values()].reduce((sum, count) => sum + count, 0);
  const p95 = all.sort((a, b) => a - b)[Math.floor(all.length * 0.95)] ?? Number.NaN;
  reportRatios('users', {
    p95_ms: { value: p95, target: 300, better: 'lower' },
    errors: { value: errors, target: 0, better: 'lower' },
  });
}
