/** Portico's own way: statements over src/database. `node portico.ts <database url>` */
import { connect } from '../../src/database/connect.ts';
import { statement } from '../../src/database/transaction.ts';
import { AT_ONCE, contest } from './contest.ts';
import { findBalance, insertPosting } from './statements.ts';

const database = connect({
  url: process.argv[2] ?? '',
  name: 'bench portico',
  size: AT_ONCE,
  statementTimeout: 5_000,
});
const getStatement = statement<{ balance: number }>('bench.find_balance', findBalance);
const postStatement = statement('bench.insert_posting', insertPosting);

contest({
  async get(walletId) {
    const [wallet] = await database.query(getStatement, [walletId]);
    return wallet?.balance ?? Number.NaN;
  },
  async post({ reference, from, to, amount }) {
    await database.transaction((tx) => tx.query(postStatement, [to, from, amount, reference]));
  },
});
