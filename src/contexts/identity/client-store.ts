import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';

/** A secret as it may be shown. */
export interface ClientSecret {
  readonly id: string;
  readonly hint: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
}

/** A program that calls in its own name. */
export interface Client {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly disabled: boolean;
  /** Living ones, the older first; at most two. */
  readonly secrets: readonly ClientSecret[];
  /** Counts the changes, of its secrets too, but not their use; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
}

const columns = `c.id, c.name, c.scopes, c.disabled, c.version, c.created_at as "createdAt", coalesce((
    select json_agg(json_build_object('id', s.id, 'hint', s.hint, 'createdAt', s.created_at, 'expiresAt', s.expires_at,
      'lastUsedAt', s.last_used_at) order by s.created_at, s.id)
    from identity.client_secrets s where s.client_id = c.id and s.expires_at > clock_timestamp()), '[]') as secrets`;

const findStatement = statement<Client>(
  'identity.find_client',
  `select ${columns} from identity.clients c where c.id = $1`,
);
const lockStatement = statement<{ id: string }>(
  'identity.lock_client',
  'select id from identity.clients where id = $1 for update',
);
const listStatement = statement<Client>(
  'identity.list_clients',
  `select ${columns} from identity.clients c where $1::uuid is null or c.id < $1 order by c.id desc limit $2`,
);

export async function findClient(queryable: Queryable, clientId: string): Promise<Client | undefined> {
  const [client] = await queryable.query(findStatement, [clientId]);
  return client;
}

/** Reads a client and holds it until the transaction ends. A statement of its own, which sees what the wait brought. */
export async function lockClient(tx: Transaction, clientId: string): Promise<Client | undefined> {
  const locked = await tx.query(lockStatement, [clientId]);
  return locked.length === 0 ? undefined : findClient(tx, clientId);
}

/** Clients made before `before`, the newest first: ids sort by time. */
export async function listClientRows(queryable: Queryable, before: string | null, limit: number): Promise<Client[]> {
  return queryable.query(listStatement, [before, limit]);
}

const insertStatement = statement(
  'identity.insert_client',
  'insert into identity.clients (id, name, scopes) values ($1, $2, $3)',
);

export async function insertClient(tx: Transaction, client: Pick<Client, 'id' | 'name' | 'scopes'>): Promise<void> {
  await tx.query(insertStatement, [client.id, client.name, client.scopes]);
}

const changeStatement = statement(
  'identity.change_client',
  'update identity.clients set name = $2, scopes = $3, disabled = $4, version = version + 1 where id = $1',
);

export async function changeClient(
  tx: Transaction,
  { id, name, scopes, disabled }: Pick<Client, 'id' | 'name' | 'scopes' | 'disabled'>,
): Promise<void> {
  await tx.query(changeStatement, [id, name, scopes, disabled]);
}

const dropExpiredStatement = statement(
  'identity.drop_expired_client_secrets',
  'delete from identity.client_secrets where client_id = $1 and expires_at <= clock_timestamp()',
);
const insertSecretStatement = statement<{ expiresAt: Date }>(
  'identity.insert_client_secret',
  `insert into identity.client_secrets (id, client_id, slot, secret_hash, hint, expires_at)
   select $2, $1, free, $3, $4, clock_timestamp() + make_interval(days => $5)
   from (select free from unnest(array[1, 2]) as free
     where not exists (select 1 from identity.client_secrets where client_id = $1 and slot = free) order by free limit 1) as slots
   returning expires_at as "expiresAt"`,
);
const countChangeStatement = statement(
  'identity.count_client_change',
  'update identity.clients set version = version + 1 where id = $1',
);

/** Gives a client, whose lock the caller holds, one more secret. @returns when it expires; undefined when it has two */
export async function insertClientSecret(
  tx: Transaction,
  clientId: string,
  secret: { readonly id: string; readonly hash: Buffer; readonly hint: string; readonly days: number },
): Promise<Date | undefined> {
  await tx.query(dropExpiredStatement, [clientId]);
  const values = [clientId, secret.id, secret.hash, secret.hint, secret.days];
  const [inserted] = await tx.query(insertSecretStatement, values);
  return inserted?.expiresAt;
}

/** Counts a change that is not one of the client's own row. */
export async function countClientChange(tx: Transaction, clientId: string): Promise<void> {
  await tx.query(countChangeStatement, [clientId]);
}

const deleteSecretStatement = statement<{ gone: boolean }>(
  'identity.delete_client_secret',
  `delete from identity.client_secrets where client_id = $1 and id = $2 and expires_at > clock_timestamp()
   returning true as gone`,
);

/** @returns false when the client has no such living secret */
export async function deleteSecretRow(tx: Transaction, clientId: string, secretId: string): Promise<boolean> {
  return (await tx.query(deleteSecretStatement, [clientId, secretId])).length > 0;
}

export interface PresentableSecret {
  readonly id: string;
  readonly hash: Buffer;
  readonly scopes: readonly string[];
  readonly disabled: boolean;
}

const findSecretsStatement = statement<PresentableSecret>(
  'identity.find_client_secrets',
  `select s.id, s.secret_hash as hash, c.scopes, c.disabled
   from identity.client_secrets s join identity.clients c on c.id = s.client_id
   where s.client_id = $1 and s.expires_at > clock_timestamp()`,
);
const useSecretStatement = statement(
  'identity.use_client_secret',
  `update identity.client_secrets set last_used_at = clock_timestamp()
   where id = $1 and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')`,
);

/** The living secrets of a client, with what they open. */
export async function findClientSecrets(queryable: Queryable, clientId: string): Promise<PresentableSecret[]> {
  return queryable.query(findSecretsStatement, [clientId]);
}

/** Notes that a secret was used, at most once a minute, so that a busy client is not a row that everybody waits for. */
export async function noteSecretUse(queryable: Queryable, secretId: string): Promise<void> {
  await queryable.query(useSecretStatement, [secretId]);
}
