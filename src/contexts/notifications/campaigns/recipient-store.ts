import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { ChangePosition, Contact } from './accounts.ts';

/** Somebody who can be reached by at least one channel. */
export interface Recipient extends Contact {
  /** ISO 3166-1; null when nobody knows. */
  readonly country: string | null;
  /** BCP 47, of the number's country; null when nobody knows. */
  readonly locale: string | null;
}

const upsertStatement = statement(
  'notifications.upsert_recipients',
  `insert into notifications.recipients as r (user_id, email, phone, country, roles, registered_at, locale)
   select n.user_id, n.email, n.phone, n.country, string_to_array(n.roles, ','), n.registered_at, n.locale
   from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
     as n (user_id, email, phone, country, roles, registered_at, locale)
   order by n.user_id
   on conflict (user_id) do update set email = excluded.email, phone = excluded.phone, country = excluded.country,
     roles = excluded.roles, registered_at = excluded.registered_at, locale = excluded.locale
   where (r.email, r.phone, r.country, r.roles, r.registered_at, r.locale) is distinct from
     (excluded.email, excluded.phone, excluded.country, excluded.roles, excluded.registered_at, excluded.locale)`,
);

export async function upsertRecipients(tx: Transaction, recipients: readonly Recipient[]): Promise<void> {
  if (recipients.length === 0) return;
  await tx.query(upsertStatement, [
    recipients.map(({ userId }) => userId),
    recipients.map(({ email }) => email),
    recipients.map(({ phone }) => phone),
    recipients.map(({ country }) => country),
    // Role names hold no comma; an array of arrays would need all to have one length.
    recipients.map(({ roles }) => roles.join(',')),
    recipients.map(({ registeredAt }) => registeredAt),
    recipients.map(({ locale }) => locale),
  ]);
}

const deleteStatement = statement(
  'notifications.delete_recipients',
  'delete from notifications.recipients where user_id = any ($1)',
);

export async function deleteRecipients(tx: Queryable, userIds: readonly string[]): Promise<void> {
  if (userIds.length > 0) await tx.query(deleteStatement, [userIds]);
}

const listIdsStatement = statement<{ id: string }>(
  'notifications.list_recipient_ids',
  'select user_id as id from notifications.recipients where user_id > $1 order by user_id limit $2',
);

/** Who is copied, in order, after this one. */
export async function listRecipientIds(queryable: Queryable, after: string, limit: number): Promise<string[]> {
  return (await queryable.query(listIdsStatement, [after, limit])).map(({ id }) => id);
}

const lockMarkStatement = statement<ChangePosition>(
  'notifications.lock_recipients_mark',
  'select changed_at::text as "changedAt", user_id as "userId" from notifications.recipients_mark for update',
);
const moveMarkStatement = statement(
  'notifications.move_recipients_mark',
  'update notifications.recipients_mark set changed_at = $1::timestamptz, user_id = $2',
);

/** How far the sweep has come; whoever else sweeps waits until the transaction ends. */
export async function lockMark(tx: Transaction): Promise<ChangePosition> {
  const [mark] = await tx.query(lockMarkStatement);
  if (mark === undefined) throw new Error('The mark of recipients is missing: run the migrations.');
  return mark;
}

export async function moveMark(tx: Transaction, { changedAt, userId }: ChangePosition): Promise<void> {
  await tx.query(moveMarkStatement, [changedAt, userId]);
}

const rewindMarkStatement = statement(
  'notifications.rewind_recipients_mark',
  `update notifications.recipients_mark set changed_at = case when $1::timestamptz is null then '-infinity' else
     least(changed_at, $1::timestamptz) end, user_id = '00000000-0000-0000-0000-000000000000'`,
);

/** Has the sweep look again at everything that changed since then; null is ever. */
export async function rewindMark(queryable: Queryable, to: Date | null): Promise<void> {
  await queryable.query(rewindMarkStatement, [to]);
}
