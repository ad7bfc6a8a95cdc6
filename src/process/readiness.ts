import type { Siblings } from '../cluster/link.ts';
import { schemaState } from '../database/migrate.ts';
import { statement } from '../database/transaction.ts';
import type { Database } from '../database/transaction.ts';
import type { Check } from '../http/health.ts';

const ping = statement('platform.ping', 'select 1');

/** What must hold before this process may be given requests. */
export function readinessChecks(database: Database, siblings?: Pick<Siblings, 'complete'>): Check[] {
  return [
    {
      // The first of several would be flooded.
      name: 'all processes',
      run: async () => {
        if (siblings?.complete() === false) throw new Error('not all processes were started yet');
      },
    },
    {
      name: 'primary database',
      run: async () => {
        await database.query(ping);
      },
    },
    {
      name: 'schema version',
      run: async () => {
        if ((await schemaState(database)) === 'behind') throw new Error('migrations of this build are missing');
      },
    },
  ];
}
