/** The hot statements of the ledger (src/contexts/rewards/ledger-store.ts), the same text for everybody who writes SQL. */
export const findBalance = `select balance from rewards.accounts where id = $1 and kind = 'wallet'`;

/** $1 wallet, $2 pool, $3 amount, $4 reference. */
export const insertPosting = `insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id)
   values ($1, $3, 'bonus', $4), ($2, -$3::bigint, 'bonus', $4)`;
