import { statement } from '../../database/transaction.ts';
import type { Database } from '../../database/transaction.ts';
import type { PersonalDataSection } from '../context.ts';
import { listSocialIdentities } from './social/social-identity-store.ts';
import { findAccount } from './user-store.ts';

const listStatement = statement<object>(
  'identity.list_all_sessions',
  `select device, host(created_ip) as "createdFrom", created_at as "createdAt", renewed_at as "renewedAt",
     revoked_at as "endedAt" from identity.sessions where user_id = $1 order by created_at desc limit 1000`,
);

/** What identity knows about a person, beside secrets. */
export function createPersonalData(database: Database): readonly PersonalDataSection[] {
  return [
    {
      name: 'profile',
      async *read(userId) {
        const account = await findAccount(database, userId);
        if (account === undefined) return;
        // Why it is locked, and by whom, is the installation's.
        const { lock, version: _version, ...profile } = account;
        yield [{ ...profile, locked: lock !== null }];
      },
    },
    {
      name: 'social-identities',
      async *read(userId) {
        yield (await listSocialIdentities(database, userId)).map(({ userId: _owner, ...identity }) => identity);
      },
    },
    {
      name: 'sessions',
      async *read(userId) {
        yield await database.query(listStatement, [userId]);
      },
    },
  ];
}
