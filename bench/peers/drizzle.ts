/** Drizzle on `pg`, with its prepared statements where it offers them. `node drizzle.ts <database url>` */
import { and, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, pgSchema, text, uuid } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { AT_ONCE, contest } from '../db/contest.ts';

const rewards = pgSchema('rewards');
const accounts = rewards.table('accounts', {
  id: uuid().primaryKey(),
  kind: text().notNull(),
  balance: bigint({ mode: 'number' }).notNull(),
});
const entries = rewards.table('ledger_entries', {
  accountId: uuid('account_id').notNull(),
  amount: bigint({ mode: 'number' }).notNull(),
  refType: text('ref_type').notNull(),
  refId: uuid('ref_id').notNull(),
});

const db = drizzle({ client: new pg.Pool({ connectionString: process.argv[2], max: AT_ONCE }) });
const findBalance = db
  .select({ balance: accounts.balance })
  .from(accounts)
  .where(and(eq(accounts.id, sql.placeholder('id')), eq(accounts.kind, 'wallet')))
  .prepare('find_balance');

contest({
  async get(walletId) {
    const [row] = await findBalance.execute({ id: walletId });
    return row?.balance ?? Number.NaN;
  },
  async post({ reference, from, to, amount }) {
    await db.transaction((tx) =>
      tx.insert(entries).values([
        { accountId: to, amount, refType: 'bonus', refId: reference },
        { accountId: from, amount: -amount, refType: 'bonus', refId: reference },
      ]),
    );
  },
});
