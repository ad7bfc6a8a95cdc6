import type { Knex } from 'knex';

export const config = { transaction: false };

/** What the search of `listUsers` is served by: each filter in the order of the list, prefixes by the text itself. */
export async function up(knex: Knex): Promise<void> {
  for (const index of indexes) {
    const [name = ''] = index.split(' ', 1);
    await knex.raw(`-- safe since 0.1.0: only the leftover of this migration can have the name
      drop index concurrently if exists identity.${name}`);
    await knex.raw(`create index concurrently ${index}`);
  }
}

const newest = '(created_at desc, id desc)';
const indexes = [
  `users_email_prefix_idx on identity.users (email text_pattern_ops) where email is not null`,
  `users_phone_prefix_idx on identity.users (phone text_pattern_ops) where phone is not null`,
  `users_staff_newest_idx on identity.users ${newest} where 'staff' = any (roles)`,
  `users_locked_newest_idx on identity.users ${newest} where locked_at is not null`,
  `users_deleting_idx on identity.users (deletion_due_at) where deletion_due_at is not null`,
];
