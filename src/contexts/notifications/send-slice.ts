import type { Database } from '../../database/transaction.ts';
import type { SendOutcome } from '../../ports/send-outcome.ts';
import type { Clock } from '../../shared/clock.ts';
import { newId } from '../../shared/id.ts';
import { beginAttempts } from './attempt-store.ts';
import { LEASE_MILLISECONDS } from './claim-messages.ts';
import type { ClaimedMessage } from './claim-store.ts';
import type { Flight } from './flight.ts';
import type { Bucket, Provider } from './provider.ts';
import type { Answer } from './record-attempts.ts';
import { createTokenSupply } from './token-supply.ts';

/** The outermost bound of one call, also for a sender that has none. Far below the lease. */
const LONGEST_CALL_MILLISECONDS = 30_000;

export interface SliceDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly flight: Flight<Answer>;
  /** See `SendDependencies`. */
  readonly unsubscribeUrl: (messageId: string) => string;
}

/** A call whose attempt is written and which nobody has made yet. */
export interface BegunCall extends Omit<Answer, 'outcome'> {
  readonly unsubscribeUrl: string | null;
}

/**
 * Writes the attempts of a few claimed messages: from here on each may have been sent. Dying between attempt and answer
 * leaves `sending` rows, which become unknown.
 *
 * @returns the calls to make; messages that are no longer ours are left out
 */
export async function beginSlice(
  { database, clock, unsubscribeUrl }: Pick<SliceDependencies, 'database' | 'clock' | 'unsubscribeUrl'>,
  provider: Provider,
  messages: readonly ClaimedMessage[],
): Promise<readonly BegunCall[]> {
  if (messages.length === 0) return [];
  const planned = messages.map((message) => {
    const id = newId();
    const stoppable = message.channel === 'email' && message.class === 'marketing';
    const stop = stoppable ? unsubscribeUrl(message.id) : null;
    return {
      provider,
      message,
      unsubscribeUrl: stop,
      attempt: { id, messageId: message.id, requestKey: message.request_key ?? id },
    };
  });
  const now = clock.now();
  const begun = await beginAttempts(
    database,
    provider.name,
    planned.map(({ attempt }) => attempt),
    { now, leaseUntil: new Date(now.getTime() + LEASE_MILLISECONDS) },
  );
  return planned.filter(({ message }) => begun.has(message.id));
}

/**
 * Makes begun calls, outside any transaction, each as soon as there is a place in the flight and a token for it. Returns when
 * the last call has begun; their answers are the flight's.
 */
export async function callSlice(
  { database, flight }: Pick<SliceDependencies, 'database' | 'flight'>,
  bucket: Bucket,
  calls: readonly BegunCall[],
): Promise<void> {
  const tokens = createTokenSupply(database, bucket, calls.length);
  for (let from = 0; from < calls.length;) {
    const room = await flight.room(1);
    const leave = await tokens.take(Math.min(room, calls.length - from));
    const leaving = calls.slice(from, from + leave.calls);
    from += leaving.length;
    const signal = AbortSignal.timeout(LONGEST_CALL_MILLISECONDS);
    const ownPause: SendOutcome = { outcome: 'throttled', retryAfterSeconds: Math.ceil(leave.wait / 1000) };
    for (const call of leaving) {
      const outcome = leave.wait > 0 ? Promise.resolve(ownPause) : ask(call, signal);
      flight.add(outcome.then((ended) => ({ ...call, outcome: ended })));
    }
  }
}

async function ask(
  { provider, message, attempt, unsubscribeUrl }: BegunCall,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const outgoing = {
    requestKey: attempt.requestKey,
    address: message.address,
    subject: message.subject,
    body: message.body,
    html: message.html,
    unsubscribeUrl,
    deadline: message.deadline,
  };
  try {
    return await provider.send(outgoing, { signal, traceparent: message.traceparent ?? undefined });
  } catch (error) {
    // Senders answer with outcomes; one that throws has a defect, and nobody knows how far the call went.
    return { outcome: 'unknown', detail: error instanceof Error ? error.message : String(error) };
  }
}
