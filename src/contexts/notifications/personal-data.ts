import { statement } from '../../database/transaction.ts';
import type { Database } from '../../database/transaction.ts';
import type { PersonalDataSection } from '../context.ts';
import { findPreferences } from './preferences/preferences-store.ts';

const PAGE = 500;

const listStatement = statement<{ id: string }>(
  'notifications.list_messages_of_user',
  `select id, channel, class, address, subject, case class when 'otp' then null else body end as text, state,
     created_at as "createdAt"
   from notifications.messages where user_id = $1 and id < $2 order by id desc limit $3`,
);

/** What a person was told; never a code. */
export function createPersonalData(database: Database): readonly PersonalDataSection[] {
  return [
    {
      name: 'messages',
      async *read(userId) {
        for (let last: string | undefined = 'ffffffff-ffff-ffff-ffff-ffffffffffff'; last !== undefined;) {
          const messages: { id: string }[] = await database.query(listStatement, [userId, last, PAGE]);
          yield messages;
          last = messages.length === PAGE ? messages.at(-1)?.id : undefined;
        }
      },
    },
    {
      name: 'notificationPreferences',
      async *read(userId) {
        const { version: _version, ...preferences } = await findPreferences(database, userId);
        yield [preferences];
      },
    },
  ];
}
