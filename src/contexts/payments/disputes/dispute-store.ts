import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';

export const disputeStates = ['opened', 'won', 'lost'] as const;
export type DisputeState = (typeof disputeStates)[number];

/** Money that the buyer's bank took back, or tried to. */
export interface Dispute {
  readonly id: string;
  readonly provider: string;
  readonly providerRef: string;
  readonly paymentId: string;
  readonly attemptId: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly state: DisputeState;
  readonly reason: string;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
}
type DisputeRow = Omit<Dispute, 'amount'> & { readonly amount: number };

const columns = `id, provider, provider_ref as "providerRef", payment_id as "paymentId", attempt_id as "attemptId",
  amount_minor as amount, currency, state, reason, opened_at as "openedAt", closed_at as "closedAt"`;

const insertStatement = statement<{ id: string }>(
  'payments.insert_dispute',
  `insert into payments.disputes (id, provider, provider_ref, payment_id, attempt_id, amount_minor, currency, state, reason,
     opened_at)
   values ($1, $2, $3, $4, $5, $6, $7, 'opened', $8, $9)
   on conflict on constraint disputes_once do nothing returning id`,
);

/** @returns false when it is known already */
export async function insertDispute(tx: Transaction, dispute: Omit<Dispute, 'state' | 'closedAt'>): Promise<boolean> {
  const { id, provider, providerRef, paymentId, attemptId, amount, currency, reason, openedAt } = dispute;
  const values = [id, provider, providerRef, paymentId, attemptId, amount, currency, reason, openedAt];
  return (await tx.query(insertStatement, values)).length > 0;
}

const closeStatement = statement<{ id: string }>(
  'payments.close_dispute',
  `update payments.disputes set state = $3, closed_at = $4
   where provider = $1 and provider_ref = $2 and state = 'opened' returning id`,
);

/** @returns false when it is closed already */
export async function closeDispute(
  tx: Transaction,
  { provider, providerRef, state }: Pick<Dispute, 'provider' | 'providerRef' | 'state'>,
  at: Date,
): Promise<boolean> {
  return (await tx.query(closeStatement, [provider, providerRef, state, at])).length > 0;
}

const openStatement = statement<{ open: boolean }>(
  'payments.has_open_dispute',
  `select exists (select from payments.disputes where payment_id = $1 and state = 'opened') as open`,
);

export async function hasOpenDispute(tx: Transaction, paymentId: string): Promise<boolean> {
  return (await tx.query(openStatement, [paymentId]))[0]?.open ?? false;
}

const listStatement = statement<DisputeRow & { readonly key: string }>(
  'payments.list_disputes',
  `select ${columns}, opened_at::text as key from payments.disputes
   where ($1::text is null or state = $1) and ($2::timestamptz is null or (opened_at, id) < ($2, $3::uuid))
   order by opened_at desc, id desc limit $4`,
);

/** The newest first, strictly after `after`. */
export async function listDisputes(
  queryable: Queryable,
  query: {
    readonly state: DisputeState | undefined;
    readonly after: { readonly key: string | null; readonly id: string } | undefined;
    readonly limit: number;
  },
): Promise<readonly (Dispute & { readonly key: string })[]> {
  const { state, after, limit } = query;
  const rows = await queryable.query(listStatement, [state ?? null, after?.key ?? null, after?.id ?? null, limit]);
  return rows.map((row) => ({ ...row, amount: BigInt(row.amount) }));
}
