import type { Database } from '../../database/transaction.ts';
import type { DeliveryLookup } from '../../ports/delivery-lookup.ts';
import type { Clock } from '../../shared/clock.ts';
import { isCheckDue, planChecks, takeChecks } from './check-store.ts';
import type { CheckPlan } from './check-store.ts';
import type { SendingObserver } from './observer.ts';
import { recordReports } from './record-reports.ts';

const MINUTE = 60;
const HOUR = 3_600;

/** Seconds between the looks at one message: soon at first, for most are delivered within minutes; ten looks in two days. */
const PAUSES = [
  2 * MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  6 * HOUR,
  6 * HOUR,
  12 * HOUR,
  12 * HOUR,
];
const FIRST_LOOK_MILLISECONDS = 60_000;
/** Questions per run and provider. What is still due then is taken up by the next run, a minute later. */
const MOST_QUESTIONS = 60;
const LONGEST_QUESTION_MILLISECONDS = 15_000;

export interface CheckDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly observer: SendingObserver;
  readonly lookups: readonly DeliveryLookup[];
}

/** Has a provider asked about messages it took, or may have taken, a minute from now and then ever more rarely. */
export async function planDeliveryChecks(
  tx: Parameters<typeof planChecks>[0],
  provider: string,
  checks: readonly CheckPlan[],
  now: Date,
): Promise<void> {
  await planChecks(tx, provider, checks, { now, dueAt: new Date(now.getTime() + FIRST_LOOK_MILLISECONDS) });
}

/**
 * Asks providers that can be asked what became of messages without a final state, and records the answers as reports. The
 * calls are outside of any transaction; bounded per run; a run that dies costs each message at most one look.
 */
export async function checkDeliveries(
  dependencies: CheckDependencies,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  // Side by side: a slow provider must not hold up the others.
  await Promise.all(dependencies.lookups.map((lookup) => checkProvider(dependencies, lookup, signal)));
}

async function checkProvider(
  dependencies: CheckDependencies,
  lookup: DeliveryLookup,
  signal: AbortSignal,
): Promise<void> {
  const { database, clock, observer } = dependencies;
  for (let asked = 0; asked < MOST_QUESTIONS && !signal.aborted; asked += 1) {
    const now = clock.now();
    if (!(await isCheckDue(database, lookup.name, now))) return;
    const messages = await takeChecks(database, lookup.name, {
      now,
      limit: lookup.most,
      forgottenBefore: new Date(now.getTime() - lookup.remembersMilliseconds),
      pauses: PAUSES,
    });
    if (messages.length === 0) continue;
    const answer = await lookup.find(messages, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(LONGEST_QUESTION_MILLISECONDS)]),
    });
    observer.lookedUp({ provider: lookup.name, outcome: answer.outcome });
    // It is not well: whatever is due can wait for the next run.
    if (answer.outcome === 'unavailable') return;
    await recordReports(dependencies, lookup.name, answer.reports);
  }
}
