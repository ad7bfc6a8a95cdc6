import type { ColumnCipher, KeyRing } from '../shared/key-ring.ts';
import { statement } from './transaction.ts';
import type { Database, Queryable } from './transaction.ts';

/** A column whose values are sealed under the key ring, and how its rows are told apart. Constants of the code. */
export interface SealedColumn {
  /** `schema.table`. */
  readonly table: string;
  readonly column: string;
  /** The primary key, which is authenticated as text with the value: uuid and text as they are, bytea in hex. */
  readonly row: string;
  readonly rowType: 'uuid' | 'text' | 'bytea';
}

/** Seals and opens the values of a column; the row is the text of its primary key. */
export function cipherOf(ring: KeyRing, { table, column }: SealedColumn): ColumnCipher {
  return ring.column(`${table}.${column}`);
}

/** The id of a value's key: an index on this expression serves the search for values under old keys. */
const keyIdOf = (column: string): string => `encode(substring(${column} from 2 for get_byte(${column}, 0)), 'escape')`;

/** How many values of a column each key protects. */
export interface KeyUse {
  readonly keyId: string;
  readonly values: number;
}

export async function countSealedValues(queryable: Queryable, sealed: SealedColumn): Promise<readonly KeyUse[]> {
  const { table, column } = sealed;
  const count = statement<KeyUse>(
    `count_sealed_${table}.${column}`,
    `select ${keyIdOf(column)} as "keyId", count(*) as values from ${table} where ${column} is not null group by 1`,
  );
  return queryable.query(count);
}

/** What sealing a column anew came to. */
export interface Resealed {
  readonly values: number;
  /** Values that do not open: changed by somebody, or moved from another row. They stay as they are. */
  readonly broken: readonly string[];
}

export interface ResealOptions {
  readonly signal: AbortSignal;
  /** Values per transaction. Default 500. */
  readonly batchSize?: number;
}

/**
 * Seals every value that an older key of the ring protects under the newest one, in batches that commit on their own: it may
 * die after any of them and be repeated. Rows that somebody else holds are left for the next time.
 */
export async function resealColumn(
  database: Database,
  ring: KeyRing,
  sealed: SealedColumn,
  { signal, batchSize = 500 }: ResealOptions,
): Promise<Resealed> {
  const old = ring.ids.filter((id) => id !== ring.newest);
  const cipher = cipherOf(ring, sealed);
  const { take, put } = statementsOf(sealed);
  const broken: string[] = [];
  let values = 0;
  for (let after: string | null = null, more = old.length > 0; more;) {
    signal.throwIfAborted();
    const rows: readonly SealedRow[] = await database.transaction(async (tx) => {
      const batch = await tx.query(take, [old, after, batchSize]);
      const renewed = batch.flatMap(({ row, value }) => {
        const plain = tryOpen(cipher, row, value);
        return plain === undefined ? [] : [{ row, value: cipher.seal(row, plain) }];
      });
      await tx.query(put, [renewed.map(({ row }) => row), renewed.map(({ value }) => value)]);
      const good = new Set(renewed.map(({ row }) => row));
      return batch.map((entry) => ({ ...entry, good: good.has(entry.row) }));
    });
    values += rows.filter(({ good }) => good).length;
    broken.push(...rows.filter(({ good }) => !good).map(({ row }) => row));
    after = rows.at(-1)?.row ?? null;
    more = rows.length === batchSize;
  }
  return { values, broken };
}

interface SealedRow {
  readonly row: string;
  readonly good: boolean;
}

function tryOpen(cipher: ColumnCipher, row: string, value: Buffer): Buffer | undefined {
  try {
    return cipher.open(row, value);
  } catch {
    return undefined;
  }
}

function statementsOf({ table, column, row, rowType }: SealedColumn) {
  const text = rowType === 'bytea' ? `encode(${row}, 'hex')` : `${row}::text`;
  const typed = (value: string) => (rowType === 'bytea' ? `decode(${value}, 'hex')` : `${value}::${rowType}`);
  return {
    take: statement<{ row: string; value: Buffer }>(
      `take_sealed_${table}.${column}`,
      `select ${text} as row, ${column} as value from ${table}
       where ${keyIdOf(column)} = any ($1) and ($2::text is null or ${row} > ${typed('$2')})
       order by ${table}.${row} limit $3 for update skip locked`,
    ),
    put: statement(
      `put_sealed_${table}.${column}`,
      `update ${table} as t set ${column} = n.value
       from unnest($1::text[], $2::bytea[]) as n (row, value) where t.${row} = ${typed('n.row')}`,
    ),
  };
}
