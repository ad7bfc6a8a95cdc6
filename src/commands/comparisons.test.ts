import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { statement } from '../database/transaction.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { runPortico } from '../testing/portico-command.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

async function run(...args: string[]): Promise<{ code: number | null; lines: string[]; err: string }> {
  const portico = runPortico(args, {
    DATABASE_URL: db.url,
    PORTICO_SECRET: 'a secret of thirty-two characters, at least',
    LOG_LEVEL: 'error',
  });
  const { code } = await portico.exited;
  return { code, lines: portico.out().trimEnd().split('\n'), err: portico.err() };
}

test.each([
  ['stock', ['Compared 0 rows of stock: none differs.']],
  ['balances', ['Recomputed 0 balances: none differs.', 'Recomputed 0 debts: none differs.']],
  ['rollups', ['Counted 0 cells: none differs.']],
  ['orders', ['Made 0 orders anew: none differs.']],
])(
  'portico %s says that nothing differs',
  async (command, verdict) => {
    expect(await run(command)).toEqual({ code: 0, lines: verdict, err: '' });
  },
  30_000,
);

test('what somebody wrote past Portico is told, twenty at a time', async () => {
  await db.owner.transaction(async (tx) => {
    await tx.query(statement('', 'set local session_replication_role = replica'));
    await tx.query(
      statement(
        '',
        `insert into catalog.stock_levels (variant_id, location_id, on_hand)
         select uuidv7(), uuidv7(), 7 from generate_series(1, 23)`,
      ),
    );
  });
  const { code, lines } = await run('stock');
  expect(code).toBe(1);
  expect(lines).toHaveLength(22);
  expect(lines[0]).toMatch(/^variant \S+ at \S+: 7 on hand, 0 moved; 0 reserved, 0 held$/);
  expect(lines.slice(20)).toEqual(['… and 3 more', 'Compared 23 rows of stock: 23 differ.']);
}, 30_000);

test('an argument that a command does not know ends it', async () => {
  const { code, err } = await run('stock', '--repair');
  expect(code).toBe(2);
  expect(err).toContain('portico stock takes no arguments, but was given "--repair"');
});
