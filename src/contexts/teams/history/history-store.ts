import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import { correlation } from '../../../telemetry/correlation.ts';

/** One write in a team. */
export interface HistoryEntry {
  /** What happened, in kebab-case. */
  readonly action: string;
  /** What kind of thing it happened to. */
  readonly subject: string;
  readonly subjectId: string;
  /** What it was and is; never what a person is called or where they are reached. */
  readonly before?: object | undefined;
  readonly after?: object | undefined;
}

export const insertStatement = statement(
  'teams.record_history',
  `insert into teams.history (team_id, actor_id, action, subject, subject_id, before, after, request_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

/** Writes the one entry of a write, in its transaction: both are committed, or neither. @param actorId null: Portico itself */
export async function recordHistory(
  tx: Transaction,
  { teamId, actorId }: { readonly teamId: string; readonly actorId: string | null },
  { action, subject, subjectId, before, after }: HistoryEntry,
): Promise<void> {
  await tx.query(insertStatement, [
    ...[teamId, actorId, action, subject, subjectId],
    before === undefined ? null : JSON.stringify(before),
    after === undefined ? null : JSON.stringify(after),
    correlation()?.requestId ?? null,
  ]);
}

export interface HistoryRow {
  readonly id: string;
  readonly at: Date;
  readonly actorId: string | null;
  readonly action: string;
  readonly subject: string;
  readonly subjectId: string;
  /** JSON text. */
  readonly before: string | null;
  readonly after: string | null;
  /** `at` as PostgreSQL writes it, for cursors. */
  readonly sortKey: string;
}

const columns = `id, at, actor_id as "actorId", action, subject, subject_id as "subjectId", before::text, after::text,
  at::text as "sortKey"`;

const listStatement = statement<HistoryRow>(
  'teams.list_history',
  `select ${columns} from teams.history
   where team_id = $1 and ($2::timestamptz is null or (at, id) < ($2, $3::uuid))
   order by at desc, id desc limit $4`,
);
const listOfStatement = statement<HistoryRow>(
  'teams.list_history_of_subject',
  `select ${columns} from teams.history
   where team_id = $1 and subject_id = $5 and ($2::timestamptz is null or (at, id) < ($2, $3::uuid))
   order by at desc, id desc limit $4`,
);

/** The newest first, strictly after `after`. @param subjectId of this thing alone; undefined: of the whole team */
export async function listHistoryRows(
  queryable: Queryable,
  { teamId, subjectId }: { readonly teamId: string; readonly subjectId: string | undefined },
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<HistoryRow[]> {
  const values = [teamId, after?.key ?? null, after?.id ?? null, limit];
  return subjectId === undefined
    ? queryable.query(listStatement, values)
    : queryable.query(listOfStatement, [...values, subjectId]);
}
