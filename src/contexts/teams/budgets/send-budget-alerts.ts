import { moneyText } from '../../../shared/money.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { listOwners, takeReachedThresholds } from './budget-store.ts';
import type { ReachedThreshold } from './budget-store.ts';
import { monthOf } from './budget.ts';

/**
 * Tells the owners of every team whose spending this month has reached a threshold of a budget, once per threshold and month,
 * whoever dies meanwhile. What was spent and deleted again does not take it back.
 */
export async function sendBudgetAlerts({
  worker,
  clock,
  notifications,
  readContacts,
}: Pick<TeamsDependencies, 'worker' | 'clock' | 'notifications' | 'readContacts'>): Promise<void> {
  const now = clock.now();
  await worker.transaction(async (tx) => {
    const reached = await takeReachedThresholds(tx, monthOf(now.toISOString()), now);
    if (reached.length === 0) return;
    const owners = await listOwners(tx, [...new Set(reached.map(({ teamId }) => teamId))]);
    const contacts = await readContacts(tx, [...new Set(owners.map(({ userId }) => userId))]);
    const addresses = new Map(contacts.map(({ userId, email }) => [userId, email]));
    const messages = reached.flatMap((threshold) =>
      owners
        .filter(({ teamId }) => teamId === threshold.teamId)
        .flatMap(({ userId }) => {
          const address = addresses.get(userId);
          return address == null ? [] : [{ threshold, userId, address }];
        }),
    );
    await notifications.queueMessages(
      tx,
      messages.map(({ threshold, userId, address }) => ({
        dedupeKey: `team-budget:${userId}:${keyOf(threshold)}`,
        ...({ channel: 'email', class: 'transactional', address, userId, ...textOf(threshold) } as const),
      })),
    );
  });
}

function keyOf({ teamId, category, currency, month, threshold }: ReachedThreshold): string {
  return `${teamId}:${category}:${currency}:${month}:${threshold}`;
}

function textOf({ teamName, category, currency, month, threshold, amount, spent }: ReachedThreshold) {
  const what = category === '' ? 'everything' : category;
  const money = (minor: string): string => `${moneyText({ amount: BigInt(minor), currency })} ${currency}`;
  return {
    subject: `${teamName}: ${threshold} % of the budget`,
    text: `${teamName} has spent ${money(spent)} of ${money(amount)} on ${what} in ${month.slice(0, 7)}.`,
  };
}
