import type { ExchangeRateQuestions } from './contexts/exchange-rates/index.ts';
import type { Identity } from './contexts/identity/index.ts';
import { seedMembers } from './contexts/rewards/index.ts';
import type { Database } from './database/transaction.ts';

/** How many people with a verified phone the demo has: as many as a big import has lines. */
const demoPeople = 50_000;

/** Creates the demo accounts and people, with their wallets, in one transaction. Safe to repeat: what exists stays. */
export async function seedDemo(
  { identity, exchangeRates }: { readonly identity: Identity; readonly exchangeRates: ExchangeRateQuestions },
  database: Database,
): Promise<void> {
  await database.transaction(
    async (tx) => {
      const members = await identity.seedDemo(tx, { people: demoPeople });
      await seedMembers(tx, members);
      await exchangeRates.requestDueRates(tx);
    },
    { statementTimeout: 60_000 },
  );
}
