import { setTimeout as pause } from 'node:timers/promises';
import { statement } from '../src/database/transaction.ts';
import type { Database } from '../src/database/transaction.ts';
import { until } from '../src/testing/until.ts';
import { auditNow } from './audit.ts';
import type { Installation } from './installation.ts';
import type { Promises } from './promises.ts';
import type { Random } from './random.ts';

export const victims = ['api', 'worker', 'postgres', 'everything'] as const;
export type Victim = (typeof victims)[number];

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

/** The service must be back by itself within this. */
const BOUND = 60_000;

const countFinished = statement<{ found: number }>(
  'faults.finished',
  `select count(*) as found from rewards.bonus_imports where status = 'finished'`,
);

/** Kills one victim at a random moment under load, waits for the service to be back, and audits. */
export async function killOnce(options: KillOptions): Promise<KillResult> {
  const { installation, owner, promises, random } = options;
  const victim = random.pick(['api', 'api', 'worker', 'worker', 'postgres', 'postgres', 'everything'] as const);
  await pause(random.between(20, 900));
  const killedAt = performance.now();
  await strike(installation, victim);
  const campaigns = promises.campaigns.length;
  const broken: string[] = [];
  try {
    await until(async () => (await installation.api.ready()) && (await installation.worker.ready()), BOUND);
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

async function strike({ api, worker, cluster }: Installation, victim: Victim): Promise<void> {
  if (victim === 'api' || victim === 'everything') api.kill();
  if (victim === 'worker' || victim === 'everything') worker.kill();
  if (victim === 'postgres' || victim === 'everything') {
    await cluster.kill();
    await cluster.start();
  }
}
