import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { Preferences, SwitchedOff } from './preferences.ts';

interface PreferencesRow extends Omit<Preferences, 'switchedOff'> {
  readonly switchedOff: readonly string[];
}

const columns = `p.locale, p.time_zone as "timeZone", p.switched_off as "switchedOff", p.version`;

const findStatement = statement<PreferencesRow>(
  'notifications.find_preferences',
  `select ${columns} from notifications.preferences p where p.user_id = $1`,
);

/** Those of somebody who never said anything where there are none. */
export async function findPreferences(queryable: Queryable, userId: string): Promise<Preferences> {
  const [row] = await queryable.query(findStatement, [userId]);
  return row === undefined ? { locale: null, timeZone: null, switchedOff: [], version: 0 } : preferencesOf(row);
}

const writeStatement = statement<PreferencesRow>(
  'notifications.write_preferences',
  `insert into notifications.preferences as p (user_id, locale, time_zone, switched_off, updated_at)
   select $1, $2, $3, $4, $6 where $5::bigint = 0
   on conflict (user_id) do nothing
   returning ${columns}`,
);
const changeStatement = statement<PreferencesRow>(
  'notifications.change_preferences',
  `update notifications.preferences p set locale = $2, time_zone = $3, switched_off = $4, version = p.version + 1,
     updated_at = $6
   where p.user_id = $1 and p.version = $5 returning ${columns}`,
);

/** Writes them over this version. @returns undefined when somebody else was faster */
export async function writePreferences(
  tx: Transaction,
  userId: string,
  { locale, timeZone, switchedOff, version }: Preferences,
  now: Date,
): Promise<Preferences | undefined> {
  const off = [...new Set(switchedOff.map(({ channel, category }) => `${channel}:${category}`))].sort();
  const values = [userId, locale, timeZone, off, version, now];
  const [row] = await tx.query(version === 0 ? writeStatement : changeStatement, values);
  return row === undefined ? undefined : preferencesOf(row);
}

const deleteStatement = statement(
  'notifications.delete_preferences',
  'delete from notifications.preferences where user_id = $1',
);

export async function deletePreferences(queryable: Queryable, userId: string): Promise<void> {
  await queryable.query(deleteStatement, [userId]);
}

function preferencesOf({ switchedOff, ...row }: PreferencesRow): Preferences {
  return {
    ...row,
    switchedOff: switchedOff.map((pair) => {
      const [channel, category] = pair.split(':');
      // The constraint preferences_of_marketing lets nothing else in.
      return { channel, category } as SwitchedOff;
    }),
  };
}
