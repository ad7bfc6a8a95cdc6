import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { Flag, FlagSettings } from './flag.ts';

/** Where a trigger of the table says that a flag has changed. */
export const FLAGS_CHANGED_CHANNEL = 'portico_flags';

const columns = `f.key, f.description, f.enabled, f.default_variant as "defaultVariant", f.variants, f.rules, f.rollout,
  f.records_exposures as "recordsExposures", f.version, f.created_at as "createdAt", f.updated_at as "updatedAt"`;

const allStatement = statement<Flag>('platform.list_all_flags', `select ${columns} from platform.flags f`);

/** Every flag: some hundreds at most. */
export function readAllFlags(queryable: Queryable): Promise<Flag[]> {
  return queryable.query(allStatement, []);
}

const listStatement = statement<Flag>(
  'platform.list_flags',
  `select ${columns} from platform.flags f where $1::text is null or f.key > $1 order by f.key limit $2`,
);

/** By key, strictly after `after`. */
export function listFlagRows(queryable: Queryable, after: string | null, limit: number): Promise<Flag[]> {
  return queryable.query(listStatement, [after, limit]);
}

const findStatement = statement<Flag>('platform.find_flag', `select ${columns} from platform.flags f where f.key = $1`);

export async function findFlag(queryable: Queryable, key: string): Promise<Flag | undefined> {
  return (await queryable.query(findStatement, [key]))[0];
}

const lockStatement = statement<Flag>(
  'platform.lock_flag',
  `select ${columns} from platform.flags f where f.key = $1 for update`,
);

/** Reads a flag and holds it until the transaction ends. */
export async function lockFlag(tx: Transaction, key: string): Promise<Flag | undefined> {
  return (await tx.query(lockStatement, [key]))[0];
}

const insertStatement = statement<Flag>(
  'platform.insert_flag',
  `insert into platform.flags as f (key, description, enabled, default_variant, variants, rules, rollout, records_exposures,
     created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) returning ${columns}`,
);

/** @throws the violation of `flags_pkey` when there is one of this key */
export async function insertFlag(tx: Transaction, key: string, settings: FlagSettings, now: Date): Promise<Flag> {
  const [row] = await tx.query(insertStatement, [key, ...valuesOf(settings), now]);
  if (row === undefined) throw new Error('An insert gave no row.');
  return row;
}

const changeStatement = statement<Flag>(
  'platform.change_flag',
  `update platform.flags f set description = $2, enabled = $3, default_variant = $4, variants = $5, rules = $6, rollout = $7,
     records_exposures = $8, version = version + 1, updated_at = $9
   where f.key = $1 returning ${columns}`,
);

/** Writes a flag whose lock the caller holds, and counts the change. */
export async function changeFlag(tx: Transaction, key: string, settings: FlagSettings, now: Date): Promise<Flag> {
  const [row] = await tx.query(changeStatement, [key, ...valuesOf(settings), now]);
  if (row === undefined) throw new Error('A locked flag is gone.');
  return row;
}

function valuesOf(settings: FlagSettings): readonly unknown[] {
  const { description, enabled, defaultVariant, variants, rules, rollout, recordsExposures } = settings;
  return [
    description,
    enabled,
    defaultVariant,
    JSON.stringify(variants),
    JSON.stringify(rules),
    rollout,
    recordsExposures,
  ];
}

const deleteStatement = statement('platform.delete_flag', 'delete from platform.flags where key = $1');

/** With its exposures. */
export async function deleteFlagRow(tx: Transaction, key: string): Promise<void> {
  await tx.query(deleteStatement, [key]);
}
