/** Portico's own way: its stores over src/database. `node portico.ts <database url>` */
import { findBalance, insertPostings } from '../../src/contexts/rewards/ledger-store.ts';
import { connect } from '../../src/database/connect.ts';
import { AT_ONCE, contest } from './contest.ts';

const database = connect({
  url: process.argv[2] ?? '',
  name: 'bench portico',
  size: AT_ONCE,
  statementTimeout: 5_000,
});

contest({
  get: (walletId) => findBalance(database, walletId),
  post: (posting) => database.transaction((tx) => insertPostings(tx, 'bonus', [posting])),
});
