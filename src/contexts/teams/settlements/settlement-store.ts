import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { Settlement, SettlementState } from './settlement.ts';

const columns = `e.id, e.team_id as "teamId", e.terms ->> 'payerId' as "payerId", e.terms ->> 'receiverId' as "receiverId",
  e.currency, e.amount_minor::text as amount, e.occurred_on::text as "paidOn", e.notes as note,
  case e.state when 'counted' then 'confirmed' else e.state end as state,
  e.created_by as "recordedBy", e.created_at as "createdAt", e.updated_at as "updatedAt"`;

type Row<Of extends Settlement> = Omit<Of, 'amount'> & { readonly amount: string };

const findStatement = statement<Row<Settlement>>(
  'teams.find_settlement',
  `select ${columns} from teams.entries e where e.id = $2 and e.team_id = $1 and e.kind = 'settlement'`,
);

export async function findSettlement(
  queryable: Queryable,
  teamId: string,
  id: string,
): Promise<Settlement | undefined> {
  const [row] = await queryable.query(findStatement, [teamId, id]);
  return row === undefined ? undefined : read(row);
}

const lockStatement = statement(
  'teams.lock_settlement',
  `select from teams.entries where id = $2 and team_id = $1 and kind = 'settlement' for no key update`,
);

/** Reads a settlement and holds it until the transaction ends: the first lock of whoever changes it. */
export async function lockSettlement(tx: Transaction, teamId: string, id: string): Promise<Settlement | undefined> {
  await tx.query(lockStatement, [teamId, id]);
  return findSettlement(tx, teamId, id);
}

export interface SettlementRow extends Settlement {
  /** Day and time as PostgreSQL writes them, for cursors. */
  readonly sortKey: string;
}

const listStatement = statement<Row<SettlementRow>>(
  'teams.list_settlements',
  `select ${columns}, e.occurred_on || '|' || e.created_at as "sortKey" from teams.entries e
   where e.team_id = $1 and e.kind = 'settlement'
     and ($2::text is null or e.state = case $2 when 'confirmed' then 'counted' else $2 end)
     and ($3::text is null or (e.occurred_on, e.created_at, e.id)
       < (split_part($3, '|', 1)::date, split_part($3, '|', 2)::timestamptz, $4::uuid))
   order by e.occurred_on desc, e.created_at desc, e.id desc limit $5`,
);

/** The last day first, strictly after `after`. */
export async function listSettlementRows(
  queryable: Queryable,
  { teamId, state }: { readonly teamId: string; readonly state: SettlementState | undefined },
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<SettlementRow[]> {
  const rows = await queryable.query(listStatement, [
    ...[teamId, state ?? null, after?.key ?? null, after?.id ?? null, limit],
  ]);
  return rows.map(read);
}

function read<Of extends Settlement>(row: Row<Of>): Omit<Of, 'amount'> & { readonly amount: bigint } {
  return { ...row, amount: BigInt(row.amount) };
}
