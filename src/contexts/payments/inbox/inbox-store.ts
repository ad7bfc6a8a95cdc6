import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';

export const messageStates = ['received', 'applied', 'ignored', 'failed'] as const;
export type MessageState = (typeof messageStates)[number];

/** A message of a provider, as it lies in the inbox. */
export interface InboxMessage {
  readonly id: string;
  readonly provider: string;
  readonly dedupeKey: string;
  readonly kind: string;
  readonly source: 'webhook' | 'reconciliation';
  readonly receivedAt: Date;
  readonly state: MessageState;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly paymentId: string | null;
  readonly appliedAt: Date | null;
}

const columns = `id, provider, dedupe_key as "dedupeKey", kind, source, received_at as "receivedAt", state, attempts,
  last_error as "lastError", payment_id as "paymentId", applied_at as "appliedAt"`;

const insertStatement = statement<{ id: string }>(
  'payments.insert_message',
  `insert into payments.inbox (id, provider, dedupe_key, kind, source, received_at, raw, sha256, state)
   values ($1, $2, $3, $4, $5, $6, $7, $8, 'received')
   on conflict on constraint inbox_once do nothing returning id`,
);

/** @returns false when the provider repeats itself */
export async function insertMessage(
  tx: Transaction,
  message: Pick<InboxMessage, 'id' | 'provider' | 'dedupeKey' | 'kind' | 'source' | 'receivedAt'> & {
    readonly raw: Buffer;
    readonly sha256: Buffer;
  },
): Promise<boolean> {
  const { id, provider, dedupeKey, kind, source, receivedAt, raw, sha256 } = message;
  const values = [id, provider, dedupeKey, kind, source, receivedAt, raw, sha256];
  return (await tx.query(insertStatement, values)).length > 0;
}

const findStatement = statement<InboxMessage>(
  'payments.find_message',
  `select ${columns} from payments.inbox where id = $1`,
);

export async function findMessage(queryable: Queryable, id: string): Promise<InboxMessage | undefined> {
  return (await queryable.query(findStatement, [id]))[0];
}

const lockStatement = statement<InboxMessage & { readonly raw: Buffer }>(
  'payments.lock_message',
  `select ${columns}, raw from payments.inbox where id = $1 for update`,
);

/** With its bytes, sealed. */
export async function lockMessage(
  tx: Transaction,
  id: string,
): Promise<(InboxMessage & { readonly raw: Buffer }) | undefined> {
  return (await tx.query(lockStatement, [id]))[0];
}

const endStatement = statement(
  'payments.end_message',
  `update payments.inbox set state = $2, attempts = attempts + 1, last_error = $3, payment_id = coalesce($4, payment_id),
     applied_at = case when $2 in ('applied', 'ignored') then coalesce(applied_at, $5) else applied_at end
   where id = $1`,
);

/** Notes what became of a message. What was applied once stays applied. */
export async function endMessage(
  queryable: Queryable,
  message: Pick<InboxMessage, 'id' | 'state' | 'lastError' | 'paymentId'> & { readonly at: Date },
): Promise<void> {
  const { id, state, lastError, paymentId, at } = message;
  await queryable.query(endStatement, [id, state, lastError, paymentId, at]);
}

const failStatement = statement(
  'payments.fail_message',
  `update payments.inbox set state = 'failed', attempts = attempts + 1, last_error = $2 where id = $1 and applied_at is null`,
);

export async function failMessage(queryable: Queryable, id: string, error: string): Promise<void> {
  await queryable.query(failStatement, [id, error]);
}

const listStatement = statement<InboxMessage & { readonly key: string }>(
  'payments.list_messages',
  `select ${columns}, received_at::text as key from payments.inbox
   where ($1::text is null or state = $1) and ($2::uuid is null or payment_id = $2)
     and ($3::timestamptz is null or (received_at, id) < ($3, $4::uuid))
   order by received_at desc, id desc limit $5`,
);

export interface MessageQuery {
  readonly state: MessageState | undefined;
  readonly paymentId: string | undefined;
  readonly after: { readonly key: string | null; readonly id: string } | undefined;
  readonly limit: number;
}

/** The newest first, strictly after `after`. */
export async function listMessages(
  queryable: Queryable,
  { state, paymentId, after, limit }: MessageQuery,
): Promise<readonly (InboxMessage & { readonly key: string })[]> {
  return queryable.query(listStatement, [
    state ?? null,
    paymentId ?? null,
    after?.key ?? null,
    after?.id ?? null,
    limit,
  ]);
}

const deleteStatement = statement<{ id: string }>(
  'payments.delete_old_messages',
  `delete from payments.inbox where id in
     (select id from payments.inbox where received_at < $1 and state <> 'failed' order by received_at limit $2)
   returning id`,
);

/** Forgets messages that came before this moment, but for those a person must look at. @returns how many */
export async function deleteOldMessages(queryable: Queryable, before: Date, limit: number): Promise<number> {
  return (await queryable.query(deleteStatement, [before, limit])).length;
}
