import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { SourcePoll } from './bonus-source.ts';

/** How a source has been doing. */
export interface SourceState {
  readonly name: string;
  /** In a row. */
  readonly failures: number;
  readonly retryAt: Date | null;
  readonly polledAt: Date | null;
}

const ensureStatement = statement(
  'rewards.ensure_bonus_source',
  `insert into rewards.bonus_sources (name) values ($1) on conflict do nothing`,
);

/** Makes sure that a configured source has its row. */
export async function ensureSource(queryable: Queryable, name: string): Promise<void> {
  await queryable.query(ensureStatement, [name]);
}

const listStatesStatement = statement<SourceState>(
  'rewards.list_bonus_source_states',
  `select name, failures, retry_at as "retryAt", polled_at as "polledAt" from rewards.bonus_sources where name = any ($1)`,
);

/** The states of those that were looked at before. */
export async function listSourceStates(
  queryable: Queryable,
  names: readonly string[],
): Promise<ReadonlyMap<string, SourceState>> {
  const rows = await queryable.query(listStatesStatement, [names]);
  return new Map(rows.map((row) => [row.name, row]));
}

const noteStatement = statement(
  'rewards.note_bonus_source',
  `update rewards.bonus_sources set polled_at = $2, failures = $3, retry_at = $4 where name = $1`,
);

/** Notes the end of a look. */
export async function noteSource(
  queryable: Queryable,
  name: string,
  { polledAt, failures, retryAt }: Pick<SourceState, 'failures' | 'retryAt'> & { readonly polledAt: Date },
): Promise<void> {
  await queryable.query(noteStatement, [name, polledAt, failures, retryAt]);
}

const listVersionsStatement = statement<{ name: string; version: string }>(
  'rewards.list_bonus_source_versions',
  `select name, version from rewards.bonus_source_files where source = $1`,
);

/** The last version taken of each file of a source. */
export async function listKnownVersions(queryable: Queryable, source: string): Promise<ReadonlyMap<string, string>> {
  const rows = await queryable.query(listVersionsStatement, [source]);
  return new Map(rows.map(({ name, version }) => [name, version]));
}

export interface TakenFile {
  readonly source: string;
  readonly name: string;
  readonly version: string;
  /** Undefined when it was refused before its end. */
  readonly sha256: Buffer | undefined;
  readonly takenAt: Date;
}

const takeFileStatement = statement<{ isNew: boolean }>(
  'rewards.take_bonus_source_file',
  `insert into rewards.bonus_source_files as f (source, name, version, sha256, taken_at) values ($1, $2, $3, $4, $5)
   on conflict (source, name) do update
     set version = excluded.version, sha256 = coalesce(excluded.sha256, f.sha256), taken_at = excluded.taken_at
   returning old.sha256 is distinct from $4 as "isNew"`,
);

/**
 * Remembers a version of a file. Waits for whoever takes the same file at this moment, until they have committed.
 *
 * @returns whether its content differs from that of the version before it
 */
export async function takeFile(queryable: Queryable, file: TakenFile): Promise<boolean> {
  const [row] = await queryable.query(takeFileStatement, [
    file.source,
    file.name,
    file.version,
    file.sha256 ?? null,
    file.takenAt,
  ]);
  return row?.isNew === true;
}

const hasOtherStatement = statement<{ found: boolean }>(
  'rewards.has_other_import_in_window',
  `select exists (
     select from rewards.bonus_imports where campaign_id = $1 and window_start = $2 and id <> $3) as found`,
);

/** Whether another file was imported into the same window. */
export async function hasOtherImport(
  tx: Transaction,
  {
    campaignId,
    windowStart,
    importId,
  }: { readonly campaignId: string; readonly windowStart: Date; readonly importId: string },
): Promise<boolean> {
  const [row] = await tx.query(hasOtherStatement, [campaignId, windowStart, importId]);
  return row?.found === true;
}

const insertPollStatement = statement(
  'rewards.insert_bonus_source_poll',
  `insert into rewards.bonus_source_polls
     (id, source, outcome, reason, detail, file, window_start, import_id, began_at, ended_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

export async function insertPoll(queryable: Queryable, poll: SourcePoll): Promise<void> {
  await queryable.query(insertPollStatement, [
    poll.id,
    poll.source,
    poll.outcome,
    poll.reason,
    poll.detail,
    poll.file,
    poll.windowStart,
    poll.importId,
    poll.beganAt,
    poll.endedAt,
  ]);
}

const listPollsStatement = statement<SourcePoll>(
  'rewards.list_bonus_source_polls',
  `select id, source, outcome, reason, detail, file, window_start as "windowStart", import_id as "importId",
     began_at as "beganAt", ended_at as "endedAt"
   from rewards.bonus_source_polls
   where source = $1 and ($2::text is null or outcome = $2) and ($3::uuid is null or id < $3)
   order by id desc limit $4`,
);

/** Looks at a source, the newest first, strictly after `after`; of one outcome when it is given. */
export async function listPolls(
  queryable: Queryable,
  query: {
    readonly source: string;
    readonly outcome: string | undefined;
    readonly after: CursorPosition | undefined;
    readonly limit: number;
  },
): Promise<SourcePoll[]> {
  return queryable.query(listPollsStatement, [
    query.source,
    query.outcome ?? null,
    query.after?.id ?? null,
    query.limit,
  ]);
}
