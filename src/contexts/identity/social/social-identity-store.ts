import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import type { KnownPerson } from './known-person.ts';

/** A way in to an account: a person as one issuer knows them. */
export interface SocialIdentity {
  readonly id: string;
  readonly userId: string;
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  readonly account: string | null;
  readonly linkedAt: Date;
  /** When it was last logged in with. */
  readonly usedAt: Date | null;
}

const columns = `id, user_id as "userId", provider, issuer, subject, account, linked_at as "linkedAt", used_at as "usedAt"`;

const findStatement = statement<SocialIdentity>(
  'identity.find_social_identity',
  `select ${columns} from identity.social_identities where issuer = $1 and subject = $2`,
);

/** Whose identity this is. Issuer and subject alone say it: addresses and numbers are re-assigned. */
export async function findSocialIdentity(
  queryable: Queryable,
  { issuer, subject }: Pick<KnownPerson, 'issuer' | 'subject'>,
): Promise<SocialIdentity | undefined> {
  const [found] = await queryable.query(findStatement, [issuer, subject]);
  return found;
}

const listStatement = statement<SocialIdentity>(
  'identity.list_social_identities',
  `select ${columns} from identity.social_identities where user_id = $1 order by linked_at, id`,
);

/** All of one account, the oldest first; one per issuer, so there are few. */
export async function listSocialIdentities(queryable: Queryable, userId: string): Promise<readonly SocialIdentity[]> {
  return queryable.query(listStatement, [userId]);
}

const insertStatement = statement<SocialIdentity>(
  'identity.insert_social_identity',
  `insert into identity.social_identities (id, user_id, provider, issuer, subject, account, used_at)
   values ($1, $2, $3, $4, $5, $6, case when $7 then clock_timestamp() end) returning ${columns}`,
);

/**
 * Gives an account a way in. The caller holds the account's row.
 *
 * @param used whether it is being logged in with
 * @throws the violation of `social_identities_one_owner` or `social_identities_one_per_issuer`
 */
export async function insertSocialIdentity(
  tx: Transaction,
  userId: string,
  { provider, issuer, subject, account }: KnownPerson,
  { used }: { readonly used: boolean },
): Promise<SocialIdentity> {
  const values = [newId(), userId, provider, issuer, subject, account, used];
  const [inserted] = await tx.query(insertStatement, values);
  if (inserted === undefined) throw new Error('an identity was not inserted');
  return inserted;
}

const touchStatement = statement<{ id: string }>(
  'identity.touch_social_identity',
  `update identity.social_identities set used_at = clock_timestamp(), provider = $3, account = $4
   where id = $1 and user_id = $2 returning id`,
);

/** Notes that it was logged in with. @returns false when it was taken off the account meanwhile */
export async function touchSocialIdentity(
  tx: Transaction,
  { id, userId }: SocialIdentity,
  { provider, account }: Pick<KnownPerson, 'provider' | 'account'>,
): Promise<boolean> {
  return (await tx.query(touchStatement, [id, userId, provider, account])).length > 0;
}

const deleteStatement = statement<{ id: string }>(
  'identity.delete_social_identity',
  'delete from identity.social_identities where id = $1 and user_id = $2 returning id',
);

/** @returns false when this account has no such identity */
export async function deleteSocialIdentityRow(tx: Transaction, id: string, userId: string): Promise<boolean> {
  return (await tx.query(deleteStatement, [id, userId])).length > 0;
}
