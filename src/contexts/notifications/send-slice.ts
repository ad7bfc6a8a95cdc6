import { setTimeout as sleep } from 'node:timers/promises';
import type { SendOutcome } from '../../ports/send-outcome.ts';
import { newId } from '../../shared/id.ts';
import { beginAttempts } from './attempt-store.ts';
import { takeTokens } from './bucket-store.ts';
import { LEASE_MILLISECONDS } from './claim-messages.ts';
import type { ClaimedMessage } from './claim-store.ts';
import type { Lane } from './lane.ts';
import { bucketOf } from './provider.ts';
import type { Bucket, Provider } from './provider.ts';
import { recordAttempts } from './record-attempts.ts';
import type { Answer, AskedProvider, RecordDependencies } from './record-attempts.ts';

/** Calls in flight per drain. Measured: beyond 100 a sender gets slower, not faster. */
const IN_FLIGHT = 100;

/** The outermost bound of one call, also for a sender that has none. Far below the lease. */
const LONGEST_CALL_MILLISECONDS = 30_000;
const LONGEST_TOKEN_WAIT_MILLISECONDS = 10_000;

/** How many messages may be in flight at once towards this provider now; 0 while its circuit is open. */
export function sliceSize(provider: Provider, bucket: Bucket): number {
  return Math.min(IN_FLIGHT, bucket.capacity, provider.admits());
}

/**
 * Sends a few claimed messages through one provider, all at once: writes the attempts, takes the tokens, calls outside any
 * transaction, records the answers. Dying before the calls or after them leaves `sending` rows, which become unknown.
 */
export async function sendSlice(
  dependencies: RecordDependencies,
  lane: Lane,
  asked: AskedProvider,
  messages: readonly ClaimedMessage[],
): Promise<void> {
  const { database, clock, limits } = dependencies;
  const { provider } = asked;
  const planned = messages.map((message) => {
    const id = newId();
    return { message, attempt: { id, messageId: message.id, requestKey: message.request_key ?? id } };
  });
  const now = clock.now();
  const begun = await beginAttempts(
    database,
    provider.name,
    planned.map(({ attempt }) => attempt),
    { now, leaseUntil: new Date(now.getTime() + LEASE_MILLISECONDS) },
  );
  const calls = planned.filter(({ message }) => begun.has(message.id));
  if (calls.length === 0) return;

  const wait = await waitForTokens(dependencies, bucketOf(provider.name, lane, limits), calls.length);
  if (wait > 0) {
    const outcome: SendOutcome = { outcome: 'throttled', retryAfterSeconds: Math.ceil(wait / 1000) };
    await recordAttempts(
      dependencies,
      lane,
      asked,
      calls.map((call) => ({ ...call, outcome })),
    );
    return;
  }
  const signal = AbortSignal.timeout(LONGEST_CALL_MILLISECONDS);
  const answers = await Promise.all(
    calls.map(async (call): Promise<Answer> => ({ ...call, outcome: await ask(provider, call, signal) })),
  );
  await recordAttempts(dependencies, lane, asked, answers);
}

/** @returns 0 once the tokens are ours, or the milliseconds still to wait when that is too long to stand here */
async function waitForTokens({ database }: RecordDependencies, bucket: Bucket, count: number): Promise<number> {
  const giveUpAt = performance.now() + LONGEST_TOKEN_WAIT_MILLISECONDS;
  for (;;) {
    const wait = await takeTokens(database, bucket, count);
    if (wait === 0 || performance.now() + wait > giveUpAt) return wait;
    await sleep(wait);
  }
}

async function ask(
  provider: Provider,
  { message, attempt }: Omit<Answer, 'outcome'>,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const outgoing = {
    requestKey: attempt.requestKey,
    address: message.address,
    subject: message.subject,
    body: message.body,
    deadline: message.deadline,
  };
  try {
    return await provider.send(outgoing, { signal });
  } catch (error) {
    // Senders answer with outcomes; one that throws has a defect, and nobody knows how far the call went.
    return { outcome: 'unknown', detail: error instanceof Error ? error.message : String(error) };
  }
}
