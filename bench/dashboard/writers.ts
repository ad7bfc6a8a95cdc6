import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { campaignId, CAMPAIGNS, WALLETS, walletId } from './generate.ts';

const CONNECTIONS = 16;

const post = {
  name: 'bench.post',
  text: `insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id)
    select leg.account, leg.amount, 'bonus', leg.ref
    from (select gen_random_uuid() as ref) r cross join lateral (values
      (${walletId('$1::int')}, 1, r.ref), (${campaignId('$2::int')}, -1, r.ref)) leg (account, amount, ref)`,
};

/**
 * Posts so many bonuses a second, each in a transaction of its own, until `work` has ended. A campaign's pool is one account:
 * each connection has campaigns of its own, so that none waits for another's.
 *
 * @returns how many a second there were
 */
export async function writeWhile<T>(
  databaseUrl: string,
  perSecond: number,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly perSecond: number }> {
  const done = new AbortController();
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      await client.query('set role portico_app');
      return client;
    }),
  );
  const began = performance.now();
  let written = 0;
  const writers = clients.map(async (client, own) => {
    for (let n = 0; !done.signal.aborted; n += 1) {
      const due = began + (n * CONNECTIONS * 1_000) / perSecond;
      const early = due - performance.now();
      if (early > 1) await pause(early);
      const campaign = (own + CONNECTIONS * n) % (CAMPAIGNS - (CAMPAIGNS % CONNECTIONS));
      await client.query({ ...post, values: [1 + ((own + n * 7919) % WALLETS), campaign] });
      written += 1;
    }
  });
  try {
    const result = await work();
    return { result, perSecond: (written * 1_000) / (performance.now() - began) };
  } finally {
    done.abort();
    await Promise.all(writers);
    await Promise.all(clients.map((client) => client.end()));
  }
}
