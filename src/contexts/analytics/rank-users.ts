import type { AnalyticsDependencies, TopWallets } from './dependencies.ts';
import {
  findUnrankedDays,
  forgetRankings,
  insertRanking,
  insertTopUsers,
  MAX_TOP_USERS,
  windowDays,
} from './top-user-store.ts';
import type { UnrankedDay, WindowDays } from './top-user-store.ts';

/** Reads a month of the ledger. */
const LONGEST_MILLISECONDS = 300_000;

/**
 * Ranks the users of the last complete day of each zone, and of the 7 and 30 days that end with it. Reads the ledger on the
 * reporting pool, so a figure per user and day is kept nowhere. Safe to repeat: a day is ranked once.
 */
export async function rankUsers(
  dependencies: Pick<AnalyticsDependencies, 'worker' | 'reporting' | 'zones' | 'questions'>,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const days = await dependencies.worker.transaction((tx) => findUnrankedDays(tx, dependencies.zones));
  for (const day of days) {
    if (signal.aborted) return;
    await rankDay(dependencies, day);
  }
}

async function rankDay(
  { worker, reporting, questions }: Pick<AnalyticsDependencies, 'worker' | 'reporting' | 'questions'>,
  day: UnrankedDay,
): Promise<void> {
  const { zone, through, to } = day;
  const ranked: { readonly days: WindowDays; readonly top: TopWallets }[] = [];
  await reporting.transaction(
    async (tx) => {
      for (const days of windowDays) {
        ranked.push({
          days,
          top: await questions.listTopWallets(tx, { from: day[`from${days}`], to, limit: MAX_TOP_USERS }),
        });
      }
    },
    { readOnly: true, statementTimeout: LONGEST_MILLISECONDS, retries: 0 },
  );
  await worker.transaction(async (tx) => {
    if (!(await insertRanking(tx, zone, through))) return;
    for (const { days, top } of ranked) {
      await insertTopUsers(tx, { zone, measure: 'coins-received', days, through }, top.received);
      await insertTopUsers(tx, { zone, measure: 'coins-spent', days, through }, top.spent);
    }
    await forgetRankings(tx, zone, through);
  });
}
