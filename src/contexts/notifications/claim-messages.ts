import type { Database, Transaction } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import { reserveBudget } from './budget-store.ts';
import { PARKED } from './campaigns/held-message-store.ts';
import { claimDue, refuseClaims, releaseClaims } from './claim-store.ts';
import type { ClaimedMessage, DueMessage, Refusal } from './claim-store.ts';
import { buryMessages } from './dead-messages.ts';
import { enqueueWakeUps } from './jobs.ts';
import type { Lane } from './lane.ts';
import { REPORT_WAIT_MILLISECONDS } from './next-step.ts';
import type { SendingObserver } from './observer.ts';
import { openAt } from './preferences/quiet-hours.ts';
import type { QuietPlan } from './preferences/quiet-hours.ts';
import type { SendingLimits } from './provider.ts';

/** Longer than any batch needs; a process that died gives its messages back after it. */
export const LEASE_MILLISECONDS = 120_000;

export interface ClaimDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly limits: SendingLimits;
  /** When people are left alone, by class and category. */
  readonly quiet: QuietPlan;
  readonly observer: SendingObserver;
}

export interface Claim {
  /** Those that may leave now. */
  readonly messages: readonly ClaimedMessage[];
  /** How many were due, refused and held ones included: 0 means that nothing is. */
  readonly due: number;
}

/**
 * Claims up to `limit` due messages of one lane for this process and judges each for the last time before it may leave:
 * its campaign, deadline, opt-out and suppression, quiet hours, today's SMS budget. What may not leave ends here, or waits: for
 * the morning, for tomorrow's budget, or for its campaign to be resumed.
 */
export async function claimMessages(dependencies: ClaimDependencies, lane: Lane, limit: number): Promise<Claim> {
  const { database, clock, limits, quiet, observer } = dependencies;
  const { held, ...claim } = await database.transaction(async (tx) => {
    const now = clock.now();
    const due = await claimDue(tx, lane, { now, limit, leaseUntil: new Date(now.getTime() + LEASE_MILLISECONDS) });
    // One whose earlier call may have arrived is asked about again, paused or not: that begins nothing.
    const parked = due.filter((message) => message.campaign === 'paused' && message.request_key === null);
    const running = without(due, parked);
    const refusals = running.flatMap((message) => refusalOf(message, now) ?? []);
    const willing = without(running, refusals);
    const asleep = willing.flatMap((message) => {
      const at = openAt(message, quiet, now);
      return at <= now ? [] : [{ message, id: message.id, at }];
    });
    const open = without(willing, asleep);
    const late = asleep.filter(({ message, at }) => at >= message.deadline);
    for (const { message } of late) refusals.push(ended(message, now, { state: 'dead', reason: 'quiet-hours' }));
    const tucked = without(asleep, late);

    const overBudget = lane.channel === 'sms' ? await findOverBudget(tx, open, limits, now) : [];
    const tomorrow = nextUtcDay(now);
    const waiting = overBudget.filter((message) => message.class !== 'otp' && message.deadline > tomorrow);
    for (const { id } of without(overBudget, waiting)) {
      refusals.push({ id, state: 'dead', reason: 'spending-limit', wakeAt: null });
    }

    await releaseClaims(tx, [
      ...waiting.map(({ id }) => ({ id, at: tomorrow })),
      ...parked.map(({ id }) => ({ id, at: PARKED })),
      ...tucked,
    ]);
    await enqueueWakeUps(
      tx,
      lane,
      tucked.map(({ at }) => at),
    );
    await refuseClaims(tx, refusals, now);
    await buryMessages(
      tx,
      refusals.filter(({ state }) => state === 'dead').map(({ id }) => id),
    );
    return { messages: without(open, overBudget), due: due.length, held: overBudget.length };
  });
  if (held > 0) observer.overBudget({ lane, count: held });
  return claim;
}

/** Why a message may not leave. One whose earlier call may have arrived is never called dead: it stays unknown. */
function refusalOf(message: DueMessage, now: Date): Refusal | undefined {
  const late = message.deadline <= now;
  if (message.campaign === 'cancelled')
    return ended(message, now, { state: 'cancelled', reason: 'campaign-cancelled' });
  const unwanted = message.suppression ?? (message.switched_off ? 'switched off by the recipient' : null);
  if (!late && unwanted === null) return undefined;
  return ended(
    message,
    now,
    unwanted === null ? { state: 'dead', reason: 'deadline' } : { state: 'suppressed', reason: unwanted },
  );
}

function ended(message: DueMessage, now: Date, end: Pick<Refusal, 'state' | 'reason'>): Refusal {
  if (message.request_key === null) return { id: message.id, ...end, wakeAt: null };
  const wakeAt = new Date(now.getTime() + REPORT_WAIT_MILLISECONDS);
  return { id: message.id, state: 'unknown', reason: 'answer-lost', wakeAt };
}

/** Budget is spent by first attempts only: a retry was paid for when it was first begun. */
async function findOverBudget(
  tx: Transaction,
  messages: readonly DueMessage[],
  limits: SendingLimits,
  now: Date,
): Promise<readonly DueMessage[]> {
  const fresh = new Map<string, DueMessage[]>();
  for (const message of messages) {
    if (message.attempt_id !== null || message.country === null) continue;
    const group = fresh.get(message.country);
    if (group === undefined) fresh.set(message.country, [message]);
    else group.push(message);
  }
  const asked = new Map([...fresh].map(([country, group]) => [country, group.length]));
  const granted = await reserveBudget(tx, asked, limits, now);
  return [...fresh].flatMap(([country, group]) => group.slice(granted.get(country) ?? 0));
}

function without<T extends { readonly id: string }>(all: readonly T[], some: readonly { readonly id: string }[]): T[] {
  const ids = new Set(some.map(({ id }) => id));
  return all.filter(({ id }) => !ids.has(id));
}

function nextUtcDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}
