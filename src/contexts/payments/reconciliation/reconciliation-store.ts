import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { Settlement } from '../ledger/settlement-store.ts';
import type { Report } from './reconciliation.ts';

/** A day compared with a provider's list. */
export interface Reconciliation {
  readonly id: string;
  readonly provider: string;
  /** `2026-11-20`, UTC. */
  readonly day: string;
  readonly outcome: 'compared' | 'unavailable';
  readonly detail: string | null;
  readonly matched: number;
  readonly oursOnly: number;
  readonly theirsOnly: number;
  readonly different: number;
  readonly report: Report;
  readonly madeAt: Date;
}

const columns = `id, provider, day::text as day, outcome, detail, matched, ours_only as "oursOnly", theirs_only as "theirsOnly",
  different, report, made_at as "madeAt"`;

const upsertStatement = statement(
  'payments.upsert_reconciliation',
  `insert into payments.reconciliations (id, provider, day, outcome, detail, matched, ours_only, theirs_only, different, report,
     made_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
   on conflict on constraint reconciliations_once_a_day do update set outcome = excluded.outcome, detail = excluded.detail,
     matched = excluded.matched, ours_only = excluded.ours_only, theirs_only = excluded.theirs_only,
     different = excluded.different, report = excluded.report, made_at = excluded.made_at`,
);

/** Replaces what was made of that day before. */
export async function upsertReconciliation(tx: Transaction, made: Reconciliation): Promise<void> {
  const { id, provider, day, outcome, detail, matched, oursOnly, theirsOnly, different, report, madeAt } = made;
  const counts = [matched, oursOnly, theirsOnly, different];
  await tx.query(upsertStatement, [id, provider, day, outcome, detail, ...counts, JSON.stringify(report), madeAt]);
}

const findStatement = statement<Reconciliation>(
  'payments.find_reconciliation',
  `select ${columns} from payments.reconciliations where id = $1`,
);

export async function findReconciliation(queryable: Queryable, id: string): Promise<Reconciliation | undefined> {
  return (await queryable.query(findStatement, [id]))[0];
}

const listStatement = statement<Reconciliation>(
  'payments.list_reconciliations',
  `select ${columns} from payments.reconciliations
   where ($1::text is null or provider = $1) and ($2::date is null or (day, id) < ($2, $3::uuid))
   order by day desc, id desc limit $4`,
);

/** The latest days first, strictly after `after`. */
export async function listReconciliationRows(
  queryable: Queryable,
  query: {
    readonly provider: string | undefined;
    readonly after: { readonly key: string | null; readonly id: string } | undefined;
    readonly limit: number;
  },
): Promise<readonly Reconciliation[]> {
  const { provider, after, limit } = query;
  return queryable.query(listStatement, [provider ?? null, after?.key ?? null, after?.id ?? null, limit]);
}

type SettlementRow = Omit<Settlement, 'amount'> & { readonly amount: number };

const settledStatement = statement<SettlementRow>(
  'payments.list_settlements',
  `select provider, provider_transaction_id as "transactionId", operation, payment_id as "paymentId", attempt_id as "attemptId",
     amount_minor as amount, currency, settled_at as at
   from payments.settlements
   where provider = $1 and settled_at >= $2 and settled_at < $3 and operation in ('capture', 'refund')
   order by settled_at, provider_transaction_id, operation`,
);

/** What we have settled in this time. */
export async function listSettlements(
  queryable: Queryable,
  { provider, from, until }: { readonly provider: string; readonly from: Date; readonly until: Date },
): Promise<readonly Settlement[]> {
  const rows = await queryable.query(settledStatement, [provider, from, until]);
  return rows.map((row) => ({ ...row, amount: BigInt(row.amount) }));
}
