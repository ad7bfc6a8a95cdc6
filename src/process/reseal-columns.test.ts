import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeKeys } from '../commands/keys/describe-keys.ts';
import { cipherOf } from '../database/sealed-column.ts';
import type { SealedColumn } from '../database/sealed-column.ts';
import { statement } from '../database/transaction.ts';
import { newId } from '../shared/id.ts';
import type { KeyRing } from '../shared/key-ring.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { killAfterEachStep } from '../testing/dying-database.ts';
import { testKeyRing } from '../testing/key-ring.ts';
import { resealColumns } from './reseal-columns.ts';

const columns: readonly SealedColumn[] = [
  { table: 'public.by_uuid', column: 'value', row: 'id', rowType: 'uuid' },
  { table: 'public.by_text', column: 'value', row: 'id', rowType: 'text' },
  { table: 'public.by_bytes', column: 'value', row: 'id', rowType: 'bytea' },
];
const old = testKeyRing(1);
const both = testKeyRing(2, 1);
const options = { signal: new AbortController().signal, batchSize: 10 };
let test: TestDatabase;

const sql = <Row = never>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
  test.owner.query(statement<Row>('', text), values);

beforeAll(async () => {
  test = await createTestDatabase();
  await sql(`create table public.by_uuid (id uuid primary key, value bytea);
    create table public.by_text (id text primary key, value bytea);
    create table public.by_bytes (id bytea primary key, value bytea);
    grant all on public.by_uuid, public.by_text, public.by_bytes to portico_app`);
});
afterAll(() => test.close());
beforeEach(() => sql('truncate public.by_uuid, public.by_text, public.by_bytes'));

/** Fills every column with values; each tells its own row. */
async function fill(ring: KeyRing, rows: number): Promise<void> {
  for (const sealed of columns) {
    const cipher = cipherOf(ring, sealed);
    const typed = sealed.rowType === 'bytea' ? `decode(row, 'hex')` : `row::${sealed.rowType}`;
    const ids = Array.from({ length: rows }, () =>
      sealed.rowType === 'bytea' ? newId().replaceAll('-', '') : newId(),
    );
    await sql(
      `insert into ${sealed.table} select ${typed}, value from unnest($1::text[], $2::bytea[]) as n (row, value)`,
      [ids, ids.map((id) => cipher.seal(id, Buffer.from(id)))],
    );
  }
}

/** How many values open, by column. */
async function openable(ring: KeyRing): Promise<number[]> {
  return Promise.all(
    columns.map(async (sealed) => {
      const cipher = cipherOf(ring, sealed);
      const text = sealed.rowType === 'bytea' ? `encode(id, 'hex')` : 'id::text';
      const rows = await sql<{ id: string; value: Buffer }>(`select ${text} as id, value from ${sealed.table}`);
      for (const { id, value } of rows) expect(cipher.open(id, value).toString()).toBe(id);
      return rows.length;
    }),
  );
}

describe('a new key', () => {
  it('comes to protect every value, in several batches, after which the old one may go', async () => {
    await fill(old, 25);
    await resealColumns(test.database, both, columns, options);
    expect(await openable(testKeyRing(2))).toEqual([25, 25, 25]);
  });

  it('loses nothing when the process dies after any step', async () => {
    const killed = await killAfterEachStep(
      test.database,
      async (mortal) => {
        await sql('truncate public.by_uuid, public.by_text, public.by_bytes');
        await fill(old, 11);
        await resealColumns(mortal, both, columns, options);
      },
      async () => {
        expect(await openable(both)).toEqual([11, 11, 11]);
        await resealColumns(test.database, both, columns, options);
        expect(await openable(testKeyRing(2))).toEqual([11, 11, 11]);
      },
    );
    expect(killed).toBeGreaterThan(10);
  });

  it('passes over values that do not open, and tells of them when the rest is done', async () => {
    await fill(old, 3);
    await sql(`update public.by_text set value = (select value from public.by_uuid limit 1)
      where id = (select min(id) from public.by_text)`);
    await expect(resealColumns(test.database, both, columns, options)).rejects.toThrow(
      /^1 sealed values do not open, such as public\.by_text\.value /,
    );
    const keys = await describeKeys(test.database, both, columns);
    expect(keys.text).toContain('2 of public.by_text.value');
    expect(keys.text).toMatch(/key-1 +opens +1 of public\.by_text\.value$/m);
  });

  it('reads nothing while there is one key only', async () => {
    await fill(old, 3);
    const blind = { ...test.database, transaction: () => Promise.reject(new Error('looked')) };
    await resealColumns(blind, old, columns, options);
  });
});

describe('portico keys', () => {
  it('shows what each key protects, and which key is missing', async () => {
    await fill(old, 2);
    expect(await describeKeys(test.database, both, columns)).toEqual({
      missing: false,
      text: [
        'key    state             protects',
        'key-2  seals and opens   nothing',
        'key-1  opens             2 of public.by_uuid.value',
        '                         2 of public.by_text.value',
        '                         2 of public.by_bytes.value',
      ].join('\n'),
    });
    const without = await describeKeys(test.database, testKeyRing(2), columns);
    expect(without.missing).toBe(true);
    expect(without.text).toMatch(/^key-1 +MISSING +2 of public\.by_uuid\.value$/m);
  });
});
