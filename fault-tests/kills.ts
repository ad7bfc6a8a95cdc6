import { setTimeout as pause } from 'node:timers/promises';
import { statement } from '../src/database/transaction.ts';
import type { Database } from '../src/database/transaction.ts';
import { until } from '../src/testing/until.ts';
import { auditNow } from './audit.ts';
import type { Installation } from './installation.ts';
import type { Promises } from './promises.ts';
import type { Random } from './random.ts';

/** `api` is the supervisor of all API processes, `sibling` one of them. */
export const victims = ['api', 'sibling', 'worker', 'postgres', 'everything'] as const;
export type Victim = (typeof victims)[number];

/** How many processes serve the API, so that one can die alone. */
export const SIBLINGS = 2;

export interface KillResult {
  readonly victim: Victim;
  /** From the kill until probes are well and new work has been taken and done, in milliseconds. */
  readonly recovery: number;
  readonly broken: readonly string[];
}

export interface KillOptions {
  readonly installation: Installation;
  readonly owner: Database;
  readonly promises: Promises;
  readonly random: Random;
}

/** All at once is drawn half as often as one alone. */
const draws = [
  'api',
  'api',
  'sibling',
  'sibling',
  'worker',
  'worker',
  'postgres',
  'postgres',
  'everything',
] as const satisfies readonly Victim[];

/** The service must be back by itself within this; starting three processes took a busy machine 58 s. */
const BOUND = 120_000;

const countFinished = statement<{ found: number }>(
  'faults.finished',
  `select count(*) as found from rewards.bonus_imports where status = 'finished'`,
);

/** Kills one victim at a random moment under load, waits for the service to be back, and audits. */
export async function killOnce(options: KillOptions): Promise<KillResult> {
  const { installation, owner, promises, random } = options;
  const victim = random.pick(draws);
  await pause(random.between(20, 900));
  const killedAt = performance.now();
  const dead = await strike(options, victim);
  const broken: string[] = [];
  try {
    await until(() => areReplaced(installation, dead), BOUND);
    await until(async () => (await installation.api.ready()) && (await installation.worker.ready()), BOUND);
    const campaigns = promises.campaigns.length;
    await until(() => promises.campaigns.length > campaigns, BOUND);
    const finished = (await owner.query(countFinished))[0]?.found ?? 0;
    await until(async () => ((await owner.query(countFinished))[0]?.found ?? 0) > finished, BOUND);
  } catch (error) {
    broken.push(`not back within ${BOUND / 1_000} s after ${victim} was killed: ${String(error)}`);
  }
  const recovery = performance.now() - killedAt;
  broken.push(...(await auditNow(owner, promises)));
  return { victim, recovery, broken };
}

/** @returns the processes of Portico that were killed, or end with the one that was. */
async function strike({ installation, random }: KillOptions, victim: Victim): Promise<readonly number[]> {
  const { api, worker, cluster } = installation;
  const siblings = api.children();
  const dead: number[] = [];
  if (victim === 'sibling') {
    const [first, ...others] = siblings;
    if (first === undefined) throw new Error('The API runs without siblings.');
    const sibling = random.pick([first, ...others]);
    process.kill(sibling, 'SIGKILL');
    dead.push(sibling);
  }
  if (victim === 'api' || victim === 'everything') {
    dead.push(api.pid, ...siblings);
    api.kill();
  }
  if (victim === 'worker' || victim === 'everything') {
    dead.push(worker.pid);
    worker.kill();
  }
  if (victim === 'postgres' || victim === 'everything') {
    await cluster.kill();
    await cluster.start();
  }
  return dead;
}

/** Siblings answer for a moment after their supervisor has been killed: an answer alone shows nothing. */
function areReplaced({ api, worker }: Installation, dead: readonly number[]): boolean {
  const siblings = api.children();
  return siblings.length === SIBLINGS && [api.pid, worker.pid, ...siblings].every((pid) => !dead.includes(pid));
}
