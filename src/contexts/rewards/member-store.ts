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
 * verification of the user **and** of the phone. The user's wallet must exist.
 */
export async function recordVerification(tx: Transaction, verification: Verification, now: Date): Promise<void> {
  const values = [verification.userId, verification.phone, verification.verifiedAt];
  await tx.query(lockStatement, values.slice(0, 2));
  await tx.query(retireOlderStatement, values);
  await tx.query(recordStatement, values);
  await tx.query(rememberRecentStatement, [verification.phone, now]);
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
