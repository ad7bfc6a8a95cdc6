import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';

/** A user proved to hold a phone. */
export interface Verification {
  readonly userId: string;
  /** E.164. */
  readonly phone: string;
  /** With microseconds, as the event spells it: `Date` would make two verifications look simultaneous. */
  readonly verifiedAt: string;
}

const lockStatement = statement(
  'rewards.lock_verification',
  `select pg_advisory_xact_lock(key) from (
     select hashtextextended(name, 0) as key from unnest(array['rewards.member:' || $1, 'rewards.phone:' || $2]) name
     order by key) keys`,
);

const retireOlderStatement = statement(
  'rewards.retire_older_members',
  `with retired as (
     delete from rewards.members where (user_id = $1 or phone = $2) and verified_at < $3::timestamptz
     returning user_id, phone, verified_at)
   insert into rewards.former_members (user_id, phone, verified_at) select user_id, phone, verified_at from retired
   on conflict (user_id, phone) do update set verified_at = greatest(former_members.verified_at, excluded.verified_at)`,
);

const recordStatement = statement<{ current: boolean }>(
  'rewards.record_verification',
  `with later as (
     select 1 from rewards.members where (user_id = $1 or phone = $2) and verified_at >= $3::timestamptz
     union all
     select 1 from rewards.former_members where (user_id = $1 or phone = $2) and verified_at > $3::timestamptz),
   current as (
     insert into rewards.members (user_id, phone, verified_at)
     select $1, $2, $3 where not exists (select from later) returning user_id),
   former as (
     insert into rewards.former_members (user_id, phone, verified_at)
     select $1, $2, $3 where exists (select from later)
       and not exists (select from rewards.members where user_id = $1 and phone = $2 and verified_at = $3::timestamptz)
     on conflict (user_id, phone) do update set verified_at = greatest(former_members.verified_at, excluded.verified_at))
   select exists (select from current) as current`,
);

const rememberRecentStatement = statement(
  'rewards.remember_verification',
  `insert into rewards.recent_verifications (phone, recorded_at) values ($1, $2)
   on conflict (phone) do update set recorded_at = excluded.recorded_at`,
);

/**
 * Records a verification, in whatever order verifications arrive: a user holds a phone if and only if that is the latest
 * verification of the user **and** of the phone, and the user is not erased. The user's wallet must exist.
 */
export async function recordVerification(tx: Transaction, verification: Verification, now: Date): Promise<void> {
  const values = [verification.userId, verification.phone, verification.verifiedAt];
  await tx.query(lockStatement, values.slice(0, 2));
  const [erased] = await tx.query(isErasedStatement, [verification.userId]);
  if (erased !== undefined) return;
  await tx.query(retireOlderStatement, values);
  await tx.query(recordStatement, values);
  await tx.query(rememberRecentStatement, [verification.phone, now]);
}

const lockMemberStatement = statement(
  'rewards.lock_member',
  `select pg_advisory_xact_lock(hashtextextended('rewards.member:' || $1, 0))`,
);
const markErasedStatement = statement(
  'rewards.mark_member_erased',
  'insert into rewards.erased_members (user_id) values ($1) on conflict do nothing',
);
const isErasedStatement = statement<{ erased: boolean }>(
  'rewards.is_member_erased',
  'select true as erased from rewards.erased_members where user_id = $1',
);
const retireErasedStatement = statement(
  'rewards.retire_erased_member',
  `with retired as (delete from rewards.members where user_id = $1 returning user_id, phone, verified_at)
   insert into rewards.former_members (user_id, phone, verified_at) select user_id, phone, verified_at from retired
   on conflict (user_id, phone) do update set verified_at = greatest(former_members.verified_at, excluded.verified_at)`,
);
const forgetErasedStatement = statement(
  'rewards.forget_erased_members',
  `delete from rewards.former_members f using rewards.erased_members e
   where f.user_id = e.user_id and e.erased_at < clock_timestamp() - interval '7 days'`,
);

/**
 * Takes a user out of the members for good. That the number was theirs is remembered for a week, so that an older
 * verification by somebody else, heard late, does not win it back.
 */
export async function eraseMembership(tx: Transaction, userId: string): Promise<void> {
  await tx.query(lockMemberStatement, [userId]);
  await tx.query(markErasedStatement, [userId]);
  await tx.query(retireErasedStatement, [userId]);
}

/** Forgets the numbers that erased members had a week ago. */
export async function forgetErasedMembers(queryable: Queryable): Promise<void> {
  await queryable.query(forgetErasedStatement);
}

const listRecentStatement = statement<{ phone: string }>(
  'rewards.list_recent_verifications',
  `select phone from rewards.recent_verifications where phone > $1 order by phone limit $2`,
);

/** Phones verified lately, in order, after `after`. */
export async function listRecentlyVerified(
  queryable: Queryable,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const rows = await queryable.query(listRecentStatement, [after, limit]);
  return rows.map(({ phone }) => phone);
}

const forgetRecentStatement = statement(
  'rewards.forget_recent_verifications',
  `delete from rewards.recent_verifications where recorded_at < $1`,
);

export async function forgetVerificationsBefore(queryable: Queryable, moment: Date): Promise<void> {
  await queryable.query(forgetRecentStatement, [moment]);
}

const seedMembersStatement = statement(
  'rewards.seed_members',
  `insert into rewards.members (user_id, phone, verified_at)
   select m.user_id, m.phone, now() from unnest($1::uuid[], $2::text[]) m (user_id, phone)
   on conflict do nothing`,
);

/** Takes many users at once as the holders of these phones; their wallets must exist. Known users and phones stay as they are. */
export async function insertMembers(
  tx: Transaction,
  userIds: readonly string[],
  phones: readonly string[],
): Promise<void> {
  await tx.query(seedMembersStatement, [userIds, phones]);
}
