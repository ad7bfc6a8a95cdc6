/** The limit: `pg` with named prepared statements and nothing around it. `node pg.ts <database url>` */
import pg from 'pg';
import { AT_ONCE, contest } from './contest.ts';
import { findBalance, insertPosting } from './statements.ts';

const pool = new pg.Pool({ connectionString: process.argv[2], max: AT_ONCE });

contest({
  async get(walletId) {
    const { rows } = await pool.query<{ balance: string }>({
      name: 'get',
      text: findBalance,
      values: [walletId],
    });
    return Number(rows[0]?.balance);
  },
  async post({ reference, from, to, amount }) {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query({
        name: 'post',
        text: insertPosting,
        values: [to, from, amount, reference],
      });
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  },
});
