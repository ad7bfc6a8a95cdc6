import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';

export interface DataExport {
  readonly id: string;
  readonly userId: string;
  readonly state: 'running' | 'ready' | 'failed';
  readonly runId: string | null;
  readonly bytes: number | null;
  readonly requestedAt: Date;
  readonly finishedAt: Date | null;
  readonly expiresAt: Date | null;
}

const columns = `id, user_id as "userId", state, run_id as "runId", bytes, requested_at as "requestedAt",
  finished_at as "finishedAt", expires_at as "expiresAt"`;

const insertStatement = statement<DataExport>(
  'identity.insert_data_export',
  `insert into identity.data_exports (id, user_id) values ($1, $2) returning ${columns}`,
);

/** @throws the unique violation of `data_exports_one_running` */
export async function insertDataExport(tx: Transaction, id: string, userId: string): Promise<DataExport> {
  const [made] = await tx.query(insertStatement, [id, userId]);
  if (made === undefined) throw new Error('an export was not inserted');
  return made;
}

const findStatement = statement<DataExport>(
  'identity.find_data_export',
  `select ${columns} from identity.data_exports
   where id = $1 and (expires_at is null or expires_at > clock_timestamp())`,
);

/** An export that has not expired. */
export async function findDataExport(queryable: Queryable, id: string): Promise<DataExport | undefined> {
  return (await queryable.query(findStatement, [id]))[0];
}

const insertPieceStatement = statement(
  'identity.insert_data_export_piece',
  'insert into identity.data_export_pieces (export_id, run_id, n, sealed) values ($1, $2, $3, $4)',
);

export async function insertPiece(
  queryable: Queryable,
  piece: { readonly exportId: string; readonly runId: string; readonly n: number; readonly sealed: Buffer },
): Promise<void> {
  await queryable.query(insertPieceStatement, [piece.exportId, piece.runId, piece.n, piece.sealed]);
}

const findPieceStatement = statement<{ sealed: Buffer }>(
  'identity.find_data_export_piece',
  'select sealed from identity.data_export_pieces where export_id = $1 and run_id = $2 and n = $3',
);

export async function findPiece(
  queryable: Queryable,
  exportId: string,
  runId: string,
  n: number,
): Promise<Buffer | undefined> {
  return (await queryable.query(findPieceStatement, [exportId, runId, n]))[0]?.sealed;
}

const finishStatement = statement<{ expiresAt: Date }>(
  'identity.finish_data_export',
  `update identity.data_exports set state = 'ready', run_id = $2, bytes = $3, finished_at = clock_timestamp(),
     expires_at = clock_timestamp() + make_interval(days => $4)
   where id = $1 and state = 'running' returning expires_at as "expiresAt"`,
);
const dropOtherPiecesStatement = statement(
  'identity.drop_other_export_pieces',
  'delete from identity.data_export_pieces where export_id = $1 and run_id <> $2',
);

/**
 * Makes one run's pieces the export, and drops those of runs that died.
 *
 * @returns until when it can be downloaded; undefined when another run was first
 */
export async function finishDataExport(
  tx: Transaction,
  done: { readonly exportId: string; readonly runId: string; readonly bytes: number; readonly days: number },
): Promise<Date | undefined> {
  const [finished] = await tx.query(finishStatement, [done.exportId, done.runId, done.bytes, done.days]);
  if (finished !== undefined) await tx.query(dropOtherPiecesStatement, [done.exportId, done.runId]);
  return finished?.expiresAt;
}

const failStatement = statement(
  'identity.fail_stuck_data_exports',
  `update identity.data_exports set state = 'failed', finished_at = clock_timestamp()
   where state = 'running' and requested_at < clock_timestamp() - interval '1 day'`,
);
const deleteStatement = statement(
  'identity.delete_expired_data_exports',
  `delete from identity.data_exports
   where expires_at < clock_timestamp() or (state = 'failed' and finished_at < clock_timestamp() - interval '7 days')`,
);

/** Gives up exports whose job became a dead letter, and forgets what has expired, pieces included. */
export async function deleteExpiredDataExports(queryable: Queryable): Promise<void> {
  await queryable.query(failStatement);
  await queryable.query(deleteStatement);
}
