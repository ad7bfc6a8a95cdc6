import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';

/** What stands in place of an address that was forgotten. */
export const FORGOTTEN = 'forgotten';

// Nobody will send these any more. What is dead could be run again: reviveMessage refuses forgotten ones.
const settled = `(m.settled_at is not null or m.state = 'sent')`;
const forget = (chosen: string): string => `
  with chosen as materialized (${chosen}),
  details as (update notifications.attempts a set detail = null from chosen
    where a.message_id = chosen.id and a.detail is not null),
  forgotten as (
    update notifications.messages m set address = '${FORGOTTEN}', subject = null, body = '' from chosen
    where m.id = chosen.id returning 1)
  select count(*) as count from forgotten`;

const forgetUserStatement = statement<{ count: number }>(
  'notifications.forget_messages_of_user',
  forget(`select m.id from notifications.messages m
    where m.user_id = $1 and m.address <> '${FORGOTTEN}' and ${settled} limit $2 for update skip locked`),
);

/** Forgets text and address of a user's messages that are done with. @returns how many */
export async function forgetMessagesOf(queryable: Queryable, userId: string, limit: number): Promise<number> {
  const [answer] = await queryable.query(forgetUserStatement, [userId, limit]);
  return answer?.count ?? 0;
}

const countOpenStatement = statement<{ count: number }>(
  'notifications.count_unforgotten_messages',
  `select count(*) as count from notifications.messages where user_id = $1 and address <> '${FORGOTTEN}'`,
);

/** How many messages of a user still hold an address. */
export async function countUnforgotten(queryable: Queryable, userId: string): Promise<number> {
  const [answer] = await queryable.query(countOpenStatement, [userId]);
  return answer?.count ?? 0;
}

const lockMarkStatement = statement<{ lastId: string }>(
  'notifications.lock_forgotten_mark',
  'select last_id as "lastId" from notifications.forgotten_messages for update',
);
const nextStatement = statement<{ id: string }>(
  'notifications.list_forgettable_messages',
  `select id from (select id, created_at from notifications.messages where id > $1 order by id limit $2) next
   where created_at < $3 order by id`,
);
const forgetRangeStatement = statement<{ count: number }>(
  'notifications.forget_message_range',
  forget(`select m.id from notifications.messages m where m.id > $1 and m.id <= $2 and m.address <> '${FORGOTTEN}'`),
);
const moveMarkStatement = statement(
  'notifications.move_forgotten_mark',
  'update notifications.forgotten_messages set last_id = $1',
);

/**
 * Forgets text and address of the next messages that are older than `before`; by then every message has ended. Two who do it
 * at once go one after the other.
 *
 * @returns how many messages were passed; fewer than `limit` means that the rest is younger
 */
export async function forgetMessagesBefore(tx: Transaction, before: Date, limit: number): Promise<number> {
  const [mark] = await tx.query(lockMarkStatement);
  if (mark === undefined) throw new Error('The mark of forgotten messages is missing: run the migrations.');
  const next = await tx.query(nextStatement, [mark.lastId, limit, before]);
  const last = next.at(-1);
  if (last === undefined) return 0;
  await tx.query(forgetRangeStatement, [mark.lastId, last.id]);
  await tx.query(moveMarkStatement, [last.id]);
  return next.length;
}
