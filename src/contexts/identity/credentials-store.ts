import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { PasswordHash } from './password-hasher.ts';

/** What a log-in compares with. */
export interface Credentials extends PasswordHash {
  readonly userId: string;
  /** A locked account is refused as if the password were wrong. */
  readonly locked: boolean;
}

const credentialColumns = `id as "userId", password_hash as hash, password_scheme as scheme, locked_at is not null as locked`;

const findCredentialsByEmailStatement = statement<Credentials>(
  'identity.find_credentials_by_email',
  `select ${credentialColumns} from identity.users where email = $1 and email_verified_at is not null`,
);
const findCredentialsByPhoneStatement = statement<Credentials>(
  'identity.find_credentials_by_phone',
  `select ${credentialColumns} from identity.users where phone = $1 and phone_verified_at is not null`,
);
const findCredentialsByIdStatement = statement<Credentials>(
  'identity.find_credentials_by_id',
  `select ${credentialColumns} from identity.users where id = $1`,
);

/** @param email in lower case */
export async function findCredentialsByEmail(queryable: Queryable, email: string): Promise<Credentials | undefined> {
  const [found] = await queryable.query(findCredentialsByEmailStatement, [email]);
  return found;
}

/** @param phone E.164 */
export async function findCredentialsByPhone(queryable: Queryable, phone: string): Promise<Credentials | undefined> {
  const [found] = await queryable.query(findCredentialsByPhoneStatement, [phone]);
  return found;
}

export async function findCredentialsById(queryable: Queryable, userId: string): Promise<Credentials | undefined> {
  const [found] = await queryable.query(findCredentialsByIdStatement, [userId]);
  return found;
}

const lockCredentialsStatements = {
  share: statement<Credentials>(
    'identity.share_credentials',
    `select ${credentialColumns} from identity.users where id = $1 for share`,
  ),
  update: statement<Credentials>(
    'identity.lock_credentials',
    `select ${credentialColumns} from identity.users where id = $1 for update`,
  ),
};

/**
 * The credentials as they are now, held until the transaction ends: by log-ins together (`share`), by whoever changes them
 * alone (`update`). A session that begins while the password is being changed would otherwise survive the change.
 */
export async function lockCredentials(
  tx: Transaction,
  userId: string,
  mode: 'share' | 'update',
): Promise<Credentials | undefined> {
  const [found] = await tx.query(lockCredentialsStatements[mode], [userId]);
  return found;
}

const lockCredentialsByPhoneStatement = statement<Credentials>(
  'identity.lock_credentials_by_phone',
  `select ${credentialColumns} from identity.users where phone = $1 and phone_verified_at is not null for update`,
);

/** The credentials of whoever has the number now, held alone until the transaction ends: it can't move away meanwhile. */
export async function lockCredentialsByPhone(tx: Transaction, phone: string): Promise<Credentials | undefined> {
  const [found] = await tx.query(lockCredentialsByPhoneStatement, [phone]);
  return found;
}

const updatePasswordStatement = statement(
  'identity.update_password',
  `update identity.users set password_hash = $2, password_scheme = $3, updated_at = clock_timestamp() where id = $1`,
);

/** Sets the hash. Does NOT end sessions: a re-hash of the same password uses it too. */
export async function storePassword(tx: Transaction, userId: string, { hash, scheme }: PasswordHash): Promise<void> {
  await tx.query(updatePasswordStatement, [userId, hash, scheme]);
}
