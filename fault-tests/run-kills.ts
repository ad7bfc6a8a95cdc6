import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { connect } from '../src/database/connect.ts';
import type { Database } from '../src/database/transaction.ts';
import { until } from '../src/testing/until.ts';
import { auditEnd, countUnfinished, letLeasesEnd } from './audit.ts';
import { createClient } from './client.ts';
import type { Client, Seen } from './client.ts';
import { startInstallation } from './installation.ts';
import { killOnce, SIBLINGS, victims } from './kills.ts';
import type { KillResult } from './kills.ts';
import { noPromises } from './promises.ts';
import type { Promises } from './promises.ts';
import { createRandom } from './random.ts';
import { printTable } from './report.ts';
import type { Finding } from './report.ts';
import { runTraffic } from './traffic.ts';

export interface KillsOptions {
  readonly folder: string;
  readonly rounds: number;
  readonly seed: number;
}

/** Kills, recovers and audits so many times under load; then lets all work end and audits for the last time. */
export async function runKills({ folder: parent, rounds, seed }: KillsOptions): Promise<Finding[]> {
  const folder = path.join(parent, 'kills');
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const installation = await startInstallation({ folder, apiProcesses: SIBLINGS });
  const owner = connect({ url: installation.cluster.url, name: 'audit', size: 4, statementTimeout: 60_000 });
  const random = createRandom(seed);
  const promises = noPromises();
  const seen: Seen = { outcomes: new Map(), unexplained: [], slowest: 0 };
  const client = createClient(installation.api.url, seen);
  const over = new AbortController();
  const traffic = runTraffic({ client, promises, random, signal: over.signal, unexplained: seen.unexplained });
  const results: KillResult[] = [];
  const findings: Finding[] = [];
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const result = await killOnce({ installation, owner, promises, random });
      results.push(result);
      const { victim, recovery, broken } = result;
      console.log(`kill ${round} of ${rounds}: ${victim}, back after ${(recovery / 1_000).toFixed(1)} s`);
      findings.push({ what: `kill ${round}: ${victim}`, broken });
    }
    over.abort();
    await traffic;
    findings.push({ what: 'all work ends', broken: await drain(owner) });
    findings.push({ what: 'every promise at the end', broken: await auditEnd(owner, promises) });
    findings.push({ what: 'accounts, sessions and answers at the end', broken: await ask(client, promises) });
    const { api, worker } = installation;
    findings.push({
      what: 'no process ended by itself',
      broken: [api, worker].flatMap(({ name, unasked }) => (unasked > 0 ? [`${name} ended ${unasked} times`] : [])),
    });
    findings.push({ what: 'every answer under faults is explained', broken: seen.unexplained });
  } finally {
    over.abort();
    await owner.close();
    await installation.stop();
  }
  printResults(results, promises, seen);
  return findings
    .filter(({ what, broken }) => broken.length > 0 || !what.startsWith('kill '))
    .concat({
      what: `${results.length} kills, each audited`,
      broken: results.some(({ broken }) => broken.length > 0) ? ['see above'] : [],
    });
}

/** Work must go on: so much time may pass without any of it being done. */
const STANDSTILL = 120_000;

/** Lets what was claimed by the dead be taken over, and waits for the end of all work, however much has gathered. */
async function drain(owner: Database): Promise<string[]> {
  await letLeasesEnd(owner);
  let left = await countUnfinished(owner);
  while (left > 0) {
    const before = left;
    try {
      await until(async () => (left = await countUnfinished(owner)) < before, STANDSTILL);
    } catch {
      return [`${left} imports and messages are still under way, none of which ended for ${STANDSTILL / 1_000} s`];
    }
  }
  return [];
}

/** Asks the API for what it promised: confirmed accounts log in, sessions go on, keys give their answers again. */
async function ask(client: Client, promises: Promises): Promise<string[]> {
  const broken: string[] = [];
  for (const body of promises.accounts.slice(-100)) {
    const answer = await client.once({ method: 'POST', path: '/api/v1/auth/login', body });
    if (answer?.status !== 200) broken.push(`${body.email} cannot log in: ${JSON.stringify(answer)}`);
  }
  for (const [sessionId, refreshToken] of [...promises.sessions].slice(-200)) {
    const answer = await client.once({ method: 'POST', path: '/api/v1/auth/refresh', body: { refreshToken } });
    if (answer?.status !== 200) broken.push(`session ${sessionId} is lost: ${JSON.stringify(answer)}`);
  }
  return broken;
}

function printResults(results: readonly KillResult[], promises: Promises, seen: Seen): void {
  console.log('');
  printTable(
    ['killed', 'times', 'back after: median', 'worst', 'broken promises'],
    victims.map((victim) => {
      const own = results.filter((result) => result.victim === victim);
      const times = own.map(({ recovery }) => recovery).toSorted((a, b) => a - b);
      const seconds = (at: number): string => (times.length === 0 ? '–' : `${((times[at] ?? 0) / 1_000).toFixed(1)} s`);
      return [
        victim,
        String(own.length),
        seconds(Math.floor(times.length / 2)),
        seconds(times.length - 1),
        String(own.reduce((sum, { broken }) => sum + broken.length, 0)),
      ];
    }),
  );
  const { campaigns, imports, accounts, sessions } = promises;
  const numbers = imports.reduce((sum, { phones }) => sum + phones.length, 0);
  console.log(
    `\nAcknowledged: ${campaigns.length} campaigns, ${imports.length} files with ${numbers} numbers, ` +
      `${accounts.length} accounts, ${sessions.size} sessions.`,
  );
  const outcomes = [...seen.outcomes].toSorted().map(([outcome, count]) => `${outcome} ×${count}`);
  console.log(`Answers: ${outcomes.join(', ')}; the slowest took ${(seen.slowest / 1_000).toFixed(1)} s.`);
}
