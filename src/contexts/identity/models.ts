import { Model, raw, snakeCaseMappers } from 'objection';
import type { PartialModelObject, QueryBuilder } from 'objection';
import type { Transaction } from '../../database/transaction.ts';
import type { Account, Gender } from './account.ts';
import type { Role } from './role.ts';
import { toAccount } from './user-store.ts';

/** A row of `identity.users` for ordinary reads and changes; log-ins read through prepared statements instead. */
export class UserModel extends Model {
  static override readonly tableName = 'identity.users';
  static override readonly columnNameMappers = snakeCaseMappers();

  declare id: string;
  declare email: string | null;
  declare phone: string | null;
  declare gender: Gender;
  declare age: number;
  declare roles: Role[];
  declare version: number;
  declare createdAt: Date;
  declare updatedAt: Date;
  declare lockedAt: Date | null;
  declare lockReason: string | null;
  declare lockedBy: string | null;
  declare deletionDueAt: Date | null;
  /** Only from {@link UserModel.accounts}. */
  declare pendingEmail: string | null;
  /** Only from {@link UserModel.accounts}: the creation time to the microsecond, as page cursors need it. */
  declare createdAtText: string;

  /** Accounts as their owners see them; filter and order the columns of `u`. */
  static accounts(tx: Transaction): QueryBuilder<UserModel> {
    return UserModel.query(tx.models)
      .alias('u')
      .leftJoin('identity.email_changes as c', 'c.user_id', 'u.id')
      .select('u.id', 'u.email', 'c.email as pendingEmail', 'u.phone', 'u.gender', 'u.age', 'u.roles', 'u.version')
      .select('u.locked_at', 'u.lock_reason', 'u.locked_by', 'u.deletion_due_at')
      .select('u.created_at', raw('u.created_at::text').as('createdAtText'));
  }

  /** Changes fields of an account whose lock the caller holds, and counts the change. */
  static async change(
    tx: Transaction,
    userId: string,
    fields: Pick<PartialModelObject<UserModel>, 'gender' | 'age' | 'roles'>,
  ): Promise<void> {
    await UserModel.query(tx.models)
      .findById(userId)
      .patch({ ...fields, version: raw('version + 1'), updatedAt: raw('clock_timestamp()') });
  }

  toAccount(): Account {
    const { id, email, pendingEmail, phone, gender, age, roles, version, createdAt, deletionDueAt } = this;
    const { lockedAt, lockReason, lockedBy } = this;
    const row = { id, email, pendingEmail, phone, gender, age, roles, version, createdAt, deletionDueAt };
    return toAccount({ ...row, lockedAt, lockReason, lockedBy });
  }
}
