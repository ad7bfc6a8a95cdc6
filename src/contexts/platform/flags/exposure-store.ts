import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';

const insertStatement = statement<{ new: boolean }>(
  'platform.insert_flag_exposure',
  `insert into platform.flag_exposures (flag_key, user_id, variant)
   select f.key, $2, $3 from platform.flags f where f.key = $1
   on conflict do nothing`,
);

/** Keeps an exposure, the first of each flag, user and variant; of a flag that is gone none. */
export async function insertExposure(
  queryable: Queryable,
  { key, userId, variant }: { readonly key: string; readonly userId: string; readonly variant: string },
): Promise<void> {
  await queryable.query(insertStatement, [key, userId, variant]);
}

const countStatement = statement<{ variant: string; users: number }>(
  'platform.count_flag_exposures',
  `select variant, count(*) as users from platform.flag_exposures where flag_key = $1 group by variant order by variant`,
);

/** How many were treated by each variant. */
export function countExposures(queryable: Queryable, key: string): Promise<{ variant: string; users: number }[]> {
  return queryable.query(countStatement, [key]);
}

export interface Exposure {
  readonly flag: string;
  readonly variant: string;
  readonly exposedAt: Date;
}

const ofUserStatement = statement<Exposure>(
  'platform.list_flag_exposures_of_user',
  `select flag_key as flag, variant, exposed_at as "exposedAt" from platform.flag_exposures where user_id = $1
   order by exposed_at, flag_key, variant`,
);

/** What somebody was treated by: some tens of rows at most, for there are some hundreds of flags. */
export function listExposuresOf(queryable: Queryable, userId: string): Promise<Exposure[]> {
  return queryable.query(ofUserStatement, [userId]);
}

const eraseStatement = statement(
  'platform.erase_flag_exposures',
  'delete from platform.flag_exposures where user_id = $1',
);

export async function eraseExposures(queryable: Queryable, userId: string): Promise<void> {
  await queryable.query(eraseStatement, [userId]);
}
