import { statement } from '../../database/transaction.ts';
import type { Statement, Transaction } from '../../database/transaction.ts';
import type { Recount, Recounted } from '../context.ts';

const QUARTER = `date_bin('15 minutes', created_at, '2000-01-01 00:00:00+00')`;
const NOBODY = `'00000000-0000-0000-0000-000000000000'::uuid`;

const coins = statement<Recounted>(
  'rewards.recount_coins',
  `select ${QUARTER} as bucket, case when ref_type = 'bonus' then account_id else ${NOBODY} end as subject,
     ref_type as dimension, count(*) as n, -sum(amount) as amount
   from rewards.ledger_entries where created_at >= $1 and created_at < $2 and amount < 0
   group by 1, 2, 3`,
);

const imports = statement<Recounted>(
  'rewards.recount_imports',
  `select ${QUARTER} as bucket, campaign_id as subject, 'files' as dimension, count(*) as n, sum(lines) as amount
   from rewards.bonus_imports where created_at >= $1 and created_at < $2 group by 1, 2`,
);

const importLines = statement<Recounted>(
  'rewards.recount_import_lines',
  `select bucket, subject, dimension, n, 0::bigint as amount
   from (
     select ${QUARTER} as bucket, campaign_id as subject, sum(credited) as credited, sum(pending) as pending,
       sum(duplicate) as duplicate, sum(expired) as expired, sum(malformed) as malformed
     from rewards.bonus_imports where created_at >= $1 and created_at < $2 group by 1, 2
   ) i cross join lateral (values
     ('credited', i.credited), ('pending', i.pending), ('duplicate', i.duplicate), ('expired', i.expired),
     ('malformed', i.malformed)) counted (dimension, n)
   where n <> 0`,
);

const rounds = statement<Recounted>(
  'rewards.recount_rounds',
  `select date_bin('15 minutes', finished_at, '2000-01-01 00:00:00+00') as bucket, ${NOBODY} as subject, game_id as dimension,
     count(*) as n, sum(coins) as amount
   from rewards.score_events where finished_at >= $1 and finished_at < $2 group by 1, 3`,
);

const firstRound = statement<{ at: Date | null }>(
  'rewards.find_first_round_time',
  'select min(finished_at) as at from rewards.score_events',
);

const firstEntry = statement<{ at: Date | null }>(
  'rewards.find_first_entry_time',
  'select min(created_at) as at from rewards.ledger_entries',
);
const firstImport = statement<{ at: Date | null }>(
  'rewards.find_first_import_time',
  'select min(created_at) as at from rewards.bonus_imports',
);

/** What the triggers `record_…_facts` have told, counted from the ledger, the imports and the rounds. */
export const recounts: readonly Recount[] = [
  recount('coins', coins, firstEntry),
  recount('imports', imports, firstImport),
  recount('import-lines', importLines, firstImport),
  recount('rounds', rounds, firstRound),
];

function recount(metric: string, read: Statement<Recounted>, first: Statement<{ at: Date | null }>): Recount {
  return {
    metric,
    read: (tx: Transaction, from, to) => tx.query(read, [from, to]),
    begins: async (tx) => (await tx.query(first))[0]?.at ?? null,
  };
}
