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

const engagementStatement = statement<{ messageId: string }>(
  'notifications.list_engagement_of_user',
  `select m.id as "messageId", e.opens, e.clicks, e.first_opened_at as "firstOpenedAt", e.first_clicked_at as "firstClickedAt"
   from notifications.messages m join notifications.engagements e on e.message_id = m.id
   where m.user_id = $1 and m.id < $2 order by m.id desc limit $3`,
);

/** What a person was told, never a code; and which of it they opened and clicked. */
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
      name: 'messageEngagement',
      async *read(userId) {
        for (let last: string | undefined = 'ffffffff-ffff-ffff-ffff-ffffffffffff'; last !== undefined;) {
          const engagement: { messageId: string }[] = await database.query(engagementStatement, [userId, last, PAGE]);
          yield engagement;
          last = engagement.length === PAGE ? engagement.at(-1)?.messageId : undefined;
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
