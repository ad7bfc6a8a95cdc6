import { statement } from '../../database/transaction.ts';
import type { PersonalDataSection } from '../context.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { listEntries } from './ledger-store.ts';

const PAGE = 1_000;

const membershipStatement = statement<object>(
  'rewards.list_membership',
  `select phone, verified_at as "verifiedAt" from rewards.members where user_id = $1`,
);

/** What rewards knows about a person. */
export function createPersonalData({ worker }: Pick<RewardsDependencies, 'worker'>): readonly PersonalDataSection[] {
  return [
    {
      name: 'membership',
      async *read(userId) {
        yield await worker.query(membershipStatement, [userId]);
      },
    },
    {
      name: 'walletEntries',
      async *read(userId) {
        for (let last: number | undefined, length = PAGE; length === PAGE;) {
          const after = last === undefined ? undefined : { key: null, id: String(last) };
          const entries = await listEntries(worker, userId, { after, limit: PAGE });
          yield entries;
          [last, length] = [entries.at(-1)?.id, entries.length];
        }
      },
    },
  ];
}
