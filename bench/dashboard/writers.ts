import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { campaignId, CAMPAIGNS, WALLETS, walletId } from './generate.ts';

const CONNECTIONS = 4;
/** Bonuses of one transaction, each of another campaign: as many facts as if each were a transaction of its own. */
export const TOGETHER = 20;
const CAMPAIGNS_EACH = Math.floor(CAMPAIGNS / CONNECTIONS);

/** Posts them. */
export const post = {
  name: 'bench.post',
  text: `insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id)
    select leg.account, leg.amount, 'bonus', leg.ref
    from (select n, gen_random_uuid() as ref from generate_series(0, ${TOGETHER - 1}) n offset 0) r cross join lateral (values
      (${walletId(`1 + ($1::int + r.n * 7919) % ${WALLETS}`)}, 1, r.ref),
      (${campaignId(`$2::int + r.n`)}, -1, r.ref)) leg (account, amount, ref)`,
};

/** The values of the `n`th transaction of one connection; connections have campaigns of their own, as pools are one row each. */
export function postValues(n: number, own = 0): [number, number] {
  return [
    (n * CONNECTIONS + own) * TOGETHER,
    own * CAMPAIGNS_EACH + ((n * TOGETHER) % (CAMPAIGNS_EACH - TOGETHER + 1)),
  ];
}

/**
 * Posts so many bonuses a second, twenty in a transaction, until `work` has ended. A campaign's pool is one account: each
 * connection has campaigns of its own, so that none waits for another's.
 *
 * @returns how many bonuses a second there were
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
      const due = began + ((n * CONNECTIONS + own) * TOGETHER * 1_000) / perSecond;
      const early = due - performance.now();
      if (early > 1) await pause(early);
      await client.query({ ...post, values: postValues(n, own) });
      written += TOGETHER;
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
