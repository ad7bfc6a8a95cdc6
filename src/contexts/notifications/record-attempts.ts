import type { Database, Transaction } from '../../database/transaction.ts';
import type { DeliveryLookup } from '../../ports/delivery-lookup.ts';
import type { SendOutcome } from '../../ports/send-outcome.ts';
import type { Clock } from '../../shared/clock.ts';
import { writeAttempts } from './attempt-store.ts';
import type { Attempt, AttemptRecord } from './attempt-store.ts';
import { pauseBucket } from './bucket-store.ts';
import { planDeliveryChecks } from './check-deliveries.ts';
import type { CheckPlan } from './check-store.ts';
import type { ClaimedMessage } from './claim-store.ts';
import { buryMessages } from './dead-messages.ts';
import { enqueueWakeUps } from './jobs.ts';
import type { Lane } from './lane.ts';
import { nextStep } from './next-step.ts';
import type { SendingObserver } from './observer.ts';
import { suppressRecipients } from './preferences/suppress-recipients.ts';
import type { ToldFate } from './preferences/suppress-recipients.ts';
import { bucketOf } from './provider.ts';
import type { Provider, SendingLimits } from './provider.ts';
import { applyWaitingReports } from './record-reports.ts';
import { lockProviderMessages } from './report-store.ts';

export interface RecordDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly limits: SendingLimits;
  readonly observer: SendingObserver;
  /** A number in [0, 1): spreads retries. */
  readonly chance: () => number;
  /** Providers that tell a message's state when they are asked. Default: none. */
  readonly lookups?: readonly DeliveryLookup[];
}

/** One call that has come back, or was given up. */
export interface Answer {
  readonly provider: Provider;
  readonly attempt: Attempt;
  readonly message: ClaimedMessage;
  readonly outcome: SendOutcome;
}

/**
 * Records what one provider answered, message by message: outcome, next state, reports that came before the answer, pauses
 * the provider asked for, dead letters, and the jobs that come back for retries. One transaction; safe to repeat.
 *
 * @param next the provider after it in failover order, or null
 */
export async function recordAttempts(
  { database, clock, limits, observer, chance, lookups = [] }: RecordDependencies,
  lane: Lane,
  { provider, next }: { readonly provider: Provider; readonly next: Provider | null },
  answers: readonly Omit<Answer, 'provider'>[],
): Promise<void> {
  const now = clock.now();
  const records = answers.map(({ attempt, message, outcome }): AttemptRecord => {
    const step = nextStep(outcome, {
      class: message.class,
      deadline: message.deadline,
      attempts: message.attempts + 1,
      provider: provider.name,
      deduplicates: provider.deduplicates,
      nextProvider: next?.name ?? null,
      resend: message.request_key !== null,
      now,
      chance: chance(),
    });
    return { attemptId: attempt.id, messageId: message.id, ...described(outcome), step };
  });
  const providerMessageIds = records.flatMap((record) => record.providerMessageId ?? []);

  await database.transaction(async (tx) => {
    await lockProviderMessages(tx, provider.name, providerMessageIds);
    const stepped = await writeAttempts(tx, records, now);
    await applyWaitingReports(tx, provider.name, providerMessageIds, now);
    const taken = records.filter((record) => stepped.has(record.messageId));
    if (lookups.some(({ name }) => name === provider.name)) {
      await planDeliveryChecks(tx, provider.name, checksOf(answers, taken), now);
    }
    await buryMessages(
      tx,
      taken.filter(({ step }) => step.state === 'dead').map(({ messageId }) => messageId),
    );
    await enqueueWakeUps(
      tx,
      lane,
      taken.flatMap(({ step }) => step.nextAttemptAt ?? []),
    );
    await suppressRecipients(tx, toldFates(provider.name, answers), now);
    await obeyPauses(tx, bucketOf(provider.name, lane, limits).key, answers);
  });
  observe(observer, lane, provider.name, answers);
}

function described(outcome: SendOutcome): Pick<AttemptRecord, 'outcome' | 'code' | 'detail' | 'providerMessageId'> {
  const none = { code: null, detail: null, providerMessageId: null };
  switch (outcome.outcome) {
    case 'accepted':
      return { ...none, outcome: 'accepted', providerMessageId: outcome.providerMessageId };
    case 'rejected':
    case 'unavailable':
      return { ...none, outcome: outcome.outcome, code: outcome.code, detail: outcome.detail };
    case 'throttled':
      return { ...none, outcome: 'throttled', detail: `asked to wait ${outcome.retryAfterSeconds} s` };
    case 'unknown':
      return { ...none, outcome: 'unknown', detail: outcome.detail };
  }
}

function toldFates(provider: string, answers: readonly Pick<Answer, 'message' | 'outcome'>[]): readonly ToldFate[] {
  return answers.flatMap(({ message: { channel, address }, outcome }) =>
    outcome.outcome === 'rejected' && outcome.recipient !== undefined
      ? [{ channel, address, fate: outcome.recipient, provider, code: outcome.code }]
      : [],
  );
}

/** Whoever was taken, or may have been, is asked about. */
function checksOf(answers: readonly Pick<Answer, 'attempt'>[], taken: readonly AttemptRecord[]): readonly CheckPlan[] {
  const keys = new Map(answers.map(({ attempt }) => [attempt.id, attempt.requestKey]));
  return taken.flatMap(({ attemptId, messageId, providerMessageId, step }) => {
    const reference = keys.get(attemptId);
    const open = step.state === 'sent' || step.state === 'unknown';
    return open && reference !== undefined ? [{ messageId, reference, providerMessageId }] : [];
  });
}

/** A pause that a provider asks for holds for all messages of the lane, not only for the one it was said to. */
async function obeyPauses(tx: Transaction, bucket: string, answers: readonly Pick<Answer, 'outcome'>[]): Promise<void> {
  const pauses = answers.flatMap(({ outcome }) => (outcome.outcome === 'throttled' ? outcome.retryAfterSeconds : []));
  if (pauses.length > 0) await pauseBucket(tx, bucket, Math.max(...pauses));
}

function observe(
  observer: SendingObserver,
  lane: Lane,
  provider: string,
  answers: readonly Pick<Answer, 'outcome'>[],
): void {
  const counts = new Map<SendOutcome['outcome'], number>();
  for (const { outcome } of answers) counts.set(outcome.outcome, (counts.get(outcome.outcome) ?? 0) + 1);
  for (const [outcome, count] of counts) observer.attempted({ lane, provider, outcome, count });
}
