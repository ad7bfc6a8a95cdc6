import { createHash } from 'node:crypto';
import { cipherOf } from '../../../database/sealed-column.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { Acknowledgement, PushedMessage } from '../../../ports/payments.ts';
import { newId } from '../../../shared/id.ts';
import { Problem } from '../../../shared/problem.ts';
import type { PaymentsDependencies } from '../dependencies.ts';
import { applyMessageJob } from '../jobs.ts';
import { problems } from '../problems.ts';
import { rawMessages } from '../sealed-columns.ts';
import { insertMessage } from './inbox-store.ts';
import type { InboxMessage } from './inbox-store.ts';

type RecordDependencies = Pick<PaymentsDependencies, 'clock' | 'enqueue' | 'providers' | 'keyRing' | 'observer'>;

/**
 * Takes in what a provider's program pushed: proves it, stores it once, and has a worker apply it. Repeats get the same answer. A
 * database that fails fails the request, so that the provider comes again.
 *
 * @returns what the provider's program takes for success
 * @throws Problem 403 `message-not-proven`, also for a provider without an account here; nothing is stored or logged of it then
 */
export async function recordPaymentMessage(
  dependencies: RecordDependencies & Pick<PaymentsDependencies, 'primary'>,
  providerName: string,
  pushed: Omit<PushedMessage, 'at'>,
): Promise<Acknowledgement> {
  const { clock, observer, primary } = dependencies;
  const at = clock.now();
  const provider = dependencies.providers.find(({ name }) => name === providerName);
  const judged = provider?.parseWebhook({ ...pushed, at });
  if (provider === undefined || judged?.verdict !== 'verified') {
    observer.message({ provider: providerName, result: 'rejected' });
    throw new Problem(problems['message-not-proven']);
  }
  const stored = await primary.transaction((tx) =>
    storeMessage(tx, dependencies, {
      provider: providerName,
      ...{ dedupeKey: judged.dedupeKey, kind: judged.kind, source: 'webhook' },
      bytes: judged.stored,
      sha256: createHash('sha256').update(pushed.raw).digest(),
    }),
  );
  observer.message({ provider: providerName, result: stored ? 'received' : 'repeated' });
  return provider.acknowledge();
}

interface Message extends Pick<InboxMessage, 'provider' | 'dedupeKey' | 'kind' | 'source'> {
  readonly bytes: Buffer;
  readonly sha256: Buffer;
}

/** Puts a message into the inbox with the job that applies it. @returns false when it is there already */
export async function storeMessage(
  tx: Transaction,
  { clock, enqueue, keyRing }: Pick<RecordDependencies, 'clock' | 'enqueue' | 'keyRing'>,
  { bytes, ...message }: Message,
): Promise<boolean> {
  const receivedAt = clock.now();
  const id = newId(receivedAt.getTime());
  const raw = cipherOf(keyRing, rawMessages).seal(id, bytes);
  if (!(await insertMessage(tx, { ...message, id, receivedAt, raw }))) return false;
  await enqueue(tx, applyMessageJob, { messageId: id }, { key: `apply:${id}` });
  return true;
}
